//! EventInsight: who changed, how, and to what; one attempt.

use bellwire_core::{delivery::State, policy::RetryRule, time::DAY};
use serde_json::json;

use crate::{
    stores::{On, scenarios},
    world::World,
};

scenarios![
    a_change_of_a_user_or_a_company_is_posted,
    one_attempt_unless_the_webhook_asks_for_more,
];

const URL: &str = "https://organizer.example/hook";

/// The example of EVI-17, byte for byte.
const USER: &str = r#"{"id":1234,"external_id":"A-17","code":"X7Q","checkin":"2019-11-05 07:56:15","name_first":"Ada","name_infix":null,"name_last":"Lovelace","gender":"f","company_name":"Analytical","company_role":"CTO","custom_fields":[],"companies":[5]}"#;

/// EVI-1 to EVI-6, EVI-16b, EVI-17: the four keys; `result` is the record as it was posted, and is
/// absent on a delete.
async fn a_change_of_a_user_or_a_company_is_posted(on: On) {
    let world = World::new(on).await;
    world.webhook("eventinsight", URL, |_| {}).await;
    world.post("user.new", USER).await;
    world.post("user.update", USER).await;
    world.post("user.delete", r#"{"id":1234}"#).await;
    world
        .post("company.new", r#"{"id":5,"name":"Analytical"}"#)
        .await;
    world.post("company.delete", r#"{"id":5}"#).await;
    world.settle().await;

    let got = world.got(URL);
    let created =
        format!(r#"{{"entity_id":1234,"entity_type":"user","action_type":"new","result":{USER}}}"#);
    assert_eq!(std::str::from_utf8(&got[0].request.body).unwrap(), created);
    assert_eq!(got[1].json()["action_type"], "update");
    assert_eq!(
        got[2].json(),
        json!({"entity_id": 1234, "entity_type": "user", "action_type": "delete"})
    );
    assert_eq!(
        got[3].json(),
        json!({"entity_id": 5, "entity_type": "company", "action_type": "new",
               "result": {"id": 5, "name": "Analytical"}})
    );
    assert!(got[4].json().get("result").is_none());
}

/// EVI-17: one attempt, no retry, unless the webhook asks for another policy.
async fn one_attempt_unless_the_webhook_asks_for_more(on: On) {
    let world = World::new(on).await;
    let patient = "https://patient.example/hook";
    world.webhook("eventinsight", URL, |_| {}).await;
    world
        .webhook("eventinsight", patient, |new| {
            new.overrides.get_or_insert_default().retry = Some(RetryRule::Fixed {
                interval_s: 60,
                max_attempts: 3,
            });
        })
        .await;
    world.always(URL, 500);
    world.always(patient, 500);
    let event = world.post("user.new", USER).await;
    world.pass(DAY).await;
    assert_eq!(world.got(URL).len(), 1);
    assert_eq!(world.got(patient).len(), 3);
    let states: Vec<State> = world
        .deliveries(event)
        .await
        .iter()
        .map(|d| d.state)
        .collect();
    assert_eq!(states, [State::Failed, State::Failed]);
}
