//! The inspector's pages: a customer's first receiver (EVI-16).

use bellwire_core::{access::Role, inspector::Inspector, signature};

use crate::app::{App, Browser, Seen};

const LIST: &str = "/portal/acme/inspector";
const ORIGIN: &str = "https://hooks.example";

async fn all(app: &App) -> Vec<Inspector> {
    let access = bellwire_core::access::Access::everything();
    app.kit.service.inspectors("acme", &access).await.unwrap()
}

/// The newest request of an inspector.
async fn newest(app: &App, inspector: &Inspector) -> String {
    let page = app.kit.service.list_inspected(inspector, None, 1).await;
    page.unwrap().items[0].id.to_string()
}

/// An inspector that waits and one where something has arrived: their pages, and the request.
pub(crate) async fn some(app: &App, browser: &Browser) -> [String; 3] {
    for _ in 0..2 {
        app.post(browser, LIST, &[]).await.is(303);
    }
    let made = all(app).await;
    let url = app.kit.service.inspector_path(made[0].id);
    app.arrive(&url, &[("webhook-signature", "v1,x")], b"{}")
        .await;
    let page = |one: &Inspector| format!("{LIST}/{}", one.id);
    [page(&made[1]), page(&made[0]), newest(app, &made[0]).await]
}

/// As htmx asks.
async fn part(app: &App, browser: &Browser, path: &str) -> Seen {
    app.get_with(browser, path, &[("hx-request", "true")]).await
}

/// EVI-16: one click makes a private URL, which waits and says how to try it; what arrives is shown in
/// full, as text, whatever it is.
#[tokio::test]
async fn a_private_url_shows_what_arrives_there() {
    let app = App::under("standard", ORIGIN).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    app.get(&ed, LIST)
        .await
        .is(200)
        .has("Create private URL")
        .has("See what is sent");
    let made = app.post(&ed, LIST, &[]).await;
    let path = made.is(303).location().to_owned();
    let inspector = all(&app).await.remove(0);
    assert_eq!(path, format!("{LIST}/{}", inspector.id));
    let url = app.kit.service.inspector_path(inspector.id);
    let encoded: String =
        url::form_urlencoded::byte_serialize(format!("{ORIGIN}{url}").as_bytes()).collect();
    let waiting = app.get(&ed, &path).await;
    waiting
        .is(200)
        .has(&format!("<pre id=\"url\">{ORIGIN}{url}</pre>"))
        .has("Waiting for the first request")
        .has("curl --json")
        .has(&format!("/portal/acme/webhooks/new?url={encoded}"))
        .has_not("delivery.allow_networks");
    app.get(&ed, &format!("/portal/acme/webhooks/new?url={encoded}"))
        .await
        .is(200)
        .has(&format!("value=\"{ORIGIN}{url}\""));

    let body = br#"{"name":"<script>alert(1)</script>","n":1.10}"#;
    let headers = [("x-own", "<b>\"bold\"</b>")];
    app.arrive(&format!("{url}/orders?x=%3Ci%3E&y='q'"), &headers, body)
        .await
        .is(200);
    let shown = app.get(&ed, &path).await;
    shown
        .is(200)
        .has("POST /orders?x=%3Ci%3E&#38;y=&#39;q&#39;")
        .has("x-own: &#60;b&#62;")
        .has("\n  &#34;n&#34;: 1.10")
        .has("It carries no signature.")
        .has_not("<script>alert")
        .has_not("Waiting for the first request");
    app.arrive(&url, &[], &[0xff, 0x00, b'<']).await.is(200);
    app.get(&ed, &path)
        .await
        .has("ff 00 3c")
        .has("Not text")
        .has("POST /orders");
    let (binary, first) = (newest(&app, &inspector).await, format!("{path}?request="));
    app.get(&ed, &format!("{first}{binary}"))
        .await
        .has("ff 00 3c");
    app.get(&ed, &format!("{first}00000000-0000-7000-8000-000000000000"))
        .await
        .is(200)
        .has("made room");
}

/// EVI-16: the live part asks again, and gets nothing when there is nothing new.
#[tokio::test]
async fn the_live_part_is_drawn_again_only_for_what_is_new() {
    let app = App::under("standard", ORIGIN).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let path = app.post(&ed, LIST, &[]).await.is(303).location().to_owned();
    let inspector = all(&app).await.remove(0);
    let asks = |seen: &Seen| {
        let part = seen.text.split("hx-get=\"").nth(1).unwrap();
        part.split('"').next().unwrap().replace("&#38;", "&")
    };
    let first = app.get(&ed, &path).await;
    first
        .has("hx-trigger=\"every 2s\"")
        .has("aria-live=\"polite\"");
    let again = asks(&first);
    part(&app, &ed, &again).await.is(204);
    // Without htmx it is a page like any other.
    app.get(&ed, &again).await.is(200);
    let url = app.kit.service.inspector_path(inspector.id);
    app.arrive(&url, &[], b"{}").await.is(200);
    let second = part(&app, &ed, &again).await;
    second
        .is(200)
        .has("POST / has arrived, 2025-11-21 08:00:00 UTC.");
    part(&app, &ed, &asks(&second)).await.is(204);
}

