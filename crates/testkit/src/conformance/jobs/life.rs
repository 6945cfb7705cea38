//! The life of a job: made, moved on, halted, ended, forgotten.

use std::collections::BTreeSet;

use bellwire_core::{
    audit::AuditFilter,
    ids::JobId,
    job::{Change, Filter, Job, State, StopReason},
    ports::Error,
    time::{DAY, SECOND},
};

use super::{fail, fail_pending, ids, of, read, resent, run, start, step, unsaved};
use crate::{
    conformance::{Subject, World},
    people::any,
};

/// A job comes back as it was stored, to its organization only.
pub async fn a_job_comes_back_as_it_was<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let (one, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let filter = Filter {
        since: Some(world.now),
        event_type: Some("booking.created".to_owned()),
        channel: Some("account:cool".to_owned()),
        corner: vec!["account:cool".to_owned()],
        ..of(&one)
    };
    let first = start(&world, &cool, filter).await;
    world.now = world.now + SECOND;
    let second = start(&world, &cool, of(&other)).await;
    world.crash().await;
    assert_eq!(read(&world, &first).await, first);
    let store = world.store();
    assert_eq!(store.job(warm.id, first.id).await.expect("read"), None);
    let list = async |webhooks: Option<&[_]>, before: Option<JobId>, limit| {
        let jobs = store.jobs(cool.id, webhooks, before, limit).await;
        let jobs: Vec<JobId> = jobs.expect("read").iter().map(|job| job.id).collect();
        jobs
    };
    assert_eq!(list(None, None, 9).await, [second.id, first.id]);
    assert_eq!(list(None, None, 1).await, [second.id]);
    assert_eq!(list(None, Some(second.id), 9).await, [first.id]);
    assert_eq!(list(Some(&[one.id]), None, 9).await, [first.id]);
    assert_eq!(list(Some(&[]), None, 9).await, []);
    assert_eq!(store.jobs(warm.id, None, None, 9).await.expect("read"), []);
    let missing = Filter {
        webhook: Some(world.id()),
        ..Filter::default()
    };
    let refused = store
        .create_job(unsaved(&world, &cool, missing), any())
        .await;
    assert!(
        matches!(refused, Err(Error::NotFound("webhook"))),
        "{refused:?}"
    );
}

/// Two jobs that are not over are never about the same deliveries.
pub async fn jobs_about_the_same_are_refused<S: Subject>(subject: S) {
    let world = World::new(subject);
    let (cool, warm) = (
        world.organization("cool").await,
        world.organization("warm").await,
    );
    let (one, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let store = world.store();
    let create = async |organization, filter| {
        let job = unsaved(&world, organization, filter);
        let refused = store.create_job(job.clone(), any()).await.expect("asked");
        (job, refused)
    };
    let (first, refused) = create(&cool, of(&one)).await;
    assert_eq!(refused, None);
    assert_eq!(create(&cool, of(&one)).await.1, Some(first.id));
    assert_eq!(create(&cool, Filter::default()).await.1, Some(first.id));
    assert_eq!(create(&warm, Filter::default()).await.1, None);
    let (second, refused) = create(&cool, of(&other)).await;
    assert_eq!(refused, None);
    for (job, change) in [(&first, Change::Pause), (&second, Change::Cancel)] {
        let changed = store
            .change_job(cool.id, job.id, change, world.now, any())
            .await;
        assert!(changed.expect("changed").1);
    }
    assert_eq!(create(&cool, Filter::default()).await.1, Some(first.id));
    assert_eq!(create(&cool, of(&other)).await.1, None);
}

/// A step makes as many as its rate allows, and the next one is due in its time.
pub async fn a_step_makes_a_few_and_moves_on<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let failed = fail(&mut world, &cool, &webhook, 25).await;
    let pending = world.store().stats().pending;
    let job = start(&world, &cool, of(&webhook)).await;
    for (made, ended) in [(10, None), (10, None), (5, Some((job.id, State::Finished)))] {
        let before = world.now;
        let stepped = step(&world).await;
        assert!(stepped.took);
        assert_eq!(stepped.made, Some((webhook.id, made)));
        assert_eq!(stepped.ended, ended);
        // A tenth of a second for ten of a hundred a second.
        let next_at = ended.is_none().then_some(before + SECOND / 10);
        assert_eq!(stepped.next_at, next_at);
        let early = step(&world).await;
        assert!(!early.took);
        assert_eq!((early.made, early.next_at), (None, next_at));
        world.now = next_at.unwrap_or(world.now);
    }
    let over = read(&world, &job).await;
    assert_eq!((over.state, over.done), (State::Finished, 25));
    assert_eq!(over.skipped.total(), 0);
    assert_eq!(world.store().stats().pending, pending + 25);
    for (event, _) in failed {
        assert_eq!(resent(&world, &cool, event).await.len(), 1);
    }
    assert_eq!(world.claim(&webhook, 100).await.len(), 25);
}

