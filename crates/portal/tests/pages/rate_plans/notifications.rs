//! The dialog "Notification Intervals": APG-16 to APG-22, APG-26, APG-27b.

use bellwire_core::usage::UsageTarget;

use super::{DRAFT, PLAN, ada, house, notification, stored};
use crate::app::{App, Browser, Seen};

const NOTIFY: &str = "/portal/acme/rate-plans/location_adjustable/notify";

/// As htmx sends it.
async fn part(app: &App, who: &Browser, path: &str, fields: &[(&str, &str)]) -> Seen {
    let mut all = vec![("csrf", who.csrf())];
    all.extend(fields);
    app.post_with(who, path, &all, &[("hx-request", "true")])
        .await
}

/// What "Notify At" shows.
fn fires(seen: &Seen) -> Vec<String> {
    let from = seen.text.find("id=\"fires\"").expect("Notify At");
    let text = &seen.text[from..];
    let text = &text[..text.find("</div>").expect("an end")];
    text.split("<span class=\"tag\">")
        .skip(1)
        .filter_map(|rest| rest.split('<').next())
        .map(str::to_owned)
        .collect()
}

/// APG-16, APG-17: "+Notify" on published plans only, in the list, on the plan's page and beside the
/// plans of packages.
#[tokio::test]
async fn apg_16_notify_is_offered_on_published_plans_only() {
    let (app, ed) = house("apigee").await;
    let button = format!("<a class=\"button small\" href=\"{NOTIFY}\"");
    for path in ["/portal/acme/rate-plans", "/portal/acme/packages"] {
        let list = app.get(&ed, path).await;
        list.is(200).has(&button).has("Draft").has("Published");
        assert_eq!(list.text.matches(">+Notify<").count(), 1, "{path}");
    }
    app.get(&ed, PLAN).await.is(200).has(">+Notify<");
    app.get(&ed, DRAFT)
        .await
        .is(200)
        .has_not("+Notify<")
        .has("This is a draft");
    // Also not by its address.
    app.get(&ed, &format!("{DRAFT}/notify")).await.is(409);
    let fields = [("from", "80"), ("to", ""), ("step", "10")];
    app.post(&ed, &format!("{DRAFT}/notify"), &fields)
        .await
        .is(409);
    // The way there: Publish > Monetization > Rate plans, Publish > Packages.
    let crumbs = |levels: &[&str]| {
        let levels: Vec<String> = levels
            .iter()
            .map(|level| format!("<li>{level}</li>"))
            .collect();
        levels.join("")
    };
    app.get(&ed, "/portal/acme/rate-plans").await.has(&format!(
        "{}<li aria-current=\"page\">Rate plans</li>",
        crumbs(&["Publish", "Monetization"])
    ));
    app.get(&ed, "/portal/acme/packages").await.has(&format!(
        "{}<li aria-current=\"page\">Packages</li>",
        crumbs(&["Publish"])
    ));

    // Published, it is offered.
    let seen = app
        .post(&ed, &format!("{DRAFT}/published"), &[("published", "1")])
        .await;
    assert_eq!(seen.is(303).location(), format!("{DRAFT}?done=published"));
    app.get(&ed, DRAFT).await.has(">+Notify<");
    app.post(&ed, &format!("{DRAFT}/published"), &[("published", "")])
        .await
        .is(303);
    app.get(&ed, DRAFT).await.has_not(">+Notify<");
}