/// EVI-16: the secrets of the webhook that calls it are tried, and not shown; another one can be
/// pasted, and is not shown either.
#[tokio::test]
async fn the_signature_is_judged() {
    let app = App::under("standard", ORIGIN).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let path = app.post(&ed, LIST, &[]).await.is(303).location().to_owned();
    let inspector = all(&app).await.remove(0);
    let url = app.kit.service.inspector_path(inspector.id);
    let secret = "whsec_c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nz";
    let seconds = app.kit.service.now().as_secs();
    let send = async |secret: &str, body: &[u8]| {
        let tag = signature::sign(secret, "msg_1", seconds, body).unwrap();
        let seconds = seconds.to_string();
        let headers = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", seconds.as_str()),
            ("webhook-signature", tag.as_str()),
        ];
        app.arrive(&url, &headers, body).await.is(200);
        app.get(&ed, &path).await
    };
    let unknown = send(secret, b"{}").await;
    unknown
        .has("there is no secret to check")
        .has("Check with a secret");
    let request = newest(&app, &inspector).await;
    let check = format!("{path}/check");
    app.get(&ed, &format!("{check}?request={request}"))
        .await
        .is(200)
        .has("kept nowhere");
    let fields = [("request", request.as_str()), ("secret", secret)];
    app.post(&ed, &check, &fields)
        .await
        .is(200)
        .has("Signed correctly with that secret")
        .has_not(secret)
        .has_not("hx-trigger");
    let other = format!("whsec_{}", "d".repeat(32));
    let fields = [("request", request.as_str()), ("secret", other.as_str())];
    app.post(&ed, &check, &fields)
        .await
        .is(200)
        .has("Not signed with that secret");
    let fields = [("request", request.as_str()), ("secret", "<b>nonsense")];
    app.post(&ed, &check, &fields)
        .await
        .is(422)
        .has("role=\"alert\"")
        .has_not("<b>nonsense");

    // From now on a webhook calls it.
    let webhook = app.webhook("Orders", &format!("{ORIGIN}{url}"), &[]).await;
    let own = webhook.secrets[0].value.clone();
    let right = send(&own, b"{}").await;
    right
        .has("Signed correctly by")
        .has(&format!("/portal/acme/webhooks/{}\">Orders", webhook.id))
        .has_not(&own);
    let wrong = send(secret, b"{}").await;
    wrong
        .has("Not signed as by")
        .has(">Orders</a>")
        .has_not(&own);
}

/// EVI-16: it answers as it is told; what is wrong comes back at its field.
#[tokio::test]
async fn the_answer_is_chosen() {
    let app = App::under("standard", ORIGIN).await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let path = app.post(&ed, LIST, &[]).await.is(303).location().to_owned();
    let save = format!("{path}/settings");
    let fields = [("name", "Try <it>"), ("status", "503"), ("delay_s", "0")];
    let saved = app.post(&ed, &save, &fields).await;
    assert_eq!(saved.is(303).location(), format!("{path}?done=saved"));
    app.get(&ed, saved.location())
        .await
        .has("The next request gets this answer")
        .has("Try &#60;it&#62;")
        .has("<option value=\"503\" selected>");
    let inspector = all(&app).await.remove(0);
    let url = app.kit.service.inspector_path(inspector.id);
    app.arrive(&url, &[], b"{}").await.is(503);
    for (delay, said) in [("11", "0 to 10"), ("soon", "whole number")] {
        let fields = [("name", "x"), ("status", "200"), ("delay_s", delay)];
        app.post(&ed, &save, &fields)
            .await
            .is(422)
            .has(said)
            .has(&format!("value=\"{delay}\""))
            .has("aria-invalid=\"true\"");
    }
    app.post(&ed, &format!("{path}/clear"), &[]).await.is(303);
    app.get(&ed, &path)
        .await
        .has("Waiting for the first request");
    app.post(&ed, &format!("{path}/remove"), &[]).await.is(303);
    app.get(&ed, &path).await.is(404);
    app.arrive(&url, &[], b"{}").await.is(404);
}

/// EVI-16, WNK-8: where the server's own address cannot be called, the page says so.
#[tokio::test]
async fn an_address_that_is_not_called_is_told_of() {
    let app = App::under("wink", "http://hooks.example").await;
    let ed = app.user("ed@acme.example", Role::Editor).await;
    let path = app.post(&ed, LIST, &[]).await.is(303).location().to_owned();
    app.get(&ed, &path)
        .await
        .is(200)
        .has("is not allowed as a destination")
        .has("https")
        .has_not("delivery.allow_networks");
    app.kit
        .sender
        .refuse("10.0.0.1 is a private address, and webhooks reach public addresses only");
    app.get(&ed, &path)
        .await
        .is(200)
        .has("10.0.0.1 is a private address");
}

/// EVI-16: customers see their own, those who only look change nothing.
#[tokio::test]
async fn who_sees_an_inspector() {
    let app = App::under("standard", ORIGIN).await;
    let cool = app.customer(&["account:cool"]).await;
    let hot = app.customer(&["account:hot"]).await;
    let vic = app.user("vic@acme.example", Role::Viewer).await;
    let path = app
        .post(&cool, LIST, &[])
        .await
        .is(303)
        .location()
        .to_owned();
    app.get(&cool, &path).await.is(200).has("Private URL");
    app.get(&hot, &path).await.is(404).has_not("/inspect/");
    app.get(&hot, LIST).await.is(200).has("See what is sent");
    app.get(&vic, &path)
        .await
        .is(200)
        .has_not("/remove")
        .has_not(&format!("{path}/settings"));
    app.get(&vic, LIST).await.has_not("Create private URL");
    for below in ["settings", "clear", "remove"] {
        app.post(&hot, &format!("{path}/{below}"), &[])
            .await
            .is(404);
        app.post(&vic, &format!("{path}/{below}"), &[])
            .await
            .is(403);
    }
    app.post(&vic, LIST, &[]).await.is(403);
    assert_eq!(all(&app).await.len(), 1);
}