/// What was committed of a job is all there after a crash, and the rest follows.
pub async fn a_job_goes_on_after_a_crash<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let failed = fail(&mut world, &cool, &webhook, 35).await;
    let job = start(&world, &cool, of(&webhook)).await;
    step(&world).await;
    world.now = world.now + SECOND;
    step(&world).await;
    world.crash().await;
    assert_eq!(read(&world, &job).await.done, 20);
    world.now = world.now + SECOND;
    assert_eq!(run(&mut world).await, 15);
    assert_eq!(read(&world, &job).await.state, State::Finished);
    for (event, _) in failed {
        assert_eq!(resent(&world, &cool, event).await.len(), 1);
    }
}

/// Several processes, or tasks, may take steps at the same time: each delivery is made once, and the
/// rate is that of one.
pub async fn steps_at_once_make_nothing_twice<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let failed = fail(&mut world, &cool, &webhook, 60).await;
    let job = start(&world, &cool, of(&webhook)).await;
    let began = world.now;
    let mut made = 0;
    while made < 60 {
        let tasks: Vec<_> = (0..6)
            .map(|_| {
                let (store, now, ids) = (world.store(), world.now, ids(&world));
                tokio::spawn(async move { store.step_job(now, ids).await })
            })
            .collect();
        let mut now = 0;
        for task in tasks {
            let stepped = task.await.expect("no panic").expect("a step is done");
            now += stepped.made.map_or(0, |(_, made)| made);
        }
        made += now;
        assert!(now <= 10, "{now} at once");
        world.now = world.now + SECOND / 10;
    }
    assert!(world.now.since(began) <= SECOND);
    run(&mut world).await;
    assert_eq!(read(&world, &job).await.done, 60);
    let mut ids = BTreeSet::new();
    for (event, _) in failed {
        let made = resent(&world, &cool, event).await;
        assert_eq!(made.len(), 1);
        ids.insert(made[0].id);
    }
    assert_eq!(ids.len(), 60);
}

