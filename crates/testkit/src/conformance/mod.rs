//! What every store must do, as tests that know nothing of any store.
//!
//! A backend gives a way to make a fresh [`Subject`] and runs the whole suite with
//! [`store_conformance!`](crate::store_conformance): one test for each case, so that a failure names
//! what is wrong. A case sees the store through the ports of the core only, plus one thing that no
//! port has: [`Subject::reopen`], which stands for a crash.

pub mod answers;
pub mod appearance;
pub mod aside;
pub mod audit;
pub mod cancel;
pub mod catalogue;
pub mod claim;
pub mod corner;
pub mod enqueue;
pub mod inspectors;
pub mod jobs;
pub mod leaving;
pub mod links;
pub mod model;
pub mod outbox;
pub mod pace;
pub mod people;
pub mod query;
pub mod record;
pub mod repeats;
pub mod resend;
pub mod retention;
pub mod retention_model;
pub mod search;
pub mod search_model;
pub mod sessions;
pub mod statistics;
pub mod tokens;
pub mod trail;
pub mod usage;
pub mod webhooks;
mod world;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::ports::Store;

pub use world::World;

/// A store under test.
#[async_trait]
pub trait Subject: Send + Sync + 'static {
    /// The store as it is now. A case drops what this gave before it calls
    /// [`reopen`](Self::reopen).
    fn store(&self) -> Arc<dyn Store>;

    /// Loses everything that is not on disk, the claims of this process included, and opens the
    /// store again.
    async fn reopen(&mut self);
}

