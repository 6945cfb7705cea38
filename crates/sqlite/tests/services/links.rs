//! Links that work once: the first operator, choosing a password, portals.

use bellwire_core::{
    access::{Access, Actor, ActorKind, Right, Role},
    crypt::{Key, Keyring},
    ports::WebhookFilter,
    service::{
        Error, Incoming, NewPortalLink, NewUser, NewWebhook, Principal, SIGN_IN_LINK_US, Service,
        SignedIn, UserPatch, Who,
    },
    time::{DAY, MINUTE, SECOND},
};
use bellwire_testkit::{builders, service::by};

use crate::{
    URL, World, actions, conflict, fields, missing,
    signing_in::{caller, user},
    with_url,
};

const PASSWORD: &str = "plover quartz lantern";

#[track_caller]
fn gone<T: std::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Gone { code, .. } => code,
        error => panic!("{error:?}"),
    }
}

fn portal(channels: &[&str]) -> NewPortalLink {
    NewPortalLink {
        name: "Cool Travel".to_owned(),
        channels: channels.iter().map(|&channel| channel.to_owned()).collect(),
        ..NewPortalLink::default()
    }
}

async fn link(service: &Service, new: NewPortalLink) -> String {
    let made = service.create_portal_link("acme", new, &by("shop")).await;
    made.unwrap().1
}

async fn enter(service: &Service, text: &str) -> Result<SignedIn, Error> {
    service.enter(text, &caller()).await
}

async fn known(service: &Service, signed: &SignedIn) -> Option<Principal> {
    let caller = caller();
    let known = service.authenticate_session(&signed.secret, &caller);
    known.await.unwrap()
}

#[tokio::test]
async fn the_first_operator_comes_in_through_the_link_of_the_start() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let former = service.first_operator_link().await.unwrap().unwrap();
    let link = service.first_operator_link().await.unwrap().unwrap();
    let set_up = async |link: &str, email: &str, password: &str| {
        service
            .set_up(link, email, "Ann", password, &caller())
            .await
    };
    let email = "ann@example.com";
    assert_eq!(gone(set_up(&former, email, PASSWORD).await), "link_revoked");
    assert_eq!(
        fields(set_up(&link, "ann", "short").await),
        ["email", "password"]
    );
    let signed = set_up(&link, email, PASSWORD).await.unwrap();
    assert_eq!(signed.principal.access.platform, Some(Role::Admin));
    assert!(known(service, &signed).await.is_some());
    assert_eq!(
        gone(set_up(&link, "bob@example.com", PASSWORD).await),
        "link_used"
    );
    assert_eq!(service.first_operator_link().await.unwrap(), None);
}

#[tokio::test]
async fn nobody_becomes_first_operator_when_there_is_one() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let link = service.first_operator_link().await.unwrap().unwrap();
    let new = NewUser {
        email: "ann@example.com".to_owned(),
        operator: true,
        ..NewUser::default()
    };
    service.create_user(new, &by("console")).await.unwrap();
    let late = service
        .set_up(&link, "eve@example.com", "Eve", PASSWORD, &caller())
        .await;
    assert_eq!(conflict(late), "already_set_up");
}

#[tokio::test]
async fn a_password_is_chosen_once_by_the_newest_link() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let ann = user(service, "ann@example.com").await;
    let signed = service
        .sign_in(&ann.email, PASSWORD, &caller())
        .await
        .unwrap();
    let former = service.password_link(ann.id, &by("root")).await.unwrap();
    let link = service.password_link(ann.id, &by("root")).await.unwrap();
    let choose =
        async |link: &str, password: &str| service.choose_password(link, password, &caller()).await;
    let new = "dusty anvil parade";
    assert_eq!(gone(choose(&former, new).await), "link_revoked");
    assert_eq!(fields(choose(&link, "ann@example.com").await), ["password"]);
    let anew = choose(&link, new).await.unwrap();
    assert_eq!(anew.principal.user().unwrap().id, ann.id);
    assert_eq!(known(service, &signed).await, None, "other sessions end");
    assert_eq!(gone(choose(&link, new).await), "link_used");

    let late = service.password_link(ann.id, &by("root")).await.unwrap();
    clock.advance(3 * DAY);
    assert_eq!(gone(choose(&late, new).await), "link_expired");
    // A link for one thing is none for another.
    let late = service.password_link(ann.id, &by("root")).await.unwrap();
    assert_eq!(missing(enter(service, &late).await), "link");
    choose(&late, PASSWORD).await.unwrap();
}

