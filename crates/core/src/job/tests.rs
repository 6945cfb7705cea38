//! The rules of jobs, one by one.

use super::*;
use crate::{
    delivery::{self, Kind},
    outcome::{Answer, Cause},
};

const AT: fn(i64) -> Time = Time::from_millis;

fn id(ms: i64, n: u8) -> DeliveryId {
    let mut bytes = *DeliveryId::floor(AT(ms)).as_bytes();
    bytes[15] = n;
    DeliveryId::from_bytes(bytes)
}

fn seen(ms: i64, state: delivery::State) -> Seen {
    Seen {
        id: id(ms, 1),
        kind: Kind::Matched,
        state,
        updated_at: AT(ms + 5),
        answer: None,
    }
}

fn event() -> EventFacts {
    EventFacts {
        event_type: "a.b".to_owned(),
        channels: vec!["account:a".to_owned()],
        test: false,
        removed: false,
    }
}

fn job(created_ms: i64) -> Job {
    Job {
        id: JobId::from_bytes([1; 16]),
        organization_id: OrganizationId::from_bytes([2; 16]),
        filter: Filter::default(),
        per_second: 10,
        state: State::Running,
        stop_reason: None,
        total: 100,
        total_complete: true,
        done: 0,
        skipped: Skipped::default(),
        cursor: Cursor::default(),
        next_at: AT(created_ms),
        created_at: AT(created_ms),
        created_by: "ann".to_owned(),
        updated_at: AT(created_ms),
        updated_by: "ann".to_owned(),
    }
}

#[test]
fn one_that_is_on_its_way_or_has_arrived_since_is_not_sent_again() {
    use delivery::State::{Cancelled, Delivered, Failed, Pending};
    let filter = Filter::default();
    let failed = seen(100, Failed);
    let end = id(1_000, 0);
    let fate = |others: &[Seen]| filter.fate(&failed, &event(), others, end);
    let skipped = Fate::Skip(Skip::SentAgain);
    assert_eq!(fate(&[]), Fate::Send);
    assert_eq!(fate(&[seen(200, Pending)]), skipped);
    assert_eq!(
        fate(&[seen(50, Pending)]),
        skipped,
        "an older one still goes"
    );
    assert_eq!(fate(&[seen(200, Delivered)]), skipped);
    assert_eq!(
        fate(&[seen(50, Delivered)]),
        Fate::Send,
        "it arrived before"
    );
    let late = Seen {
        updated_at: AT(900),
        ..seen(50, Delivered)
    };
    assert_eq!(fate(&[late]), skipped, "an older one arrived afterwards");
    assert_eq!(
        fate(&[seen(200, Failed)]),
        skipped,
        "the newer one stands for it"
    );
    assert_eq!(
        fate(&[seen(200, Cancelled)]),
        Fate::Send,
        "that one is not taken"
    );
    assert_eq!(
        fate(&[seen(1_500, Cancelled)]),
        skipped,
        "made since the job began"
    );
    let removed = EventFacts {
        removed: true,
        ..event()
    };
    let gone = filter.fate(&failed, &removed, &[], end);
    assert_eq!(gone, Fate::Skip(Skip::PayloadRemoved));
}

#[test]
fn a_filter_takes_what_fits_every_part_of_it() {
    use delivery::State::{Cancelled, Failed};
    let takes = |filter: &Filter, seen: &Seen| filter.takes(seen);
    let plain = Filter::default();
    assert!(takes(&plain, &seen(100, Failed)));
    assert!(!takes(&plain, &seen(100, Cancelled)));
    let test = Seen {
        kind: Kind::Test,
        ..seen(100, Failed)
    };
    assert!(!takes(&plain, &test));
    let within = Filter {
        since: Some(AT(105)),
        until: Some(AT(110)),
        ..Filter::default()
    };
    assert!(takes(&within, &seen(100, Failed)), "updated at 105");
    assert!(!takes(&within, &seen(99, Failed)));
    assert!(!takes(&within, &seen(105, Failed)));
    let answered = Seen {
        answer: Some(Answer::Status(503)),
        ..seen(100, Failed)
    };
    let class = Filter {
        status: StatusFilter::parse("5xx"),
        ..Filter::default()
    };
    assert!(takes(&class, &answered) && !takes(&class, &seen(100, Failed)));
    let cause = Filter {
        cause: Some(Cause::Reset),
        ..Filter::default()
    };
    assert!(!takes(&cause, &answered));
    let channel = Filter {
        channel: Some("account:b".to_owned()),
        ..Filter::default()
    };
    assert!(!channel.takes_event(&event()));
    let corner = Filter {
        corner: vec!["account:a".to_owned()],
        ..Filter::default()
    };
    assert!(corner.takes_event(&event()));
    let test = EventFacts {
        test: true,
        ..event()
    };
    assert!(!plain.takes_event(&test));
}