/// Only a running job moves; what is so already changes nothing; what is over stays.
pub async fn a_job_is_halted_goes_on_and_ends<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    fail(&mut world, &cool, &webhook, 30).await;
    let job = start(&world, &cool, of(&webhook)).await;
    let store = world.store();
    let change = async |change, now| {
        let entry = bellwire_core::audit::Entry {
            id: world.id(),
            organization_id: Some(cool.id),
            action: "job.changed".to_owned(),
            subject: job.id.to_string(),
            ..any()
        };
        let (job, changed) = store
            .change_job(cool.id, job.id, change, now, entry)
            .await
            .expect("changed");
        (job.state, changed)
    };
    let now = world.now;
    assert_eq!(change(Change::Resume, now).await, (State::Running, false));
    assert_eq!(change(Change::Pause, now).await, (State::Paused, true));
    assert_eq!(change(Change::Pause, now).await, (State::Paused, false));
    let stepped = step(&world).await;
    assert!(!stepped.took);
    assert_eq!((stepped.made, stepped.next_at), (None, None));
    assert_eq!(change(Change::Rate(50), now).await, (State::Paused, true));
    let later = now + SECOND;
    assert_eq!(change(Change::Resume, later).await, (State::Running, true));
    assert!(!step(&world).await.took, "it goes on from then");
    let stepped = store.step_job(later, ids(&world)).await.expect("a step");
    assert_eq!(stepped.made, Some((webhook.id, 5)));
    assert_eq!(
        change(Change::Cancel, later).await,
        (State::Cancelled, true)
    );
    for again in [Change::Resume, Change::Cancel, Change::Rate(9)] {
        assert_eq!(change(again, later).await, (State::Cancelled, false));
    }
    let filter = AuditFilter {
        organization_id: Some(cool.id),
        action: Some("job.changed".to_owned()),
        ..AuditFilter::default()
    };
    let noted = store.audit(&filter, None, 100).await.expect("read").items;
    assert_eq!(noted.len(), 4, "an entry for each change and no other");
    let missing = store
        .change_job(cool.id, world.id(), Change::Pause, later, any())
        .await;
    assert!(
        matches!(missing, Err(Error::NotFound("job"))),
        "{missing:?}"
    );
}

/// A job of one webhook stops with it; one of the whole organization leaves it out and says so.
pub async fn a_webhook_that_goes_stops_its_part<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (off, gone) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let (stays, early) = (world.webhook(&cool).await, world.webhook(&cool).await);
    for webhook in [&off, &gone, &stays, &early] {
        fail(&mut world, &cool, webhook, 15).await;
    }
    let delete = async |world: &World<S>, webhook: &bellwire_core::webhook::Webhook| {
        let deleted = world
            .store()
            .delete_webhook(cool.id, webhook.id, true, world.now, "ann", any())
            .await;
        deleted.expect("deleted");
    };
    delete(&world, &early).await;
    world.now = world.now + SECOND;
    let (first, second) = (
        start(&world, &cool, of(&off)).await,
        start(&world, &cool, of(&gone)).await,
    );
    step(&world).await;
    step(&world).await;
    world.switch(&off, false).await;
    delete(&world, &gone).await;
    world.now = world.now + SECOND;
    assert_eq!(run(&mut world).await, 0);
    let state = |job: Job| (job.state, job.stop_reason, job.done);
    assert_eq!(
        state(read(&world, &first).await),
        (State::Stopped, Some(StopReason::WebhookDisabled), 10)
    );
    assert_eq!(
        state(read(&world, &second).await),
        (State::Stopped, Some(StopReason::WebhookDeleted), 10)
    );
    // Enabled again, it stays stopped; a new job leaves out what is on its way.
    world.switch(&off, true).await;
    world.sweep().await;
    assert_eq!(run(&mut world).await, 0);
    world.switch(&off, false).await;
    world.sweep().await;
    let third = start(&world, &cool, Filter::default()).await;
    assert_eq!(run(&mut world).await, 15);
    let third = read(&world, &third).await;
    assert_eq!(state(third.clone()), (State::Finished, None, 15));
    assert_eq!(third.skipped.webhook_disabled, 15);
    assert_eq!(third.skipped.total(), 15, "what was gone before is no part");
}

/// What a job makes is none of its business, even if that fails before the job has come so far.
pub async fn a_job_does_not_pick_up_what_it_made<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let webhook = world.webhook(&cool).await;
    let failed = fail(&mut world, &cool, &webhook, 30).await;
    let job = start(&world, &cool, of(&webhook)).await;
    for _ in 0..20 {
        if step(&world).await.next_at.is_none() {
            break;
        }
        fail_pending(&mut world, &webhook).await;
    }
    let job = read(&world, &job).await;
    assert_eq!((job.state, job.done), (State::Finished, 30));
    for (event, _) in failed {
        assert_eq!(resent(&world, &cool, event).await.len(), 1);
    }
}