/// APG-18, APG-19, APG-26: exact and range, a step of 10 to begin with; what will fire is told while
/// one types.
#[tokio::test]
async fn apg_19_notify_at_shows_every_percentage_live() {
    let (app, ed) = house("apigee").await;
    app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let dialog = app.get(&ed, NOTIFY).await;
    dialog
        .is(200)
        .has("Notification Intervals")
        .has("At/From %")
        .has("To %")
        .has("% step")
        .has("name=\"step\" inputmode=\"numeric\" autocomplete=\"off\" value=\"10\"")
        .has("Notify At")
        .has("+ Add")
        .has("Create Notification");
    assert_eq!(fires(&dialog), [""; 0]);
    let looked = [
        ("do", "look"),
        ("from", "50"),
        ("to", ""),
        ("step", "10"),
        ("list", ""),
        ("from", "80"),
        ("to", "120"),
        ("step", "10"),
        ("list", ""),
    ];
    let seen = part(&app, &ed, NOTIFY, &looked).await;
    seen.is(200).has_not("<html").has("6 percentages");
    assert_eq!(fires(&seen), ["50%", "80%", "90%", "100%", "110%", "120%"]);
    // Of a row that is wrong the rest is told, and what is wrong.
    let mut wrong = looked;
    wrong[6] = ("to", "70");
    let seen = part(&app, &ed, NOTIFY, &wrong).await;
    seen.is(200)
        .has("Condition 2: The range begins at 80%: enter at least that.");
    assert_eq!(fires(&seen), ["50%"]);
    // Every one of them, also a thousand.
    let all = [("do", "look"), ("from", "1"), ("to", "1000"), ("step", "1")];
    let seen = part(&app, &ed, NOTIFY, &all).await;
    assert_eq!(fires(&seen).len(), 1000);
    assert!(stored(&app).await.is_empty());
}

/// APG-20: "+ Add", with scripts and without them; a row is taken out.
#[tokio::test]
async fn apg_20_conditions_are_added_and_taken_out() {
    let (app, ed) = house("apigee").await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let id = webhook.id.to_string();
    let fields = [
        ("do", "add"),
        ("from", "80"),
        ("to", "90"),
        ("step", "5"),
        ("list", ""),
        ("webhook", id.as_str()),
    ];
    for seen in [
        app.post(&ed, NOTIFY, &fields).await,
        part(&app, &ed, NOTIFY, &fields).await,
    ] {
        // What was typed stays, and the new row is where one goes on typing.
        seen.is(200)
            .has("value=\"80\"")
            .has("value=\"5\"")
            .has("Remove condition 2")
            .has("autofocus");
        assert_eq!(seen.text.matches("name=\"from\"").count(), 2);
        assert!(seen.text.contains(&format!("value=\"{id}\" checked")));
    }
    let fields = [
        ("do", "remove-0"),
        ("from", "80"),
        ("to", ""),
        ("step", "10"),
        ("list", ""),
        ("from", "95"),
        ("to", ""),
        ("step", "10"),
        ("list", ""),
    ];
    let seen = app.post(&ed, NOTIFY, &fields).await;
    seen.is(200).has("value=\"95\"").has_not("value=\"80\"");
    assert!(stored(&app).await.is_empty());
}

/// APG-21: one webhook or more; it fires what "Notify At" has shown.
#[tokio::test]
async fn apg_21_a_notification_is_created() {
    let (app, ed) = house("apigee").await;
    let one = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let two = app.webhook("Till", "https://hooks.example/b", &[]).await;
    let (one, two) = (one.id.to_string(), two.id.to_string());
    let fields = [
        ("do", "save"),
        ("from", "50"),
        ("to", ""),
        ("step", "10"),
        ("list", ""),
        ("from", "80"),
        ("to", "120"),
        ("step", ""),
        ("list", ""),
        ("webhook", one.as_str()),
        ("webhook", two.as_str()),
    ];
    let seen = app.post(&ed, NOTIFY, &fields).await;
    assert_eq!(seen.is(303).location(), format!("{PLAN}?done=notified"));
    let kept = stored(&app).await;
    assert_eq!(kept.len(), 1);
    assert_eq!(
        kept[0].targets,
        [
            UsageTarget::At(50),
            UsageTarget::range(80, 120, 10).unwrap()
        ]
    );
    assert_eq!(kept[0].webhooks.len(), 2);
    let page = app.get(&ed, &format!("{PLAN}?done=notified")).await;
    page.is(200)
        .has("The notification was created.")
        .has("80% to 120%, every 10%")
        .has("Desk")
        .has("Till");

    // Out of the dialog: the page is told where to go.
    let seen = part(&app, &ed, NOTIFY, &fields).await;
    assert_eq!(
        seen.is(204).headers["hx-redirect"],
        format!("{PLAN}?done=notified")
    );
}