/// The link of a demo and of the console: once, for half an hour, for somebody who may sign in.
#[tokio::test]
async fn a_sign_in_link_signs_in_once_and_is_made_by_the_machine_only() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let ann = user(service, "ann@example.com").await;
    let console = Actor::named(ActorKind::Console, "console");
    let refused = service.sign_in_link(ann.id, &by("root")).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))), "{refused:?}");

    let link = service.sign_in_link(ann.id, &console).await.unwrap();
    let come = async |link: &str| service.sign_in_by_link(link, &caller()).await;
    // A link for one thing is none for another.
    assert_eq!(missing(enter(service, &link).await), "link");
    let password = service.password_link(ann.id, &by("root")).await.unwrap();
    assert_eq!(missing(come(&password).await), "link");
    assert_eq!(missing(come("bwl_made-up").await), "link");

    let signed = come(&link).await.unwrap();
    assert_eq!(signed.principal.user().unwrap().id, ann.id);
    assert!(known(service, &signed).await.is_some());
    assert_eq!(gone(come(&link).await), "link_used");

    let late = service.sign_in_link(ann.id, &console).await.unwrap();
    clock.advance(SIGN_IN_LINK_US - 1);
    let last = service.sign_in_link(ann.id, &console).await.unwrap();
    clock.advance(1);
    assert_eq!(gone(come(&late).await), "link_expired");
    let off = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    service.update_user(ann.id, off, &by("root")).await.unwrap();
    assert_eq!(missing(come(&last).await), "link");
    assert_eq!(
        conflict(service.sign_in_link(ann.id, &console).await),
        "conflict"
    );
}

#[tokio::test]
async fn a_customer_comes_in_once_and_reaches_their_corner() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let new = NewPortalLink {
        embed_origins: vec!["https://App.Example:443".to_owned()],
        ..portal(&["account:a"])
    };
    let text = link(service, new).await;
    let signed = enter(service, &text).await.unwrap();
    let principal = known(service, &signed).await.unwrap();
    assert_eq!(principal, signed.principal);
    let acme = service.tenant("acme").unwrap().organization.id;
    let access = &principal.access;
    assert!(access.portal && access.may(Right::Edit, acme));
    assert!(!access.may(Right::Produce, acme) && !access.may(Right::Manage, acme));
    let Who::Portal { portal, .. } = &principal.who else {
        panic!("{principal:?}");
    };
    assert_eq!(portal.origins, ["https://app.example"]);
    assert_eq!(principal.actor.name, "Cool Travel");
    assert_eq!(gone(enter(service, &text).await), "link_used");
    assert_eq!(
        actions(&world, Some("acme")).await,
        ["link.used", "link.created", "organization.created"]
    );
    service.sign_out(&principal).await.unwrap();
    assert_eq!(known(service, &signed).await, None);
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_comes_in() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let text = link(&world.kit.service, portal(&[])).await;
    let tries = (0..10).map(|n| {
        let service = if n % 2 == 0 {
            &world.kit.service
        } else {
            &other.service
        };
        enter(service, &text)
    });
    let came = futures_util::future::join_all(tries).await;
    assert_eq!(came.iter().filter(|came| came.is_ok()).count(), 1);
    for refused in came.into_iter().filter(Result::is_err) {
        assert_eq!(gone(refused), "link_used");
    }
}

#[tokio::test]
async fn a_link_that_is_late_altered_invented_or_of_other_keys_is_none() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let text = link(service, portal(&[])).await;
    // Each character of it counts, but for the bits of the last that base64 leaves over.
    for at in 0..text.len() - 1 {
        let mut altered = text.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(missing(enter(service, &altered).await), "link", "{altered}");
    }
    for invented in ["", "bwl_", "bwl_AAAA", &format!("{text}A"), &text[4..]] {
        assert_eq!(missing(enter(service, invented).await), "link");
    }
    let foreign = world
        .process_with(Keyring::new(vec![Key::from_bytes([8; 32])]).unwrap(), 5)
        .await;
    assert_eq!(missing(enter(&foreign.service, &text).await), "link");
    // Keys are changed by putting a new one first.
    let keys = [8, 7].map(|byte| Key::from_bytes([byte; 32]));
    let rotated = world
        .process_with(Keyring::new(keys.to_vec()).unwrap(), 6)
        .await;
    enter(&rotated.service, &text).await.unwrap();

    let short = NewPortalLink {
        expires_in_s: Some(10),
        ..portal(&[])
    };
    let text = link(service, short).await;
    clock.advance(10 * SECOND);
    assert_eq!(gone(enter(service, &text).await), "link_expired");
}

