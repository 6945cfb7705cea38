//! An installation with one of everything that can be stored, made over the API of a real server;
//! what no client can make is written into the file afterwards.

use std::collections::BTreeMap;

use bellwire_testkit::receiver::{Behaviour, Receiver};
use rusqlite::{Connection, config::DbConfig};
use serde_json::{Value, json};

use crate::{
    api::Api,
    places::{Places, serve},
};

/// The path of the organization that most of it belongs to.
pub(crate) const ACME: &str = "/organizations/acme";
/// The data of the event that waits, as it was written.
pub(crate) const DATA: &str = r#"{"z": 1.10, "a":12345678901234567890,"é":"\u0000\ud83d\ude00"}"#;

/// What was made.
pub(crate) struct Installation {
    pub(crate) token: String,
    /// Everything that the API told before the server was killed.
    pub(crate) told: BTreeMap<String, Value>,
    pub(crate) receiver: Receiver,
    /// The webhook whose deliveries wait for an endpoint that hangs.
    pub(crate) hangs: String,
    /// The event that waits there.
    pub(crate) waiting: String,
}

impl Installation {
    /// Makes it, and kills its server.
    pub(crate) async fn make(places: &Places) -> Self {
        let receiver = Receiver::start().await;
        script(&receiver);
        let (process, url) = serve(places.path(), &[]);
        let token = process.after("Platform token");
        let api = Api::new(&url, &token);
        catalogue(&api);
        let webhooks = webhooks(&api, &receiver);
        let waiting = events(&api, &webhooks).await;
        settle(&api, &webhooks).await;
        drop(process);

        // An external id means something else again once it is forgotten: here, at once.
        let (process, url) = serve(places.path(), &["--set", "ingest.idempotency_ttl_s=0"]);
        let api = Api::new(&url, &token);
        for number in 0..3 {
            let event = json!({"type": "x.again", "id": "again", "data": number});
            api.make(&format!("{ACME}/events"), &event);
        }
        settle(&api, &webhooks).await;
        let told = api.everything();
        drop(process);
        let file = Connection::open(places.file()).expect("the database");
        // What the server had not brought from its log into the file stays there.
        file.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .expect("it is set");
        file.execute_batch(BY_HAND).expect("rows by hand");
        drop(file);
        Self {
            token,
            told,
            receiver,
            hangs: webhooks["hangs"].clone(),
            waiting,
        }
    }
}

/// An organization that is being removed, with what is left of it; a text that PostgreSQL cannot hold;
/// people, and what they leave; what somebody has bought and used, too
/// late to be forgotten meanwhile.
const BY_HAND: &str = "
INSERT INTO organizations (id, slug, name, default_profile, strict_types, generation, created_at,
                           updated_at, deleted_at, accent, logo)
VALUES (x'019aa577000070008000000000000001', 'gone', 'Gone' || char(0), 'standard', 0, 7, 1, 2, 3,
        '#0b6e4f', x'89504e470d0a1a0a0000000d4948445200000040000000200806000000');
INSERT INTO events (id, organization, type, flags, created_at, deliveries, data)
SELECT x'019aa577000070008000000000000002', seq, 'x.y', 3, 5, x'', x'7b7d'
FROM organizations WHERE slug = 'gone';

INSERT INTO users (id, revision, email, name, password, operator, issuer, subject, language,
                   disabled_at, created_at, updated_at)
VALUES (x'019aa577000070008000000000000003', 4, 'ann@example.com', 'Ann', '$argon2id$', 1,
        'https://id.example', 'ann', 'it', NULL, 1, 2),
       (x'019aa577000070008000000000000004', 1, 'bob@example.com', 'Bob', NULL, 0, NULL, NULL, NULL,
        9, 1, 2);
INSERT INTO memberships (user, organization, role, by_group)
SELECT u.seq, o.seq, CASE o.slug WHEN 'acme' THEN 'admin' ELSE 'viewer' END, o.slug = 'rigid'
FROM users u, organizations o WHERE u.name = 'Ann';
INSERT INTO links (id, kind, user, organization, portal, created_at, created_by, expires_at, used_at,
                   revoked_at, ends_at)
SELECT x'019aa577000070008000000000000005', 'portal', NULL, seq, '{\"a\":1}', 1, 'ann', 2, 3, NULL, 4
FROM organizations WHERE slug = 'acme';
INSERT INTO links (id, kind, user, created_at, created_by, expires_at, revoked_at, ends_at)
SELECT x'019aa577000070008000000000000006', 'password', seq, 1, 'ann', 2, 5, 4
FROM users WHERE name = 'Bob';
INSERT INTO sessions (id, sha256, user, created_at, seen_at, expires_at, ends_at, address, agent)
SELECT x'019aa577000070008000000000000007', zeroblob(32), seq, 1, 2, 3, 4, '::1', 'a browser'
FROM users WHERE name = 'Ann';
INSERT INTO sessions (id, sha256, link, portal, created_at, seen_at, expires_at, ends_at)
SELECT x'019aa577000070008000000000000008', randomblob(32), seq, '{}', 1, 2, 3, 4
FROM links WHERE kind = 'portal';
INSERT INTO audit (id, at, organization, actor_kind, actor_id, actor_name, address, request, action,
                   subject, label, before, after)
