//! Counts of all types together, which a migration adds up from those of each type.

use bellwire_core::{
    delivery::Kind,
    outcome::Answer,
    policy::Next,
    ports::Whose,
    statistics::{Cell, GroupBy, Range, Span, Table},
    time::{DAY, HOUR, Time},
};

use super::{World, answered, fold_all, jobs, record, table};
use crate::conformance::aside::Raw;

/// They are what a folder would have left.
pub async fn they_are_added_up_later<S: Raw>(subject: S, migration: &str) {
    let world = World::new(subject);
    let store = world.store();
    let cool = world.organization("cool").await;
    let (first, second) = (world.webhook(&cool).await, world.webhook(&cool).await);
    let hour = Time::from_micros(world.now.as_micros() / HOUR * HOUR);
    let mut records = Vec::new();
    // Several types in one hour, with the same results; two that began at the same time.
    let turns = [
        ("a.b", 200, 0),
        ("a.c", 200, 1),
        ("d.e", 200, 1),
        ("a.c", 503, 2),
        ("a.b", 503, 2),
        ("a.b", 200, HOUR),
    ];
    for (turn, (event_type, status, after)) in (0_u32..).zip(turns) {
        let both = [&first, &second];
        let sent = jobs(&world, &cool, &both, event_type, Kind::Matched).await;
        for (place, job) in (0..).zip(sent) {
            let next = if status == 503 {
                Next::Fail
            } else {
                Next::Deliver
            };
            let made = world.record(&job, status + place, next);
            let total_us = 1_000 + 900 * turn;
            let answer = Answer::Status(status + place);
            records.push(answered(made, answer, hour + after, total_us));
        }
    }
    record(&store, records).await;
    fold_all(&store, world.now).await;

    let read = async || {
        let mut tables: Vec<Table> = Vec::new();
        for span in Span::ALL {
            let range = Range::new(span, hour, hour + 2 * HOUR);
            for (whose, by) in [
                (Whose::Webhooks(cool.id), Some(GroupBy::Result)),
                (Whose::Organization(cool.id), None),
                (Whose::Platform, Some(GroupBy::Class)),
            ] {
                tables.push(table(&store, whose, range, by).await);
            }
        }
        tables
    };
    let rows = async || world.subject().number("SELECT count(*) FROM rollups").await;
    let (folded, all) = (read().await, rows().await);
    assert!(folded.iter().all(|table| table.all.attempts() == 12));
    assert!(folded.iter().all(|table| table.all.exhausted == 4));

    world
        .subject()
        .run("DELETE FROM rollups WHERE type = ''")
        .await;
    assert!(
        read()
            .await
            .iter()
            .all(|table| table.all == Cell::default())
    );
    let range = Range::new(Span::Day, hour, hour + DAY);
    let by_type = Some(GroupBy::Type);
    let types = table(&store, Whose::Organization(cool.id), range, by_type).await;
    assert_eq!(types.groups.len(), 3);
    assert_eq!(types.all.attempts(), 12);

    world.subject().run(migration).await;
    assert_eq!(rows().await, all);
    assert_eq!(read().await, folded);
}
