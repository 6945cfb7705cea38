//! Users and members: made, changed, deleted, and never the last operator.

use bellwire_core::{
    access::Role,
    service::{Error, NewMember, NewUser, UserPatch},
};
use bellwire_testkit::service::by;

use crate::{
    World, actions, conflict, fields, missing,
    signing_in::{caller, user},
};

fn with_email(email: &str) -> NewUser {
    NewUser {
        email: email.to_owned(),
        ..NewUser::default()
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_user_is_said_at_once() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let root = by("root");
    let wrong = NewUser {
        email: "not an address".to_owned(),
        name: Some(" ".to_owned()),
        password: Some("password".to_owned()),
        operator: false,
        memberships: vec![
            ("nobody".to_owned(), Role::Viewer),
            ("acme".to_owned(), Role::Viewer),
            ("acme".to_owned(), Role::Admin),
        ],
    };
    assert_eq!(
        fields(service.create_user(wrong, &root).await),
        [
            "memberships[0].organization",
            "memberships[2].organization",
            "email",
            "name",
            "password"
        ]
    );
    user(service, "ann@example.com").await;
    let taken = with_email("ANN@example.com");
    assert_eq!(
        conflict(service.create_user(taken, &root).await),
        "email_taken"
    );
    let bob = user(service, "bob@example.com").await;
    let same = UserPatch {
        email: Some("ann@example.com".to_owned()),
        ..UserPatch::default()
    };
    assert_eq!(
        conflict(service.update_user(bob.id, same, &root).await),
        "email_taken"
    );
    let strange = UserPatch {
        language: Some(Some("it; drop".to_owned())),
        ..UserPatch::default()
    };
    assert_eq!(
        fields(service.update_user(bob.id, strange, &root).await),
        ["language"]
    );
}

#[tokio::test]
async fn a_change_is_a_revision_and_one_that_changes_nothing_is_none() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let root = by("root");
    let ann = user(service, "ann@example.com").await;
    let patch = UserPatch {
        name: Some("Ann".to_owned()),
        language: Some(Some("it".to_owned())),
        memberships: Some(vec![("acme".to_owned(), Role::Editor)]),
        ..UserPatch::default()
    };
    let changed = service
        .update_user(ann.id, patch.clone(), &root)
        .await
        .unwrap();
    assert_eq!(changed.revision, 2);
    assert_eq!(service.user(ann.id).await.unwrap(), changed);
    let again = service.update_user(ann.id, patch, &root).await.unwrap();
    assert_eq!(again, changed);
    service.delete_user(ann.id, &root).await.unwrap();
    assert_eq!(missing(service.user(ann.id).await), "user");
    assert_eq!(missing(service.delete_user(ann.id, &root).await), "user");
}

#[tokio::test]
async fn two_who_change_a_user_at_once_are_both_heard() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let ann = user(&world.kit.service, "ann@example.com").await;
    let (root, boss) = (by("root"), by("boss"));
    let name = UserPatch {
        name: Some("Ann".to_owned()),
        ..UserPatch::default()
    };
    let operator = UserPatch {
        operator: Some(true),
        ..UserPatch::default()
    };
    let (one, two) = tokio::join!(
        world.kit.service.update_user(ann.id, name, &root),
        other.service.update_user(ann.id, operator, &boss),
    );
    one.unwrap();
    two.unwrap();
    let both = world.kit.service.user(ann.id).await.unwrap();
    assert_eq!(
        (both.name.as_str(), both.operator, both.revision),
        ("Ann", true, 3)
    );
}

#[tokio::test]
async fn the_last_operator_stays() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let root = by("root");
    let operator = async |email: &str| {
        let new = NewUser {
            operator: true,
            password: Some("plover quartz lantern".to_owned()),
            ..with_email(email)
        };
        service.create_user(new, &root).await.unwrap().user
    };
    let ann = operator("ann@example.com").await;
    let demoted = UserPatch {
        operator: Some(false),
        ..UserPatch::default()
    };
    let disabled = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    for patch in [&demoted, &disabled] {
        let refused = service.update_user(ann.id, patch.clone(), &root).await;
        assert_eq!(conflict(refused), "last_operator");
    }
    assert_eq!(
        conflict(service.delete_user(ann.id, &root).await),
        "last_operator"
    );
    assert_eq!(service.user(ann.id).await.unwrap(), ann);

    let bob = operator("bob@example.com").await;
    service.update_user(bob.id, disabled, &root).await.unwrap();
    let refused = service.update_user(ann.id, demoted.clone(), &root).await;
    assert_eq!(conflict(refused), "last_operator", "bob may not sign in");
    let enabled = UserPatch {
        disabled: Some(false),
        ..UserPatch::default()
    };
    service.update_user(bob.id, enabled, &root).await.unwrap();
    service.delete_user(ann.id, &root).await.unwrap();
    let refused = service.update_user(bob.id, demoted, &root).await;
    assert_eq!(conflict(refused), "last_operator");
}

