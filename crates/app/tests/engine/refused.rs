//! Attempts that the store refuses for good: none of them is lost in silence, or stops the others.

use bellwire_core::{delivery::State, time::HOUR};

use crate::{
    stores::{Disk, On, scenarios},
    world::{ORG, World},
};

scenarios![
    what_cannot_be_stored_of_an_attempt_is_left_out,
    a_delivery_whose_attempts_are_refused_is_sent_a_few_times_and_after_a_start,
];

const URL: &str = "https://customer.example/hook";
const OTHER: &str = "https://other.example/hook";

/// Has the store refuse attempts at this URL of which this is true.
fn refuse(disk: &Disk, when: &str) {
    let sqlite = format!(
        "CREATE TRIGGER refuse BEFORE INSERT ON attempts WHEN NEW.url = '{URL}' AND {when}
         BEGIN SELECT RAISE(ABORT, 'not this one'); END"
    );
    let postgres = format!(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
             AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
         CREATE TRIGGER refuse BEFORE INSERT ON attempts FOR EACH ROW
             WHEN (NEW.url = '{URL}' AND {when}) EXECUTE FUNCTION refuse()"
    );
    disk.run(&sqlite, &postgres);
}

async fn what_cannot_be_stored_of_an_attempt_is_left_out(on: On) {
    let world = World::new(on).await;
    world.webhook("standard", URL, |_| {}).await;
    refuse(world.disk(), "length(NEW.request_headers) > 0");
    let event = world.post("user.created", "{}").await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 1);
    assert_eq!(world.state(event).await, State::Delivered);
    let organization = world.service().tenant(ORG).unwrap().organization.id;
    let detail = world.store().event(organization, event).await;
    let detail = detail.unwrap().unwrap();
    let attempt = &detail.deliveries[0].attempts[0];
    assert!(attempt.request_headers.is_empty() && attempt.truncated);
    let why = attempt.detail.as_deref().unwrap_or_default();
    assert!(why.contains("not this one"), "{why}");
}

async fn a_delivery_whose_attempts_are_refused_is_sent_a_few_times_and_after_a_start(on: On) {
    let mut world = World::new(on).await;
    world.webhook("standard", URL, |_| {}).await;
    world.webhook("standard", OTHER, |_| {}).await;
    refuse(world.disk(), "true");
    let event = world.post("user.created", "{}").await;
    world.pass(HOUR).await;
    assert_eq!(world.got(URL).len(), 4, "once, and three times more");
    let states = |deliveries: Vec<bellwire_core::delivery::Delivery>| {
        let mut states: Vec<_> = deliveries.iter().map(|one| one.state.as_str()).collect();
        states.sort_unstable();
        states
    };
    let deliveries = world.deliveries(event).await;
    assert_eq!(states(deliveries), ["delivered", "pending"]);

    world.disk().run(
        "DROP TRIGGER refuse",
        "DROP TRIGGER refuse ON attempts; DROP FUNCTION refuse",
    );
    world.restart().await;
    world.settle().await;
    assert_eq!(world.got(URL).len(), 5);
    assert_eq!(world.got(OTHER).len(), 1);
    let deliveries = world.deliveries(event).await;
    assert_eq!(states(deliveries), ["delivered", "delivered"]);
}