#[tokio::test]
async fn a_link_taken_back_ends_what_came_through_it() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let by = by("shop");
    let (made, text) = service
        .create_portal_link("acme", portal(&[]), &by)
        .await
        .unwrap();
    let signed = enter(service, &text).await.unwrap();
    assert!(known(service, &signed).await.is_some());
    world.kit.organization("other", "standard").await;
    assert_eq!(
        missing(service.revoke_portal_link("other", made.id, &by).await),
        "link"
    );
    service
        .revoke_portal_link("acme", made.id, &by)
        .await
        .unwrap();
    assert_eq!(known(service, &signed).await, None);
    assert_eq!(
        missing(service.revoke_portal_link("acme", made.id, &by).await),
        "link"
    );
    let (unused, text) = service
        .create_portal_link("acme", portal(&[]), &by)
        .await
        .unwrap();
    service
        .revoke_portal_link("acme", unused.id, &by)
        .await
        .unwrap();
    assert_eq!(gone(enter(service, &text).await), "link_revoked");
    let page = service.portal_links("acme", None, 1).await.unwrap();
    assert_eq!(page.items[0].id, unused.id);
    let rest = service.portal_links("acme", page.next, 1).await.unwrap();
    assert_eq!((rest.items[0].id, rest.next), (made.id, None));
    assert_eq!(
        service.portal_links("other", None, 1).await.unwrap().items,
        []
    );
}

#[tokio::test]
async fn a_portal_session_ends_on_time_and_with_its_organization() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let short = NewPortalLink {
        session_s: Some(120),
        ..portal(&[])
    };
    let signed = enter(service, &link(service, short).await).await.unwrap();
    clock.advance(2 * MINUTE - SECOND);
    assert!(known(service, &signed).await.is_some(), "being here");
    clock.advance(SECOND);
    assert_eq!(
        known(service, &signed).await,
        None,
        "does not move this end"
    );

    let (late, text) = (
        link(service, portal(&[])).await,
        link(service, portal(&[])).await,
    );
    let signed = enter(service, &text).await.unwrap();
    service
        .delete_organization("acme", &by("root"))
        .await
        .unwrap();
    assert_eq!(known(service, &signed).await, None);
    assert_eq!(missing(enter(service, &late).await), "link");
}

#[tokio::test]
async fn what_is_wrong_with_a_portal_link_is_said_at_once() {
    let world = World::new("standard").await;
    let wrong = NewPortalLink {
        name: String::new(),
        role: Some(Role::Admin),
        channels: vec!["account:a".to_owned(), String::new()],
        expires_in_s: Some(9),
        session_s: Some(59),
        embed_origins: vec![
            "https://a.example".to_owned(),
            "http://b.example".to_owned(),
        ],
    };
    let service = &world.kit.service;
    let refused = service.create_portal_link("acme", wrong, &by("shop")).await;
    assert_eq!(
        fields(refused),
        [
            "name",
            "role",
            "channels[1]",
            "expires_in_s",
            "session_s",
            "embed_origins[1]"
        ]
    );
    let refused = service
        .create_portal_link("nobody", portal(&[]), &by("shop"))
        .await;
    assert_eq!(missing(refused), "organization");
}

#[tokio::test]
async fn who_is_restricted_sees_and_resends_to_their_own_webhooks_only() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let all = Access::everything();
    let mut ids = Vec::new();
    for channels in [
        vec!["account:a"],
        vec!["account:b"],
        vec![],
        vec!["account:a", "account:b"],
    ] {
        let new = NewWebhook {
            channels: Some(channels.into_iter().map(str::to_owned).collect()),
            ..with_url(URL)
        };
        let made = service
            .create_webhook("acme", new, &by("ann"))
            .await
            .unwrap();
        ids.push(made.0.id);
    }
    let text = link(service, portal(&["account:a"])).await;
    let access = enter(service, &text).await.unwrap().principal.access;
    let filter = WebhookFilter::default();
    let seen = service
        .webhooks("acme", &access, &filter, None, 10)
        .unwrap();
    let seen: Vec<_> = seen.items.iter().map(|route| route.webhook.id).collect();
    assert_eq!(seen, ids[..1]);
    assert_eq!(
        service
            .webhooks("acme", &all, &filter, None, 10)
            .unwrap()
            .items
            .len(),
        4
    );

    let incoming = Incoming {
        event_type: "booking.created".to_owned(),
        channels: vec!["account:a".to_owned()],
        data: "{}".into(),
        ..Incoming::default()
    };
    let receipts = service.ingest("acme", vec![incoming], None).await.unwrap();
    assert_eq!(receipts[0].matched, 3);
    let event = receipts[0].event_id;
    let resend = async |to, access| {
        service
            .resend_event("acme", event, to, access, &by("Cool Travel"))
            .await
    };
    assert_eq!(resend(None, &access).await.unwrap().len(), 1);
    assert_eq!(resend(None, &all).await.unwrap().len(), 3);
    assert_eq!(resend(Some(ids[0]), &access).await.unwrap().len(), 1);
    assert_eq!(missing(resend(Some(ids[2]), &access).await), "webhook");
    assert_eq!(
        missing(resend(Some(builders::id()), &access).await),
        "webhook"
    );
}