/// APG-27b, APG-21: each fault at its field, in the reader's language; nothing is stored, and nothing
/// that was typed is lost.
#[tokio::test]
async fn apg_27b_faults_are_told_at_their_fields() {
    let (app, mut ed) = house("apigee").await;
    let webhook = app.webhook("Desk", "https://hooks.example/a", &[]).await;
    let id = webhook.id.to_string();
    for (from, to, step, field, said) in [
        ("120", "80", "10", "to-1", "The range begins at 120%"),
        (
            "80",
            "120",
            "0",
            "step-1",
            "a whole number from 1 to 1,000,000",
        ),
        ("0", "", "10", "from-1", "a whole number from 1 to"),
        ("80.5", "", "10", "from-1", "a whole number from 1 to"),
        ("1000001", "", "10", "from-1", "a whole number from 1 to"),
        ("1", "5000", "1", "step-1", "That makes 5,000 percentages"),
        ("", "80", "10", "from-1", "at which the range begins"),
        ("", "", "10", "from-1", "Enter a percentage."),
        ("<b>", "", "10", "from-1", "a whole number"),
    ] {
        let fields = [
            ("do", "save"),
            ("from", from),
            ("to", to),
            ("step", step),
            ("list", ""),
            ("webhook", id.as_str()),
        ];
        for seen in [
            app.post(&ed, NOTIFY, &fields).await,
            part(&app, &ed, NOTIFY, &fields).await,
        ] {
            seen.is(422).has_not("<b>");
            let at = format!("id=\"{field}-note\">");
            let note = seen.text.split(&at).nth(1).expect(field);
            let note = note.split('<').next().unwrap();
            assert!(note.contains(said), "{from} {to} {step}: {note}");
            seen.has("aria-invalid=\"true\"");
            seen.has(&format!("value=\"{id}\" checked"));
        }
    }
    // No webhook.
    let fields = [("do", "save"), ("from", "80"), ("to", ""), ("step", "10")];
    let seen = app.post(&ed, NOTIFY, &fields).await;
    seen.is(422)
        .has("Choose at least one webhook.")
        .has("value=\"80\"");
    ed.language = "de";
    let seen = app.post(&ed, NOTIFY, &fields).await;
    seen.is(422).has("Wählen Sie mindestens einen Webhook.");
    ed.language = "en";
    // More than all conditions of a plan may name together.
    notification(&app, vec![UsageTarget::range(1, 1000, 1).unwrap()]).await;
    let fields = [
        ("do", "save"),
        ("from", "2000"),
        ("to", ""),
        ("step", "10"),
        ("webhook", id.as_str()),
    ];
    let seen = app.post(&ed, NOTIFY, &fields).await;
    seen.is(409).has("take a larger step").has("value=\"2000\"");
    assert_eq!(stored(&app).await.len(), 1);
}

