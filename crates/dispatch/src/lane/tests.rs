//! Lanes: bounded, one page at a time, as many requests at once as the endpoint has earned.

use std::sync::Arc;

use bellwire_core::{
    delivery::Kind,
    event::Event,
    ids::{DeliveryId, EventId, OrganizationId, WebhookId},
    time::Time,
};

use super::*;

const BOUNDS: Bounds = Bounds {
    now: Time::EPOCH,
    size: 8,
    full: false,
    concurrency: 4,
    held: false,
    exclusive: false,
    elsewhere: false,
    paused: false,
    rate: None,
    drain: None,
};

fn job(number: u8) -> Held {
    let event = Event {
        id: EventId::from_bytes([number; 16]),
        organization_id: OrganizationId::from_bytes([0; 16]),
        external_id: None,
        event_type: "a.b".to_owned(),
        channels: Vec::new(),
        data: bytes::Bytes::from_static(b"{}"),
        time: Time::EPOCH,
        created_at: Time::EPOCH,
        unknown_type: false,
        test: false,
    };
    let job = Job {
        delivery_id: DeliveryId::from_bytes([number; 16]),
        webhook_id: WebhookId::from_bytes([1; 16]),
        kind: Kind::Matched,
        attempts: 0,
        created_at: Time::EPOCH,
        event: Arc::new(event),
    };
    Held::new(job, 0)
}

#[test]
fn a_lane_is_full_at_its_size_and_free_again_when_a_place_is_given_back() {
    let lane = Lane::new();
    for _ in 0..BOUNDS.size {
        assert!(lane.reserve(BOUNDS));
    }
    assert!(!lane.reserve(BOUNDS));
    lane.unreserve(BOUNDS);
    assert!(lane.reserve(BOUNDS));
}

#[test]
fn a_lane_that_another_process_owns_has_no_places() {
    let lane = Lane::new();
    let elsewhere = Bounds {
        exclusive: true,
        elsewhere: true,
        ..BOUNDS
    };
    assert!(!lane.reserve(elsewhere));
    assert!(lane.wake(elsewhere, false).page, "somebody must be told");
    assert!(!lane.wake(elsewhere, false).page, "once");
}

#[test]
fn places_given_back_let_a_backlog_in() {
    let lane = Lane::new();
    for _ in 0..BOUNDS.size {
        assert!(lane.reserve(BOUNDS));
    }
    assert!(!lane.wake(BOUNDS, false).page, "there is no room");
    let asked: Vec<bool> = (0..BOUNDS.size)
        .map(|_| lane.unreserve(BOUNDS).page)
        .collect();
    assert_eq!(asked.iter().filter(|page| **page).count(), 1, "{asked:?}");
}

#[test]
fn workers_are_started_up_to_the_concurrency() {
    let lane = Lane::new();
    let mut started = 0;
    for number in 0..8 {
        assert!(lane.reserve(BOUNDS));
        started += lane.fill(job(number), BOUNDS).start.len();
    }
    assert_eq!(started, BOUNDS.concurrency);
}

#[test]
fn a_new_delivery_waits_behind_a_backlog_in_the_store() {
    let lane = Lane::new();
    assert!(lane.wake(BOUNDS, false).page);
    assert!(!lane.reserve(BOUNDS), "older deliveries go first");
    let (room, mark) = lane.begin_page(BOUNDS);
    let (wants, gone) = lane.end_page(vec![job(1)], room > 1, mark, BOUNDS);
    assert!(gone);
    assert_eq!(wants.start.len(), 1);
    assert!(lane.reserve(BOUNDS));
}

#[test]
fn a_delivery_stored_while_a_page_is_read_is_not_forgotten() {
    let lane = Lane::new();
    assert!(lane.wake(BOUNDS, false).page);
    let (_, mark) = lane.begin_page(BOUNDS);
    assert!(!lane.wake(BOUNDS, false).page, "a claim is on its way");
    let (wants, gone) = lane.end_page(Vec::new(), true, mark, BOUNDS);
    assert!(!gone && wants.page, "it asks again");
}

#[test]
fn what_a_held_lane_would_send_waits_in_the_store() {
    let lane = Lane::new();
    let held = Bounds {
        held: true,
        ..BOUNDS
    };
    assert!(!lane.reserve(held));
    assert!(!lane.wake(held, false).page, "there is nothing to ask for");
    assert!(lane.wake(BOUNDS, false).page, "it is held no longer");
}

#[test]
fn time_outs_narrow_the_window_to_one_and_answers_widen_it() {
    let lane = Lane::new();
    for _ in 0..5 {
        lane.fared(Fared::TimedOut, BOUNDS);
    }
    assert!(lane.standing().0);
    let mut started = 0;
    for number in 0..8 {
        assert!(lane.reserve(BOUNDS));
        started += lane.fill(job(number), BOUNDS).start.len();
    }
    assert_eq!(started, 1);
    lane.fared(Fared::Answered, BOUNDS);
    let (next, wants) = lane.next(BOUNDS);
    assert!(next.is_some());
    assert_eq!(
        wants.start.len(),
        1,
        "an answer earned a second request at once"
    );
}

#[test]
fn no_more_is_started_while_nothing_comes_back() {
    let lane = Lane::new();
    let later = Bounds {
        now: Time::EPOCH + 2 * SECOND,
        ..BOUNDS
    };
    assert!(lane.reserve(BOUNDS) && lane.reserve(BOUNDS) && lane.reserve(BOUNDS));
    assert_eq!(lane.fill(job(1), BOUNDS).start.len(), 1);
    assert_eq!(
        lane.fill(job(2), BOUNDS).start.len(),
        1,
        "within the second"
    );
    assert!(
        lane.fill(job(3), later).start.is_empty(),
        "two are out, and silent"
    );
    lane.fared(Fared::Answered, later);
    assert!(lane.next(later).0.is_some(), "an answer, and it goes on");
}
