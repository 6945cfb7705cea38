//! Signing in: by password, by session, with each request; and everything that ends it.

use bellwire_core::{
    access::Role,
    service::{
        Caller, Error, NewMember, NewUser, Principal, Service, SignIns, SignedIn, UserPatch, Who,
    },
    time::{DAY, HOUR, MINUTE, SECOND},
    user::User,
};
use bellwire_testkit::service::by;

use crate::{World, actions, fields};

const PASSWORD: &str = "plover quartz lantern";

pub(crate) fn caller() -> Caller {
    Caller {
        address: Some("192.0.2.7".parse().unwrap()),
        agent: Some("a test\n".to_owned()),
        request: Some("r1".to_owned()),
    }
}

pub(crate) async fn user(service: &Service, email: &str) -> User {
    let new = NewUser {
        email: email.to_owned(),
        password: Some(PASSWORD.to_owned()),
        memberships: vec![("acme".to_owned(), Role::Editor)],
        ..NewUser::default()
    };
    service.create_user(new, &by("root")).await.unwrap().user
}

async fn sign_in(service: &Service, email: &str) -> SignedIn {
    service.sign_in(email, PASSWORD, &caller()).await.unwrap()
}

async fn by_session(service: &Service, secret: &str) -> Option<Principal> {
    service
        .authenticate_session(secret, &caller())
        .await
        .unwrap()
}

async fn basic(service: &Service, email: &str, password: &str) -> Option<Principal> {
    service
        .authenticate_basic(email, password, &caller())
        .await
        .unwrap()
}

#[tokio::test]
async fn who_signs_in_is_known_by_the_session_until_they_sign_out() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let ann = user(service, "Ann@Example.com ").await;
    assert_eq!(ann.email, "ann@example.com");
    let signed = sign_in(service, "ANN@example.com").await;
    assert_eq!(signed.secret.len(), "bws_".len() + 43);
    assert!(!format!("{signed:?}").contains(&signed.secret));

    let principal = by_session(service, &signed.secret).await.unwrap();
    assert_eq!(principal, signed.principal);
    assert_eq!(principal.actor.name, "ann@example.com");
    assert_eq!(principal.actor.request.as_deref(), Some("r1"));
    let acme = service.tenant("acme").unwrap().organization.id;
    assert_eq!(principal.access.role_in(acme), Some(Role::Editor));
    assert_eq!(principal.user().unwrap().id, ann.id);
    let sessions = service.sessions(ann.id).await.unwrap();
    assert_eq!(sessions[0].agent.as_deref(), Some("a test"));
    assert_eq!(sessions[0].address.as_deref(), Some("192.0.2.7"));

    service.sign_out(&principal).await.unwrap();
    assert_eq!(by_session(service, &signed.secret).await, None);
    assert_eq!(service.sessions(ann.id).await.unwrap(), []);
    for stranger in [
        "",
        "bws_",
        &signed.secret[..46],
        &format!("bws_{}", "a".repeat(43)),
    ] {
        assert_eq!(by_session(service, stranger).await, None);
    }
    assert_eq!(
        actions(&world, None).await,
        [
            "user.signed_out",
            "user.signed_in",
            "member.added",
            "user.created",
            "organization.created"
        ]
    );
}

#[tokio::test]
async fn a_session_slides_up_to_its_end() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    user(service, "ann@example.com").await;
    let idle = sign_in(service, "ann@example.com").await;
    clock.advance(12 * HOUR);
    assert_eq!(by_session(service, &idle.secret).await, None);

    let busy = sign_in(service, "ann@example.com").await;
    for _ in 0..60 {
        clock.advance(12 * HOUR - SECOND);
        assert!(by_session(service, &busy.secret).await.is_some());
    }
    clock.advance(MINUTE - 1);
    assert!(by_session(service, &busy.secret).await.is_some());
    clock.advance(1);
    assert_eq!(
        by_session(service, &busy.secret).await,
        None,
        "30 days are over"
    );
}

#[tokio::test]
async fn being_here_is_written_at_most_once_a_minute() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let ann = user(service, "ann@example.com").await;
    let signed = sign_in(service, "ann@example.com").await;
    let seen = async || service.sessions(ann.id).await.unwrap()[0].seen_at;
    let start = seen().await;
    for _ in 0..9 {
        clock.advance(6 * SECOND);
        by_session(service, &signed.secret).await.unwrap();
        assert_eq!(seen().await, start);
    }
    clock.advance(6 * SECOND);
    by_session(service, &signed.secret).await.unwrap();
    assert_eq!(seen().await, start + MINUTE);
}