#[tokio::test]
async fn two_operators_who_resign_at_once_do_not_leave_nobody() {
    let world = World::new("standard").await;
    let other = world.other_process().await;
    let (one, two) = (&world.kit.service, &other.service);
    let root = by("root");
    let mut ids = Vec::new();
    for email in ["ann@example.com", "bob@example.com"] {
        let new = NewUser {
            operator: true,
            ..with_email(email)
        };
        ids.push(one.create_user(new, &root).await.unwrap().user.id);
    }
    let demoted = UserPatch {
        operator: Some(false),
        ..UserPatch::default()
    };
    let (a, b) = tokio::join!(
        one.update_user(ids[0], demoted.clone(), &root),
        two.update_user(ids[1], demoted, &root),
    );
    assert!(a.is_err() || b.is_err());
    let mut left = 0;
    for id in ids {
        left += u32::from(one.user(id).await.unwrap().operator);
    }
    assert!(left > 0);
}

#[tokio::test]
async fn users_are_listed_by_address_in_pages_and_by_its_beginning() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    for email in [
        "ann@b.example",
        "ann@a.example",
        "bob@a.example",
        "annie@a.example",
    ] {
        user(service, email).await;
    }
    let emails = async |q: Option<&str>, after: Option<&str>, limit| {
        let page = service.users(q, after, limit).await.unwrap();
        let emails: Vec<String> = page.items.into_iter().map(|user| user.email).collect();
        (emails, page.next)
    };
    let all = [
        "ann@a.example",
        "ann@b.example",
        "annie@a.example",
        "bob@a.example",
    ];
    assert_eq!(
        emails(None, None, 10).await,
        (all.map(str::to_owned).to_vec(), None)
    );
    let (first, next) = emails(Some("ANN"), None, 2).await;
    assert_eq!(first, all[..2]);
    assert_eq!(
        emails(Some("ann"), next.as_deref(), 2).await,
        (vec![all[2].to_owned()], None)
    );
    assert_eq!(emails(Some("ann@a.example"), None, 2).await.0, all[..1]);
    assert_eq!(emails(Some("carl"), None, 2).await, (Vec::new(), None));
}

#[tokio::test]
async fn a_member_is_taken_in_changed_and_taken_out() {
    let world = World::new("standard").await;
    let service = &world.kit.service;
    let admin = by("admin");
    world.kit.organization("other", "standard").await;
    let new = |email: &str| NewMember {
        email: email.to_owned(),
        name: None,
        role: Role::Viewer,
    };
    let ann = service
        .add_member("acme", new("Ann@Example.com"), &admin)
        .await;
    let ann = ann.unwrap();
    let link = ann.password_link.expect("she has no password yet");
    let again = service
        .add_member("acme", new("ann@example.com"), &admin)
        .await;
    assert_eq!(conflict(again), "already_member");
    let there_too = service
        .add_member("other", new("ann@example.com"), &admin)
        .await;
    let there_too = there_too.unwrap();
    assert_eq!(there_too.user.id, ann.user.id);
    assert_eq!(
        there_too.password_link, None,
        "nobody gives away another's password"
    );
    assert_eq!(there_too.user.memberships.len(), 2);
    assert_eq!(
        fields(service.add_member("acme", new("nonsense"), &admin).await),
        ["email"]
    );
    service
        .choose_password(&link, "plover quartz lantern", &caller())
        .await
        .unwrap();

    let id = ann.user.id;
    let changed = service.update_member("acme", id, Role::Admin, &admin).await;
    let acme = service.tenant("acme").unwrap().organization.id;
    assert_eq!(changed.unwrap().access().role_in(acme), Some(Role::Admin));
    let members = service.members("acme", None, 10).await.unwrap();
    assert_eq!(members.items.len(), 1);
    service.remove_member("acme", id, &admin).await.unwrap();
    assert_eq!(
        missing(service.remove_member("acme", id, &admin).await),
        "member"
    );
    let stranger = user(service, "bob@example.com").await;
    service
        .remove_member("acme", stranger.id, &admin)
        .await
        .unwrap();
    for nobody in [stranger.id, world.kit.service.new_id()] {
        let refused = service
            .update_member("acme", nobody, Role::Admin, &admin)
            .await;
        assert!(
            matches!(refused, Err(Error::NotFound("member"))),
            "the same for both"
        );
    }
    assert_eq!(service.members("acme", None, 10).await.unwrap().items, []);
    assert_eq!(service.user(id).await.unwrap().memberships.len(), 1);
    assert_eq!(
        actions(&world, Some("other")).await,
        ["member.added", "organization.created"]
    );
    let of_acme = actions(&world, Some("acme")).await;
    let members: Vec<_> = of_acme
        .iter()
        .filter(|action| action.starts_with("member."))
        .collect();
    assert_eq!(
        members,
        [
            "member.removed",
            "member.added",
            "member.removed",
            "member.changed",
            "member.added"
        ]
    );
}
