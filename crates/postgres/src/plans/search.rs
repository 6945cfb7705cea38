//! The log: what a search walks along, on four days with a history in which little went wrong.

use super::{Asked, DAY_MS, DAYS, ID, START_MS, fill, id, list, session, webhook};
use crate::query::{self, sources};
use uuid::Uuid;

/// Some of what is there has failed, was retried late, or was sent again.
const TROUBLE: &str = "\
UPDATE deliveries SET state = 2 WHERE state = 1 AND created_at % 50000 = 0;
UPDATE deliveries SET updated_at = created_at + 700000000
WHERE state = 1 AND created_at % 70000 = 0;
UPDATE attempts SET status = 503 WHERE at % 50000 = 0;
INSERT INTO resends (event_id, delivery_id)
SELECT event_id, id FROM deliveries WHERE created_at % 90000 = 0;";

/// Each walk is along its index, however many rows of others lie between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_walks_what_did_not_go_smoothly() {
    let session = session().await;
    session.command(ID).await.expect("a function");
    let newest = START_MS + (DAYS - 1) * DAY_MS;
    let hooks = list((1..=20).map(webhook));
    let days: Vec<i64> = (0..DAYS).map(|day| START_MS / DAY_MS + day).collect();
    let before = format!("{hooks}, '{}'", Uuid::max());
    let index = |what, index: sources::Index, more: &str, name| {
        Asked::new(what, index.sql(&days, 64), format!("{before}, {more}")).by(name)
    };
    let walked = [
        index(
            "what failed",
            sources::UNLUCKY,
            "'{2}'",
            "webhook_id_id_state",
        ),
        index(
            "what was late",
            sources::LATE,
            "0",
            "webhook_id_id_updated_at",
        ),
        index(
            "what got a status",
            sources::ANSWERED,
            "'5', 503",
            "webhook_id_coalesce_delivery_id",
        ),
        index(
            "what got no answer",
            sources::ANSWERED,
            "'dns', NULL",
            "webhook_id_coalesce_delivery_id",
        ),
        Asked::new(
            "all deliveries",
            sources::ALL,
            format!(
                "'{}', '{}', 64, {hooks}, NULL",
                Uuid::max(),
                id(newest, '0', 0)
            ),
        ),
    ];
    let organization = id(START_MS, 'a', 1);
    let events = list((1..=50).map(|n| id(newest + n * 90, 'e', n * 90)));
    let first = id(newest + 90, 'e', 90);
    let last = id(newest + 4500, 'e', 4500);
    let looked = [
        Asked::new(
            "what was sent again",
            sources::RESENT,
            format!("'{organization}', '{}', '{first}', 64", Uuid::max()),
        )
        .by("resends_by_organization")
        .within(8),
        Asked::new(
            "some events",
            query::SOME_EVENTS,
            format!("'{organization}', {events}, '{first}', '{last}', false"),
        )
        .within(50 * 4),
    ];
    // Of 20 webhooks each has a page or two of each day's index, and what it leads to.
    let walked = walked.map(|asked| asked.within(DAYS as u64 * 20 * 3 + 64 * 4));
    let all: Vec<Asked> = walked.into_iter().chain(looked).collect();
    for (number, asked) in all.iter().enumerate() {
        asked.prepare(&session, &format!("early_{number}")).await;
        asked.run(&session, &format!("early_{number}")).await;
    }
    fill(&session).await;
    session.command(TROUBLE).await.expect("trouble");
    for (number, asked) in all.iter().enumerate() {
        let early = format!("early_{number}");
        asked.check("early", &asked.run(&session, &early).await);
        let late = format!("late_{number}");
        asked.prepare(&session, &late).await;
        asked.check("late", &asked.run(&session, &late).await);
    }
    // What the planner knows of the tables once autovacuum has been there changes its mind.
    session.command("ANALYZE").await.expect("statistics");
    for (number, asked) in all.iter().enumerate() {
        let known = format!("known_{number}");
        asked.prepare(&session, &known).await;
        asked.check("with statistics", &asked.run(&session, &known).await);
    }
}
