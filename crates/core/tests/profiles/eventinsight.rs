//! EventInsight, an event-registration platform: four keys, one attempt.

use super::*;

/// EVI-2, EVI-3, EVI-4, EVI-5, EVI-6, EVI-16b: the body of each trigger; no `result` on a delete.
#[test]
fn eventinsight_has_its_envelope() {
    let profile = profile("eventinsight");
    for entity in ["user", "company"] {
        for action in ["new", "update"] {
            let event = event(&format!("{entity}.{action}"), r#"{"id":171,"code":"A1"}"#);
            assert_eq!(
                body(&profile, &event),
                format!(
                    "{{\"entity_id\":171,\"entity_type\":\"{entity}\",\"action_type\":\"{action}\",\
                     \"result\":{{\"id\":171,\"code\":\"A1\"}}}}"
                )
            );
        }
        let event = event(&format!("{entity}.delete"), r#"{"id":171}"#);
        assert_eq!(
            body(&profile, &event),
            format!(
                "{{\"entity_id\":171,\"entity_type\":\"{entity}\",\"action_type\":\"delete\"}}"
            )
        );
    }
}

/// EVI-5: the action of a test is `test`, with a user's data as its result.
#[test]
fn eventinsight_says_when_it_is_a_test() {
    let mut event = event("company.update", r#"{"id":3}"#);
    event.test = true;
    assert_eq!(
        body(&profile("eventinsight"), &event),
        r#"{"entity_id":3,"entity_type":"user","action_type":"test","result":{"id":3}}"#
    );
}

/// EVI-17: the example of a user arrives as it is, nulls, empty lists, order and blanks included.
#[test]
fn eventinsight_sends_the_example_of_its_documentation() {
    let user = r#"{"id":171,  "external_id":"crm-88","code":"XK7","checkin":"2019-11-05 07:56:15","name_first":"Ada","name_infix":null,"name_last":"Lovelace","gender":"f","company_name":"Engines","company_role":"Analyst","custom_fields":[],"companies":[5]}"#;
    assert_eq!(
        body(&profile("eventinsight"), &event("user.update", user)),
        format!(
            "{{\"entity_id\":171,\"entity_type\":\"user\",\"action_type\":\"update\",\
             \"result\":{user}}}"
        )
    );
}

/// EVI-17: one attempt, no retry, whatever goes wrong.
#[test]
fn eventinsight_tries_once() {
    let policy = &profile("eventinsight").policy;
    for failure in [
        Outcome::status(500),
        Outcome::status(404),
        Outcome::status(301),
        Outcome::none(Cause::TotalTimeout),
        Outcome::none(Cause::Dns),
    ] {
        let life = live(policy, 0.5, always(failure));
        assert_eq!(life.attempts, [0], "{failure:?}");
        assert!(!life.delivered);
    }
    assert!(live(policy, 0.5, always(Outcome::status(204))).delivered);
}
