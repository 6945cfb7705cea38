//! Apigee Edge monetization: callbacks addressed by id, retried three times.

use bellwire_core::{
    delivery::State,
    outcome::{Answer, Cause, Outcome},
    time::{DAY, MINUTE},
};

use crate::{
    stores::{On, scenarios},
    world::World,
};

scenarios![
    only_what_is_addressed_by_id_arrives_and_once,
    server_errors_and_silence_are_retried_three_times_and_nothing_else_is,
    any_2xx_is_success,
];

const URL: &str = "https://developer.example/callback";

/// APG-32: an Apigee webhook is `direct`: nothing matches it, and an event that addresses it and
/// also would match it is one delivery. The body is the data as it was posted.
async fn only_what_is_addressed_by_id_arrives_and_once(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("apigee", URL, |_| {}).await;
    world.post("quota.reached", "{}").await;
    world.settle().await;
    assert!(world.got(URL).is_empty());

    let data = r#"{"orgName":"acme", "quotaPercentUsed":80}"#;
    let event = world
        .post_as("quota.reached", data, |event| {
            event.webhooks = vec![webhook]
        })
        .await;
    world.settle().await;
    let got = world.got(URL);
    assert_eq!(got.len(), 1);
    assert_eq!(got[0].request.body, data.as_bytes());
    assert_eq!(world.deliveries(event).await.len(), 1);
}

/// APG-29, APG-30, APG-31: what an endpoint answers each time, and when it is asked again.
async fn server_errors_and_silence_are_retried_three_times_and_nothing_else_is(on: On) {
    let none = Outcome::none;
    let cases: [(Outcome, usize); 10] = [
        (Outcome::status(500), 4),
        (Outcome::status(503), 4),
        (none(Cause::FirstByteTimeout), 4),
        (none(Cause::ConnectTimeout), 4),
        (none(Cause::Refused), 4),
        (none(Cause::Dns), 4),
        (none(Cause::Tls), 4),
        (Outcome::status(404), 1),
        (Outcome::status(302), 1),
        (Outcome::status(429), 1),
    ];
    let world = World::new(on).await;
    let mut events = Vec::new();
    for (number, (outcome, _)) in cases.iter().enumerate() {
        let (url, outcome) = (format!("{URL}/{number}"), *outcome);
        let webhook = world.webhook("apigee", &url, |_| {}).await;
        world.answer(&url, move |_| outcome);
        let event = world
            .post_as("quota.x", "{}", |event| event.webhooks = vec![webhook])
            .await;
        events.push((url, event));
    }
    world.pass(DAY).await;
    for ((outcome, attempts), (url, event)) in cases.into_iter().zip(events) {
        let expected: Vec<i64> = (0..attempts as i64).map(|n| n * 5 * MINUTE).collect();
        assert_eq!(world.times(&url), expected, "{outcome:?}");
        assert_eq!(world.state(event).await, State::Failed);
        assert_eq!(world.answers(event).await, vec![outcome.answer; attempts]);
    }
}

/// APG-28: any 2xx is success.
async fn any_2xx_is_success(on: On) {
    let world = World::new(on).await;
    let webhook = world.webhook("apigee", URL, |_| {}).await;
    for status in [200, 201, 204, 299] {
        world.always(URL, status);
        let event = world
            .post_as("quota.x", "{}", |event| event.webhooks = vec![webhook])
            .await;
        world.settle().await;
        assert_eq!(world.state(event).await, State::Delivered);
        assert_eq!(world.answers(event).await, [Answer::Status(status)]);
    }
}