VALUES (x'019aa577000070008000000000000009', 5, x'019aa577000070008000000000000001', 'user', 'x',
        'Ann', '127.0.0.1', 'r-1', 'webhook.updated', 'y', 'the one', '{\"a\":1}', NULL);
INSERT INTO tokens (id, organization, name, sha256, role, created_at, expires_at, last_used_at)
SELECT x'019aa57700007000800000000000000a', seq, 'looks only', randomblob(32), 'viewer', 1, 2, 7
FROM organizations WHERE slug = 'gone';

INSERT INTO usage_items (organization, noun, key, parent, owner, body, words, created_at,
                         created_by, updated_at, updated_by)
SELECT o.seq, i.noun, i.key, i.parent, i.owner, i.body, i.key, 1, 'ann', 2, 'bob'
FROM organizations o, (
    SELECT 1 AS noun, 'ada@example.com' AS key, NULL AS parent, NULL AS owner,
           '{\"email\":\"ada@example.com\",\"first_name\":\"Ada \\u0000\"}' AS body
    UNION ALL SELECT 2, 'location', NULL, NULL, '{}'
    UNION ALL SELECT 3, 'adjustable', 'location', NULL, '{}'
    UNION ALL SELECT 4, '019aa577-0000-7000-8000-00000000000b', 'adjustable', 'ada@example.com', '{}'
    UNION ALL SELECT 5, '019aa577-0000-7000-8000-00000000000c', 'adjustable', NULL, '{}') i
WHERE o.slug IN ('acme', 'rigid');
INSERT INTO usage_counters (plan, period, count, level, updated_at)
SELECT seq, p.value, 9223372036854775807, 80, 7 FROM usage_items, json_each('[5, -6]') p
WHERE noun = 4;
INSERT INTO usage_batches (organization, at, ids)
SELECT o.seq, CAST(p.value AS INTEGER), randomblob(16 * 500)
FROM organizations o, json_each('[9e15, 9e15, 9e15, 9e15, 1e16]') p WHERE o.slug IN ('acme', 'rigid');
INSERT INTO usage_batches (organization, at, ids)
SELECT seq, 8000000000000000, randomblob(16) FROM organizations WHERE slug = 'acme';

INSERT INTO inspectors (id, organization, name, channels, status, delay_s, created_at, created_by,
                        used_at)
SELECT x'019aa57700007000800000000000000d', seq, 'of Cool', '[\"account:cool\",\"account:ü\"]', 503, 10,
       1, 'ann', 9000000000000000
FROM organizations WHERE slug = 'acme';
INSERT INTO inspected (inspector, id, bytes, at, method, path, headers, body_bytes, answered, body)
SELECT seq, id, 1, 1, 'POST', '/', x'', 1, 503, x'00' FROM inspectors";

fn script(receiver: &Receiver) {
    let long = Behaviour::StatusWith {
        status: 500,
        headers: vec![
            ("x-of-its-own".to_owned(), "ü and \u{7f}".to_owned()),
            ("set-cookie".to_owned(), "a=1".to_owned()),
        ],
        body: "no ".repeat(2_000).into(),
    };
    for (path, behaviour) in [
        ("/hangs", Behaviour::Hang),
        ("/retries", Behaviour::Status(503)),
        ("/fails", long),
        ("/odd", Behaviour::NonUtf8),
        ("/reset", Behaviour::Reset),
        ("/counts", Behaviour::Status(404)),
        ("/disabled", Behaviour::Status(503)),
        ("/deleted", Behaviour::Status(503)),
    ] {
        receiver.always(path, behaviour);
    }
}

fn catalogue(api: &Api) {
    let schema = json!({"type": "object"});
    let made = json!({
        "name": "booking.created", "description": "A guest has booked.",
        "schema": schema, "example": {"id": 1.50},
    });
    api.make("/event-types", &made);
    for (slug, profile, strict) in [
        ("acme", "standard", false),
        ("rigid", "standard", true),
        ("travel", "wink", false),
    ] {
        let made = json!({
            "id": slug, "name": format!("The {slug} \u{1f600}"), "default_profile": profile,
            "strict_event_types": strict,
        });
        api.make("/organizations", &made);
    }
    let renamed = json!({"name": "The Acme"});
    api.patch(ACME, &renamed);
    let own = json!({"name": "acme.own", "description": "Ours."});
    api.make(&format!("{ACME}/event-types"), &own);
    for key in ["account:cool", "conference:42"] {
        let channel = json!({"key": key, "label": "Ä", "kind": "account"});
        api.make(&format!("{ACME}/channels"), &channel);
    }
    let named = json!({"name": "a producer", "organization": "acme"});
    api.make("/tokens", &named);
    let revoked = api.make("/tokens", &json!({"name": "revoked"}));
    api.delete(&format!("/tokens/{revoked}"));
}