/// One test for each case of the suite, on fresh stores.
///
/// `$make` names an async function without parameters, in scope where the macro is used, that gives a
/// [`Subject`]. The crate that uses it needs `tokio` with its macros.
#[macro_export]
macro_rules! store_conformance {
    ($make:ident) => {
        $crate::store_conformance! { @cases $make;
            enqueue: [
                stored_events_are_answered_with_receipts,
                data_and_channels_come_back_verbatim,
                a_repeat_by_key_returns_the_first_answer,
                a_key_with_another_body_is_refused,
                a_key_is_forgotten_after_its_time,
                keys_belong_to_one_organization,
                a_repeat_by_external_id_returns_the_first_event,
                an_external_id_with_another_body_is_refused_by_index,
                an_external_id_twice_in_one_request_is_one_event,
                an_external_id_is_forgotten_after_its_time,
                all_or_nothing,
                another_generation_is_stale,
                an_unknown_organization_or_webhook_is_not_found,
                a_conflict_does_not_fail_its_mates,
                many_at_once_are_all_stored,
                what_was_acknowledged_survives_a_crash,
            ];
            repeats: [
                what_was_accepted_is_told_by_key_and_by_id,
            ];
            claim: [
                what_is_claimed_at_enqueue_is_not_given,
                nothing_is_given_twice,
                the_oldest_due_come_first_and_no_more_than_there_is_room,
                a_lane_gets_its_own_only,
                released_deliveries_are_given_again,
                a_crash_gives_everything_pending_back,
                retries_are_given_when_they_are_due,
                due_lanes_tell_the_earliest_unclaimed,
                concurrent_claims_and_records_never_give_one_twice,
                a_claim_carries_the_whole_event,
                an_exclusive_lane_is_with_whom_asks_first,
                an_exclusive_lane_is_given_like_any_other,
                an_exclusive_lane_is_free_after_a_crash,
                what_is_retired_is_given_again,
            ];
            record: [
                a_success_delivers,
                a_failure_waits_or_ends,
                an_attempt_comes_back_as_it_was,
                excerpts_are_cut_by_outcome,
                an_unchanged_excerpt_is_shown_with_each_attempt,
                the_same_record_twice_counts_once,
                counters_survive_a_crash_and_a_success_clears_them,
                the_thousandth_client_error_disables_and_cancels,
                attempts_in_flight_at_a_disable_are_kept,
                tests_count_nothing_and_reach_disabled_webhooks,
                records_of_a_deleted_organization_are_let_go,
                a_large_batch_is_recorded_whole,
            ];
            outbox: [
                failing_and_recovered_are_told_once,
                a_batch_tells_in_order,
                nobody_listens_and_nothing_is_written,
                own_events_lead_to_a_disable_at_most,
                a_notice_is_given_to_one_at_a_time,
                a_disable_by_hand_is_told_with_it,
            ];
            cancel: [
                a_success_after_a_cancel_is_delivered,
                a_cancelled_delivery_stays_cancelled,
                cancelling_by_hand,
            ];
            resend: [
                a_resend_adds_a_delivery,
                a_resend_needs_an_enabled_webhook,
                a_resend_needs_the_organizations_own,
                a_test_reaches_a_disabled_webhook_but_no_deleted_one,
                a_resend_may_go_to_a_webhook_made_later,
            ];
            webhooks: [
                a_webhook_comes_back_as_it_was,
                revisions_go_up_by_one,
                one_per_url_returns_the_other,
                disabling_cancels_what_is_pending,
                enabling_clears_counters_and_takes_new_events,
                a_delivery_made_at_the_time_of_a_disable_that_is_over_is_sent,
                deleting_with_and_without_force,
                a_tombstone_is_named_and_not_listed,
                reasons_stay_what_they_were,
                the_sweep_marks_what_readers_already_see,
                the_sweep_spares_newer_deliveries_and_tests,
            ];
            pace: [
                a_pause_comes_back_as_it_was,
                what_is_pending_of_a_paused_webhook_is_held,
                what_is_held_is_found_as_held,
                a_clearing_cancels_everything_that_is_pending,
                a_clearing_in_the_middle_of_a_sweep_is_swept_too,
                a_paused_webhook_is_not_disabled,
                what_waits_is_counted,
            ];
            appearance: [
                a_colour_and_a_logo_come_back_as_they_were,
            ];
            catalogue: [
                organizations_are_made_changed_and_deleted,
                a_slug_is_unique_and_free_after_a_deletion,
                a_deleted_organization_is_gone_at_once_and_swept_behind,
                every_change_raises_the_generation,
                event_types_belong_to_their_catalogue,
                schemas_and_examples_come_back_verbatim,
                channels_are_made_changed_and_deleted,
                a_change_over_a_former_state_is_stale,
                the_catalogue_survives_a_crash,
            ];
            tokens: [
                tokens_are_found_by_hash_and_revoked_once,
                the_last_use_of_tokens_moves_forward,
            ];
            people: [
                users_come_back_as_they_were,
                an_email_and_an_identity_are_one_users,
                one_of_many_gets_an_email,
                a_user_is_replaced_by_the_next_revision,
                one_of_many_changes_a_user,
                members_need_an_organization,
                users_are_listed_by_email,
            ];
            leaving: [
                a_change_can_end_the_sessions,
                a_deleted_user_is_gone_with_everything,
                nobody_signs_in_beside_a_deletion,
                the_last_operator_stays,
                operators_who_remove_each_other_leave_one,
            ];
            sessions: [
                sessions_are_found_by_hash,
                sessions_of_a_user_are_listed_newest_first,
                a_session_is_moved_forward_only,
                sessions_end,
                a_customers_session_needs_its_link,
                the_sweep_forgets_what_is_over,
            ];
            links: [
                links_come_back_as_they_were,
                a_link_is_made_once,
                a_link_is_good_once,
                a_link_says_why_it_is_no_good,
                links_are_listed_newest_first,
                revoking_a_link_ends_what_came_of_it,
                nobody_comes_in_beside_a_revocation,
                password_links_are_taken_back_together,
            ];
            inspectors: [
                inspectors_come_back_as_they_were,
                there_are_so_many_and_no_more,
                many_at_once_make_no_more_than_there_may_be,
                an_inspector_is_changed_and_used,
                what_arrives_comes_back_as_it_was,
                the_newest_push_the_oldest_out,
                large_ones_push_more_out,
                what_is_removed_is_gone_with_what_arrived,
                unused_ones_are_swept,
                a_deleted_organization_takes_its_inspectors_along,
            ];
            audit: [
                entries_come_back_as_they_were,
                everything_asked_must_hold,
                pages_meet,
                times_decide_and_not_ids,
                a_search_looks_at_a_limited_number,
                the_log_outlives_what_it_tells_of,
                what_is_too_old_is_forgotten,
            ];
            trail: [
                what_happens_to_organizations_is_in_the_log,
                what_happens_to_event_types_and_channels_is_in_the_log,
                what_happens_to_webhooks_is_in_the_log,
                what_happens_to_tokens_is_in_the_log,
                a_threshold_that_disables_is_in_the_log,
            ];
            jobs: [
                a_job_comes_back_as_it_was,
                jobs_about_the_same_are_refused,
                a_step_makes_a_few_and_moves_on,
                a_job_goes_on_after_a_crash,
                steps_at_once_make_nothing_twice,
                a_job_is_halted_goes_on_and_ends,
                a_webhook_that_goes_stops_its_part,
                a_job_does_not_pick_up_what_it_made,
                jobs_are_forgotten_in_time,
                a_job_does_not_stay_paused_for_ever,
                a_job_that_is_put_off_lets_the_others_go_on,
                a_job_sends_each_event_once,
                an_event_that_went_to_many_is_sent_again_to_each,
                a_job_takes_what_fits_every_part_of_its_filter,
                a_job_goes_through_all_webhooks,
                a_job_waits_for_the_sweep,
            ];
            corner: [
                a_corner_shows_nothing_of_others,
            ];
            answers: [
                a_revision_is_what_a_webhook_was,
                a_delivery_is_read_with_its_event_and_attempts,
            ];
            query: [
                events_are_listed_newest_first_in_pages,
                filters_combine,
                updated_since_looks_at_deliveries,
                an_event_shows_deliveries_and_attempts,
                attempts_are_paged_newest_first,
                health_shows_counters_and_the_last_attempt,
                one_organization_sees_nothing_of_another,
                stats_count_what_is_pending,
                ping_writes,
            ];
            search: [
                each_filter_of_the_log,
                whatever_is_updated_late_is_found,
                a_search_without_time_gets_on,
            ];
            search_model: [
                searches_agree_with_a_look_at_everything,
            ];
            retention: [
                an_old_event_goes_with_all_that_came_of_it,
                what_is_pending_stays_whole,
                a_pending_resend_keeps_its_event,
                payloads_go_and_events_stay,
                the_payload_of_a_pending_delivery_stays,
                attempts_go_and_deliveries_stay,
                without_limits_nothing_goes,
                an_event_with_many_deliveries_goes_in_steps,
                storage_tells_what_takes_space,
            ];
            retention_model: [
                nothing_pending_is_ever_removed,
            ];
            statistics: [
                what_is_recorded_is_counted_at_once,
                tests_are_not_counted,
                counts_agree_with_a_full_count,
                much_is_folded_in_steps_that_change_no_count,
                folders_at_once_count_nothing_twice,
                old_counts_go_the_finest_first,
                a_deleted_organization_takes_its_counts_along,
            ];
            usage: [
                documents_come_back_as_they_were,
                a_document_has_a_key_and_a_place,
                documents_are_listed_oldest_first,
                what_belongs_together_goes_together,
                plans_of_a_developer_lie_apart,
                what_was_bought_is_told_by_pairs,
                documents_belong_to_one_organization,
                a_record_counts_once,
                a_percentage_fires_once_with_the_count,
                a_new_period_arms_again,
                what_is_turned_off_fires_nothing,
                what_is_refused_counts_nothing,
                a_chunk_ends_when_enough_has_fired,
                a_counter_does_not_run_over,
                many_at_once_count_each_record_once,
                ids_are_forgotten_in_time,
                a_plan_that_begins_at_another_time_counts_nothing,
                a_deleted_organization_takes_its_usage_along,
                random_reports_agree_with_a_model,
            ];
            model: [
                random_operations_agree_with_a_model,
            ];
        }
    };
    (@cases $make:ident; $($module:ident: [$($case:ident,)*];)*) => {
        $(
            mod $module {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $case() {
                        let subject = super::$make().await;
                        $crate::conformance::$module::$case(subject).await;
                    }
                )*
            }
        )*
    };
}
