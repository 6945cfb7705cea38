//! Many rows, written straight into the file: enough for a copy to be killed in the middle of.

use rusqlite::{Connection, params};

use crate::places::{Places, serve};

/// Events, each with a delivery and an attempt.
pub(crate) const EVENTS: i64 = 30_000;
/// Days that they lie on.
const DAYS: i64 = 40;
const FIRST_MS: i64 = 1_760_000_000_000;

/// A server's own database with so much in it.
pub(crate) fn fill(places: &Places) -> String {
    let (process, url) = serve(places.path(), &[]);
    let token = process.after("Platform token");
    let api = crate::api::Api::new(&url, &token);
    api.make(
        "/organizations",
        &serde_json::json!({"id": "acme", "name": "Acme"}),
    );
    let webhook = serde_json::json!({"url": "http://127.0.0.1:9/"});
    api.make("/organizations/acme/webhooks", &webhook);
    assert_eq!(process.terminate(), Some(0));
    let mut file = Connection::open(places.file()).expect("the database");
    rows(&mut file).expect("rows");
    token
}

/// A UUIDv7 of this time.
fn id(kind: u8, number: i64) -> [u8; 16] {
    let millis = FIRST_MS + number * DAYS * 86_400_000 / EVENTS;
    let mut id = [0; 16];
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    id[6] = 0x70;
    id[7] = kind;
    id[8..].copy_from_slice(&number.to_be_bytes());
    id[8] = 0x80;
    id
}

fn rows(file: &mut Connection) -> rusqlite::Result<()> {
    let transaction = file.transaction()?;
    for number in 1..=EVENTS {
        let (event, delivery) = (id(1, number), id(2, number));
        let at = (FIRST_MS + number * DAYS * 86_400_000 / EVENTS) * 1000;
        let external = (number % 3 == 0).then(|| format!("e-{number}"));
        transaction
            .prepare_cached(
                "INSERT INTO events (seq, id, organization, type, flags, created_at, external_id,
                                     deliveries, data)
                 VALUES (?1, ?2, 1, 'x.y', 1, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                number,
                event,
                at,
                external,
                delivery,
                format!("{{\"number\":{number}}}").into_bytes(),
            ])?;
        transaction
            .prepare_cached(
                "INSERT INTO deliveries (id, event, webhook, state, kind, again, attempts,
                                         created_at, due_at, updated_at, last_attempt)
                 VALUES (?1, ?2, 1, ?3, 0, 0, 1, ?4, ?5, ?4, ?2)",
            )?
            .execute(params![
                delivery,
                number,
                if number % 100 == 0 { 0 } else { 1 },
                at,
                (number % 100 == 0).then_some(i64::MAX / 2),
            ])?;
        transaction
            .prepare_cached(
                "INSERT INTO attempts (seq, delivery, webhook, number, revision, at, status,
                     total_us, url, body_sha256, request_headers, response_headers, excerpt,
                     truncated)
                 VALUES (?1, ?2, 1, 1, 1, ?3, 200, 5, 'http://127.0.0.1:9/', ?4, x'', x'', x'ff00',
                         0)",
            )?
            .execute(params![number, delivery, at, [7_u8; 32]])?;
    }
    transaction.commit()
}