#[tokio::test]
async fn a_session_ends_with_a_change_of_password_or_role() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let root = by("root");
    let ann = user(service, "ann@example.com").await;
    let changes = [
        UserPatch {
            memberships: Some(vec![("acme".to_owned(), Role::Viewer)]),
            ..UserPatch::default()
        },
        UserPatch {
            operator: Some(true),
            ..UserPatch::default()
        },
        UserPatch {
            email: Some("ann@example.org".to_owned()),
            ..UserPatch::default()
        },
    ];
    let mut email = "ann@example.com".to_owned();
    for change in changes {
        let signed = sign_in(service, &email).await;
        assert!(by_session(service, &signed.secret).await.is_some());
        assert!(basic(service, &email, PASSWORD).await.is_some());
        let asked = world.kit.passwords.asked();
        let changed = service.update_user(ann.id, change, &root).await.unwrap();
        assert_eq!(by_session(service, &signed.secret).await, None);
        email.clone_from(&changed.email);
        let anew = basic(service, &email, PASSWORD).await.unwrap();
        assert_eq!(anew.access, changed.access());
        assert_eq!(world.kit.passwords.asked(), asked + 1, "hashed anew");
    }
    let signed = sign_in(service, &email).await;
    world.kit.organization("other", "standard").await;
    let new = NewMember {
        email: email.clone(),
        name: None,
        role: Role::Admin,
    };
    service.add_member("other", new, &root).await.unwrap();
    let other = service.tenant("other").unwrap().organization.id;
    let here = by_session(service, &signed.secret).await.unwrap();
    assert_eq!(
        here.access.role_in(other),
        Some(Role::Admin),
        "at once, and still here"
    );
    let named = UserPatch {
        name: Some("Ann Smithers".to_owned()),
        ..UserPatch::default()
    };
    service.update_user(ann.id, named, &root).await.unwrap();
    assert!(by_session(service, &signed.secret).await.is_some());

    let (other, caller) = (sign_in(service, &email).await, caller());
    let new = "dusty anvil parade";
    let anew = service
        .change_password(&signed.principal, PASSWORD, new, &caller)
        .await
        .unwrap()
        .unwrap();
    for ended in [&signed.secret, &other.secret] {
        assert_eq!(by_session(service, ended).await, None);
    }
    assert!(by_session(service, &anew.secret).await.is_some());
    assert_eq!(basic(service, &email, PASSWORD).await, None);
    assert!(basic(service, &email, new).await.is_some());
}

#[tokio::test]
async fn who_was_changed_while_signing_in_is_not_signed_in() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let (before, caller) = (user(service, "ann@example.com").await, caller());
    let patch = UserPatch {
        name: Some("Ann".to_owned()),
        ..UserPatch::default()
    };
    let after = service.update_user(before.id, patch, &by("root")).await;
    let refused = service.start_session(before.clone().into(), &caller);
    assert!(matches!(refused.await, Err(Error::Unauthenticated(_))));
    assert_eq!(service.sessions(before.id).await.unwrap(), []);
    let signed = service.start_session(after.unwrap().into(), &caller);
    signed.await.unwrap();
    assert_eq!(service.sessions(before.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_may_sign_out_everywhere_and_end_single_sessions() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let ann = user(service, "ann@example.com").await;
    let bob = user(service, "bob@example.com").await;
    let (one, two, his) = (
        sign_in(service, "ann@example.com").await,
        sign_in(service, "ann@example.com").await,
        sign_in(service, "bob@example.com").await,
    );
    let id = one.principal.session().unwrap().id;
    let not_his = service.end_session(bob.id, id, &by("bob")).await;
    assert!(matches!(not_his, Err(Error::NotFound("session"))));
    service.end_session(ann.id, id, &by("ann")).await.unwrap();
    assert_eq!(by_session(service, &one.secret).await, None);
    assert!(by_session(service, &two.secret).await.is_some());
    let ended = service.sign_out_everywhere(ann.id, &by("ann")).await;
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(by_session(service, &two.secret).await, None);
    assert!(by_session(service, &his.secret).await.is_some());
}

#[tokio::test]
async fn what_another_process_ended_stops_here_in_seconds_and_at_once_when_heard_of() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    let ann = user(service, "ann@example.com").await;
    let root = by("root");
    let unheard = sign_in(service, "ann@example.com").await;
    assert!(by_session(service, &unheard.secret).await.is_some());
    other
        .service
        .sign_out_everywhere(ann.id, &root)
        .await
        .unwrap();
    clock.advance(5 * SECOND);
    assert_eq!(by_session(service, &unheard.secret).await, None);

    assert!(basic(service, "ann@example.com", PASSWORD).await.is_some());
    let disabled = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    other
        .service
        .update_user(ann.id, disabled, &root)
        .await
        .unwrap();
    service.forget();
    assert_eq!(basic(service, "ann@example.com", PASSWORD).await, None);
}