fn webhooks(api: &Api, receiver: &Receiver) -> BTreeMap<&'static str, String> {
    let hourly = json!({"retry": {"kind": "fixed", "interval_s": 3600, "max_attempts": 9}});
    let never = json!({"retry": {"kind": "none"}});
    let soon = json!({
        "retry": {"kind": "fixed", "interval_s": 1, "max_attempts": 1000},
        "timeouts": {"connect_ms": 9000, "first_byte_ms": 100_000, "total_ms": 110_000},
    });
    let mut made = BTreeMap::new();
    for (name, overrides) in [
        ("hangs", soon),
        ("retries", hourly.clone()),
        ("fails", never.clone()),
        ("odd", json!({})),
        ("reset", never),
        ("counts", hourly.clone()),
        ("disabled", hourly.clone()),
        ("deleted", hourly),
        ("rotated", json!({})),
    ] {
        // What waits is only what is meant to.
        let types = match name {
            "hangs" => json!(["waits.*"]),
            _ => json!(["x.*", "booking.*"]),
        };
        let settings = json!({
            "name": format!("the one that {name}"),
            "url": receiver.url(&format!("/{name}")), "event_types": types,
            "headers": {"x-key": format!("hush {name}")}, "overrides": overrides,
        });
        made.insert(name, api.make(&format!("{ACME}/webhooks"), &settings));
    }
    let direct =
        json!({"url": receiver.url("/direct"), "direct": true, "channels": ["account:cool"]});
    made.insert("direct", api.make(&format!("{ACME}/webhooks"), &direct));
    let path = format!("{ACME}/webhooks/{}", made["rotated"]);
    for _ in 0..2 {
        let (status, _) = api.post(&format!("{path}/secret/rotate"), &json!({"grace_s": 3600}));
        assert_eq!(status, 200);
    }
    // Revisions with headers of their own.
    api.patch(
        &path,
        &json!({"headers": {"x-other": "hush"}, "name": "renamed"}),
    );
    api.patch(&path, &json!({"channels": ["account:cool"]}));
    made
}

async fn events(api: &Api, webhooks: &BTreeMap<&'static str, String>) -> String {
    let path = format!("{ACME}/events");
    let known = api.make(
        &path,
        &json!({
            "type": "booking.created", "data": {"id": 1}, "time": "2026-01-02T03:04:05.678901Z",
            "channels": ["account:cool", "conference:42"], "id": "booking-ü-1",
            "webhooks": [webhooks["direct"]],
        }),
    );
    api.make(
        &path,
        &json!({"type": "x.unknown", "data": null, "id": "again"}),
    );
    let many: Vec<Value> = (0..20)
        .map(|number| json!({"type": "x.many", "data": number, "id": format!("many-{number}")}))
        .collect();
    let (status, answer) = api.post_with(&path, &json!(many).to_string(), Some("key-1"));
    assert_eq!(status, 202, "{answer}");
    let one = format!(r#"{{"type": "waits.long", "data": {DATA}, "id": "waits"}}"#);
    let (status, answer) = api.post_with(&path, &one, Some("key-2"));
    assert_eq!(status, 202, "{answer}");
    let waiting = answer["id"].as_str().expect("an id").to_owned();
    settle(api, webhooks).await;

    let resent = json!({"webhook_id": webhooks["odd"]});
    let (status, answer) = api.post(&format!("{path}/{known}/resend"), &resent);
    assert_eq!(status, 202, "{answer}");
    let (status, answer) = api.post(
        &format!("{ACME}/webhooks/{}/test", webhooks["fails"]),
        &json!({}),
    );
    assert_eq!(status, 202, "{answer}");
    let (_, shown) = api.get(&format!("{path}/{known}"));
    let pending = delivery_to(&shown, &webhooks["retries"]);
    let cancel = format!("{ACME}/deliveries/{pending}/cancel");
    let (status, answer) = api.post(&cancel, &json!({}));
    assert_eq!(status, 200, "{answer}");
    let disabled = format!("{ACME}/webhooks/{}", webhooks["disabled"]);
    api.patch(&disabled, &json!({"enabled": false}));
    api.delete(&format!("{ACME}/webhooks/{}", webhooks["deleted"]));
    waiting
}

fn delivery_to(event: &Value, webhook: &str) -> String {
    let deliveries = event["deliveries"].as_array().expect("deliveries");
    let found = deliveries
        .iter()
        .find(|delivery| delivery["webhook_id"] == webhook)
        .expect("one to this webhook");
    found["id"].as_str().expect("an id").to_owned()
}

/// Waits until everything was tried that is not to hang.
async fn settle(api: &Api, webhooks: &BTreeMap<&'static str, String>) {
    let (_, list) = api.get(&format!("{ACME}/events?limit=100"));
    for event in list["items"].as_array().expect("events") {
        let id = event["id"].as_str().expect("an id");
        api.until(&format!("{ACME}/events/{id}"), |shown| {
            let deliveries = shown["deliveries"].as_array().expect("deliveries");
            deliveries.iter().all(|delivery| {
                delivery["webhook_id"] == webhooks["hangs"].as_str()
                    || delivery["state"] != "pending"
                    || !delivery["attempts"]
                        .as_array()
                        .expect("attempts")
                        .is_empty()
            })
        })
        .await;
    }
}