/// APG-22: "Edit", "Save Notification", "Delete Notification", which asks first.
#[tokio::test]
async fn apg_22_a_notification_is_saved_and_deleted() {
    let (app, ed) = house("apigee").await;
    let targets = vec![
        UsageTarget::range(80, 120, 20).unwrap(),
        UsageTarget::list(&[1, 2, 5]).unwrap(),
    ];
    let condition = notification(&app, targets.clone()).await;
    let path = format!("/portal/acme/notifications/{}", condition.id);
    app.get(&ed, PLAN)
        .await
        .has(&format!("href=\"{path}\""))
        .has(&format!("href=\"{path}/remove\""));
    let dialog = app.get(&ed, &path).await;
    dialog
        .is(200)
        .has("Save Notification")
        .has("Delete Notification")
        .has("value=\"120\"")
        .has("value=\"1 2 5\"");
    assert_eq!(fires(&dialog), ["1%", "2%", "5%", "80%", "100%", "120%"]);
    let id = condition.webhooks[0].to_string();
    let fields = [
        ("do", "save"),
        ("from", "90"),
        ("to", ""),
        ("step", "10"),
        ("list", ""),
        ("from", ""),
        ("to", ""),
        ("step", ""),
        ("list", "1 2 5"),
        ("webhook", id.as_str()),
    ];
    let seen = app.post(&ed, &path, &fields).await;
    assert_eq!(
        seen.is(303).location(),
        format!("{PLAN}?done=notification-saved")
    );
    assert_eq!(
        stored(&app).await[0].targets,
        [UsageTarget::At(90), targets[1].clone()]
    );
    let asked = app.get(&ed, &format!("{path}/remove")).await;
    asked
        .is(200)
        .has("Delete this notification?")
        .has("90%, 1%, 2%, 5%")
        .has("data-cancel");
    let seen = app.post(&ed, &format!("{path}/remove"), &[]).await;
    assert_eq!(
        seen.is(303).location(),
        format!("{PLAN}?done=notification-removed")
    );
    assert!(stored(&app).await.is_empty());
    app.get(&ed, &path).await.is(404);
}

/// APG-21: without a webhook the way to one; among many, a search that keeps what is chosen.
#[tokio::test]
async fn apg_21_webhooks_are_found_among_many() {
    let (app, ed) = house("apigee").await;
    let none = app.get(&ed, NOTIFY).await;
    none.is(200)
        .has("There is no webhook yet.")
        .has("href=\"/portal/acme/webhooks/new\"");
    let first = app
        .webhook("First", "https://hooks.example/first", &[])
        .await;
    let id = first.id.to_string();
    // Where there is one webhook, it is chosen.
    app.get(&ed, NOTIFY)
        .await
        .has(&format!("value=\"{id}\" checked"))
        .has_not("name=\"find\"");
    for number in 0..40 {
        let url = format!("https://hooks.example/{number}");
        app.webhook(&format!("Desk {number}"), &url, &[]).await;
    }
    let fields = [
        ("do", "look"),
        ("from", "80"),
        ("find", "desk 39"),
        ("webhook", id.as_str()),
    ];
    let seen = part(&app, &ed, NOTIFY, &fields).await;
    seen.is(200)
        .has("Desk 39")
        .has("First")
        .has_not("Desk 12")
        .has(&format!("value=\"{id}\" checked"));
    app.get(&ed, NOTIFY)
        .await
        .has("There are more. Search to find them.");
}

/// APG-24, APG-18: how much of the target is used, as a bar and in words, with the percentages that
/// fire.
#[tokio::test]
async fn usage_is_shown_against_the_target() {
    let (app, ed) = house("apigee").await;
    app.get(&ed, PLAN)
        .await
        .has("Nobody has bought this rate plan yet.");
    notification(&app, vec![UsageTarget::range(80, 120, 10).unwrap()]).await;
    ada(&app, 1000, 820).await;
    let page = app.get(&ed, PLAN).await;
    page.is(200)
        .has("82% · 820 of 1,000")
        .has("role=\"img\" aria-label=\"ada@example.com: 82% · 820 of 1,000\"")
        .has("class=\"use-warn\"")
        // 82 and 80 of 120 percent, on 1000.
        .has("width=\"683\"")
        .has("M666 0v12");
    let own = app
        .get(&ed, "/portal/acme/developers/ada%40example.com")
        .await;
    own.is(200)
        .has("82% · 820 of 1,000")
        .has("location_adjustable");
}