#[test]
fn a_status_is_a_code_or_a_class() {
    for (text, expected) in [
        ("503", Some(StatusFilter::Code(503))),
        ("5xx", Some(StatusFilter::Class(5))),
        ("9xx", None),
        ("xx", None),
        ("99", None),
        ("600", None),
        ("+50", None),
        ("", None),
    ] {
        assert_eq!(StatusFilter::parse(text), expected, "{text}");
    }
}

#[test]
fn what_a_job_makes_is_never_before_its_end() {
    let job = job(1_000);
    assert!(id(1_000, 255) < job.end() && id(1_001, 0) >= job.end());
    let behind = id(400, 7);
    assert!(job.new_id(behind) >= job.end());
    assert_ne!(job.new_id(behind), job.new_id(id(400, 8)));
    assert_eq!(job.new_id(id(5_000, 7)), id(5_000, 7));
    let until = Filter {
        until: Some(AT(200_000)),
        ..Filter::default()
    };
    assert_eq!(until.last(AT(9_000_000)), DeliveryId::floor(AT(260_000)));
    assert_eq!(until.last(AT(1_000)), job.end());
}

#[test]
fn steps_keep_the_rate_whatever_their_size() {
    for rate in [1, 3, 7, 10, 99, 150, 2_500, 10_000] {
        let made_each = u64::from(chunk(rate));
        let (mut due, mut made) = (AT(0), 0);
        while made < u64::from(rate) * 20 {
            due = next_at(due, due, made_each, rate);
            made += made_each;
        }
        let exact = i64::try_from(made).unwrap() * SECOND / i64::from(rate);
        let off = due.since(AT(0)) - exact;
        // Rounded up by less than a microsecond each, never faster than asked.
        assert!((0..=2_000).contains(&off), "{rate}: {off}");
        assert!(made_each * 1_000 / u64::from(rate) <= 1_000, "{rate}");
    }
}

#[test]
fn a_job_that_was_held_up_does_not_make_up_for_it() {
    let late = next_at(AT(0), AT(3_600_000), 10, 10);
    assert_eq!(late, AT(3_600_000 - 250 + 1_000));
    // A moment late is made up for, so that the rate is kept.
    assert_eq!(next_at(AT(0), AT(40), 1, 10), AT(100));
}

#[test]
fn only_what_is_not_over_can_be_changed() {
    let mut job = job(1_000);
    assert!(!job.change(Change::Resume, "ben", AT(2_000)));
    assert!(job.change(Change::Pause, "ben", AT(2_000)));
    assert!(!job.change(Change::Pause, "ben", AT(2_000)));
    assert!(job.change(Change::Rate(20), "ben", AT(2_000)));
    assert!(!job.change(Change::Rate(20), "ben", AT(2_000)));
    assert!(job.change(Change::Resume, "ben", AT(9_000)));
    assert_eq!((job.state, job.next_at), (State::Running, AT(9_000)));
    assert!(job.change(Change::Cancel, "ben", AT(9_500)));
    for change in [
        Change::Pause,
        Change::Resume,
        Change::Cancel,
        Change::Rate(5),
    ] {
        assert!(!job.change(change, "cat", AT(9_600)), "{change:?}");
    }
    assert_eq!(
        (job.updated_by.as_str(), job.updated_at),
        ("ben", AT(9_500))
    );
}

#[test]
fn the_end_is_estimated_from_what_is_left() {
    let mut job = job(1_000);
    job.done = 40;
    job.skipped.add(Skip::SentAgain);
    assert_eq!(job.estimated_end(AT(1_000)), Some(AT(1_000 + 5_900)));
    job.total_complete = false;
    assert_eq!(job.estimated_end(AT(1_000)), None);
}
