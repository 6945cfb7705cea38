//! What pages weigh: the page, the style and the scripts, as they go over the wire on a first visit.

use std::{collections::HashSet, fmt::Write as _};

use bellwire_core::{access::Role, outcome::Answer};

use crate::app::App;

/// Issue 7's limit for all of a page.
const MOST_BYTES: usize = 60_000;

/// Every page with as much on it as it shows at once, compressed.
#[tokio::test]
async fn every_page_is_light() {
    let app = App::new("standard").await;
    let ann = app.user("ann@acme.example", Role::Admin).await;
    let op = app.operator().await;
    let mut last = None;
    for number in 0..40 {
        let name = format!("Webhook number {number} of the house");
        let url = format!("https://hooks-{number}.example/receive/{number}");
        last = Some(app.webhook(&name, &url, &[]).await);
        app.event_type(
            &format!("group{}.event{number}", number % 7),
            Some("{\"id\":1}"),
        )
        .await;
    }
    let mut event = None;
    for number in 0..40 {
        let data = format!("{{\"id\":{number},\"guest\":\"Maria Rossi {number}\"}}");
        let made = app
            .event(&format!("group{}.event{number}", number % 7), &[], &data)
            .await;
        app.attempt(
            made,
            1,
            Answer::Status(if number % 3 == 0 { 500 } else { 200 }),
        )
        .await;
        event = Some(made);
    }
    let webhook = last.unwrap().id;
    let event = event.unwrap();
    let mut paths: Vec<String> = [
        "overview",
        "overview?period=7d",
        "webhooks",
        "webhooks/new",
        "events",
        "failures",
        "rate-plans",
        "packages",
        "event-types",
        "event-types/group1.event1",
        "new-event-type",
        "inspector",
        "jobs",
        "jobs/new",
        "settings/organization",
        "settings/members",
        "settings/tokens",
        "settings/audit",
        "settings/storage",
    ]
    .iter()
    .map(|path| format!("/portal/acme/{path}"))
    .collect();
    paths.push(format!("/portal/acme/webhooks/{webhook}"));
    paths.push(format!("/portal/acme/webhooks/{webhook}/edit"));
    paths.push(format!("/portal/acme/events/{event}"));
    let mut told = String::new();
    let mut files = HashSet::new();
    for path in paths.iter().map(String::as_str).chain(["/overview"]) {
        let who = match path {
            "/overview" | "/portal/acme/settings/storage" => &op,
            _ => &ann,
        };
        let (page, named) = app.weight(who, path).await;
        let mut all = page;
        for file in &named {
            let (bytes, _) = app.weight(who, file).await;
            all += bytes;
        }
        assert_eq!(
            named.len(),
            3,
            "{path}: style, htmx and our script: {named:?}"
        );
        files.extend(named);
        // Writing to a String never fails.
        let _ = writeln!(told, "{all:>6} {page:>6} {path}");
        assert!(all <= MOST_BYTES, "{path}: {all} bytes\n{told}");
    }
    // Kept by the browser from one page to the next.
    assert_eq!(files.len(), 3);
}