/// A job that cannot go on waits, whatever is wrong with it.
pub async fn a_job_that_is_put_off_lets_the_others_go_on<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let (cool, other) = (
        world.organization("cool").await,
        world.organization("other").await,
    );
    let first = start(&world, &cool, Filter::default()).await;
    world.now = world.now + SECOND;
    let second = start(&world, &other, Filter::default()).await;
    let until = world.now + 30 * SECOND;
    let put_off = world.store().put_off_job(world.now, until).await;
    put_off.expect("it is put off");
    assert_eq!(read(&world, &first).await.next_at, until);
    assert_eq!(step(&world).await.ended, Some((second.id, State::Finished)));
    assert_eq!(step(&world).await.next_at, Some(until));
    world.now = until;
    assert_eq!(step(&world).await.ended, Some((first.id, State::Finished)));
}

/// Jobs that were over long ago are forgotten, and all of an organization that is deleted.
pub async fn jobs_are_forgotten_in_time<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (one, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let over = start(&world, &cool, of(&one)).await;
    run(&mut world).await;
    assert_eq!(read(&world, &over).await.state, State::Finished);
    let running = start(&world, &cool, of(&other)).await;
    let store = world.store();
    assert_eq!(store.sweep_jobs(world.now).await.expect("swept"), 0);
    assert_eq!(store.sweep_jobs(world.now + DAY).await.expect("swept"), 1);
    assert_eq!(store.job(cool.id, over.id).await.expect("read"), None);
    assert_eq!(read(&world, &running).await, running);
    drop(store);
    world.remove(&cool).await;
    let store = world.store();
    assert_eq!(store.job(cool.id, running.id).await.expect("read"), None);
    let stepped = step(&world).await;
    assert_eq!((stepped.took, stepped.next_at), (false, None));
    world.sweep().await;
    assert_eq!(step(&world).await.next_at, None);
}

/// A job that somebody paused and never came back to stops by itself, and others can be made about
/// the same deliveries. One that goes on, or is touched, does not.
pub async fn a_job_does_not_stay_paused_for_ever<S: Subject>(subject: S) {
    let mut world = World::new(subject);
    let cool = world.organization("cool").await;
    let (one, other) = (world.webhook(&cool).await, world.webhook(&cool).await);
    fail(&mut world, &cool, &one, 1).await;
    let customers = Filter {
        corner: vec!["account:cool".to_owned()],
        ..of(&one)
    };
    let paused = start(&world, &cool, customers).await;
    let touched = start(&world, &cool, of(&other)).await;
    let change = async |world: &World<S>, job: &Job, change| {
        let now = world.now;
        let store = world.store();
        let changed = store.change_job(cool.id, job.id, change, now, any());
        changed.await.expect("it is changed")
    };
    change(&world, &paused, Change::Pause).await;
    change(&world, &touched, Change::Pause).await;
    world.now = world.now + DAY;
    change(&world, &touched, Change::Rate(7)).await;
    let stopped = async |world: &World<S>| {
        let store = world.store();
        let stopped = store.stop_paused_jobs(world.now - DAY, world.now);
        stopped.await.expect("stopped")
    };
    assert_eq!(stopped(&world).await, 0, "not before its time");
    world.now = world.now + 1;
    assert_eq!(stopped(&world).await, 1);
    let read_again = read(&world, &paused).await;
    assert_eq!(read_again.state, State::Stopped);
    assert_eq!(read_again.stop_reason, Some(StopReason::PausedTooLong));
    assert_eq!(read_again.updated_at, world.now);
    assert_eq!(read(&world, &touched).await.state, State::Paused);
    change(&world, &touched, Change::Cancel).await;

    // What stood in the way does so no more.
    let all = unsaved(&world, &cool, Filter::default());
    let made = world.store().create_job(all, any()).await;
    assert_eq!(made.expect("it is asked for"), None);
}