#[tokio::test]
async fn a_user_who_is_disabled_is_out_and_cannot_be_told_from_a_stranger() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let ann = user(service, "ann@example.com").await;
    let signed = sign_in(service, "ann@example.com").await;
    let disabled = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    service
        .update_user(ann.id, disabled, &by("root"))
        .await
        .unwrap();
    assert_eq!(by_session(service, &signed.secret).await, None);
    let refusal = async |email: &str, password: &str| {
        let before = world.kit.passwords.asked();
        let refused = service.sign_in(email, password, &caller()).await;
        (
            refused.unwrap_err().to_string(),
            world.kit.passwords.asked() - before,
        )
    };
    let stranger = refusal("nobody@example.com", PASSWORD).await;
    assert_eq!(stranger.1, 1, "as much work as for a user");
    assert_eq!(refusal("ann@example.com", PASSWORD).await, stranger);
    assert_eq!(refusal("ann@example.com", "wrong").await, stranger);
    let made = NewUser {
        email: "linked@example.com".to_owned(),
        ..NewUser::default()
    };
    service.create_user(made, &by("root")).await.unwrap();
    assert_eq!(refusal("linked@example.com", "").await, stranger);
}

#[tokio::test]
async fn too_many_wrong_tries_are_refused_before_anything_is_hashed() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    user(service, "ann@example.com").await;
    for email in ["ann@example.com", "nobody@example.com"] {
        for n in 0..10_u8 {
            let from = Caller {
                address: Some([192, 0, 2, n].into()),
                ..Caller::default()
            };
            let wrong = service.sign_in(email, "wrong", &from).await;
            assert!(matches!(wrong, Err(Error::Unauthenticated(_))), "{wrong:?}");
        }
        let asked = world.kit.passwords.asked();
        let refused = service.sign_in(email, PASSWORD, &Caller::default()).await;
        let Err(Error::TooMany {
            code,
            retry_after_s,
            ..
        }) = refused
        else {
            panic!("{refused:?}");
        };
        assert_eq!((code, retry_after_s), ("too_many_tries", 60));
        assert!(matches!(
            service
                .authenticate_basic(email, PASSWORD, &Caller::default())
                .await,
            Err(Error::TooMany { .. })
        ));
        assert_eq!(world.kit.passwords.asked(), asked);
    }
    clock.advance(MINUTE);
    sign_in(service, "ann@example.com").await;
    let expected = SignIns {
        right: 1,
        wrong: 20,
        limited: 4,
    };
    assert_eq!(service.sign_ins(), expected);
}

#[tokio::test]
async fn credentials_that_were_right_are_not_hashed_again_for_a_minute() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    user(service, "ann@example.com").await;
    let asked = || world.kit.passwords.asked();
    let before = asked();
    let together = (0..50).map(|_| basic(service, "ann@example.com", PASSWORD));
    let principals = futures_util::future::join_all(together).await;
    assert!(principals.iter().all(Option::is_some));
    assert_eq!(
        asked() - before,
        1,
        "fifty connections at once cost one hash"
    );
    let Who::User { session: None, .. } = &principals[0].as_ref().unwrap().who else {
        panic!("a user without a session");
    };
    clock.advance(MINUTE - 1);
    assert!(basic(service, "ann@example.com", PASSWORD).await.is_some());
    assert_eq!(basic(service, "ann@example.com", "wrong").await, None);
    assert_eq!(asked() - before, 2);
    clock.advance(1);
    assert!(basic(service, "ann@example.com", PASSWORD).await.is_some());
    assert_eq!(asked() - before, 3);
}

#[tokio::test]
async fn when_too_many_wait_to_be_hashed_nothing_is_counted_against_anybody() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    user(service, "ann@example.com").await;
    world.kit.passwords.busy(true);
    for _ in 0..30 {
        let refused = service
            .sign_in("ann@example.com", PASSWORD, &caller())
            .await;
        assert!(matches!(refused, Err(Error::TooMany { code: "busy", .. })));
    }
    world.kit.passwords.busy(false);
    sign_in(service, "ann@example.com").await;
}

#[tokio::test]
async fn ones_own_password_needs_the_present_one_and_a_strong_one() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    user(service, "ann@example.com").await;
    let ann = sign_in(service, "ann@example.com").await.principal;
    let change = async |current: &str, new: &str| {
        service.change_password(&ann, current, new, &caller()).await
    };
    assert_eq!(
        fields(change("wrong", "dusty anvil parade").await),
        ["current_password"]
    );
    assert_eq!(
        fields(change(PASSWORD, "password1234").await),
        ["new_password"]
    );
    assert_eq!(fields(change(PASSWORD, "short").await), ["new_password"]);
    let basic = basic(service, "ann@example.com", PASSWORD).await.unwrap();
    let without_session = service
        .change_password(&basic, PASSWORD, "dusty anvil parade", &caller())
        .await;
    assert_eq!(without_session.unwrap(), None);
}

#[tokio::test]
async fn what_has_ended_is_swept_after_a_week() {
    let world = World::new("standard").await;
    let (service, clock) = (&world.kit.service, &world.kit.clock);
    user(service, "ann@example.com").await;
    sign_in(service, "ann@example.com").await;
    clock.advance(12 * HOUR + 7 * DAY);
    assert_eq!(service.sweep_people().await.unwrap(), 0);
    clock.advance(SECOND);
    assert_eq!(service.sweep_people().await.unwrap(), 1);
}
