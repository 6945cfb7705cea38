//! Who somebody is here, and what the provider's groups give them.

use bellwire_core::{
    access::{ActorKind, Role},
    service::{Caller, GroupRole, NewMember, NewUser, Provisioning, UserPatch},
    user::User,
};
use bellwire_testkit::service::by;
use serde_json::{Value, json};

use crate::installation::{Installation, me};

const PASSWORD: &str = "plum gravel orbit lantern";
/// What an identity provider's word changes.
const CHANGES: [&str; 6] = [
    "user.created",
    "user.linked",
    "user.groups_applied",
    "member.added",
    "member.changed",
    "member.removed",
];

fn given(group: &str, organization: &str, role: Role) -> GroupRole {
    GroupRole {
        group: group.to_owned(),
        organization: organization.to_owned(),
        role,
    }
}

async fn with_groups(operators: &[&str]) -> Installation {
    let installation = Installation::with(Provisioning {
        operators: operators.iter().map(|&group| group.to_owned()).collect(),
        groups: vec![
            given("everybody", "acme", Role::Viewer),
            given("acme-admins", "acme", Role::Admin),
            given("cool-editors", "cool", Role::Editor),
            given("everybody", "not-there", Role::Admin),
        ],
        ..Provisioning::default()
    })
    .await;
    for slug in ["acme", "cool", "other"] {
        installation.kit.organization(slug, "standard").await;
    }
    installation
}

fn ann(groups: &[&str]) -> Value {
    json!({"sub": "1", "email": "ann@example.com", "email_verified": true, "name": "Ann",
        "groups": groups})
}

impl Installation {
    /// Somebody comes whom the provider describes so; who they are then.
    async fn comes(&self, claims: Value) -> User {
        self.forge.user(claims.clone());
        let seen = self.sign_in(&mut self.browser());
        assert!(seen.has_session(), "{}", seen.text);
        let identity = self
            .kit
            .service
            .store()
            .user_by_identity(self.forge.url(), claims["sub"].as_str().expect("text"));
        identity.await.expect("read").expect("a user")
    }

    /// Roles by organization, and whether a group gave each.
    fn roles(&self, user: &User) -> Vec<(String, Role, bool)> {
        let mut roles: Vec<_> = user
            .memberships
            .iter()
            .map(|one| {
                let tenant = self
                    .kit
                    .service
                    .snapshot()
                    .organization_by_id(one.organization_id);
                let slug = tenant.expect("an organization").organization.slug.clone();
                (slug, one.role, one.by_group)
            })
            .collect();
        roles.sort();
        roles
    }
}

fn roles(expected: &[(&str, Role, bool)]) -> Vec<(String, Role, bool)> {
    let owned = expected.iter();
    owned
        .map(|&(slug, role, by_group)| (slug.to_owned(), role, by_group))
        .collect()
}

/// WNK-2: the identity service's groups say what somebody may do here, each time they come.
#[tokio::test(flavor = "multi_thread")]
async fn memberships_follow_the_groups_and_those_given_by_hand_stay() {
    let installation = with_groups(&[]).await;
    let service = &installation.kit.service;
    let user = installation
        .comes(ann(&["everybody", "cool-editors", "unknown"]))
        .await;
    assert_eq!(
        installation.roles(&user),
        roles(&[("acme", Role::Viewer, true), ("cool", Role::Editor, true)])
    );
    assert!(!user.operator && user.password.is_none());

    let member = NewMember {
        email: "ann@example.com".to_owned(),
        name: None,
        role: Role::Editor,
    };
    service
        .add_member("other", member, &by("op"))
        .await
        .expect("added");
    let user = installation.comes(ann(&["acme-admins", "everybody"])).await;
    assert_eq!(
        installation.roles(&user),
        roles(&[("acme", Role::Admin, true), ("other", Role::Editor, false)])
    );

    // What somebody changed by hand is theirs from then on: groups neither raise nor take it.
    let changed = service
        .update_member("acme", user.id, Role::Editor, &by("op"))
        .await;
    changed.expect("changed");
    let user = installation
        .comes(ann(&["acme-admins", "cool-editors"]))
        .await;
    let by_hand = roles(&[
        ("acme", Role::Editor, false),
        ("cool", Role::Editor, true),
        ("other", Role::Editor, false),
    ]);
    assert_eq!(installation.roles(&user), by_hand);

    // Without any group, and without the claim.
    let mut without = ann(&[]);
    without.as_object_mut().expect("claims").remove("groups");
    let user = installation.comes(without).await;
    let left = roles(&[
        ("acme", Role::Editor, false),
        ("other", Role::Editor, false),
    ]);
    assert_eq!(installation.roles(&user), left);

    let told: Vec<(String, ActorKind, String)> = installation
        .told(&CHANGES)
        .await
        .into_iter()
        .map(|entry| (entry.action, entry.actor.kind, entry.actor.name))
        .collect();
    let provider = |action: &str| {
        (
            action.to_owned(),
            ActorKind::System,
            "identity provider".to_owned(),
        )
    };
    let op = |action: &str| (action.to_owned(), ActorKind::Token, "op".to_owned());
    assert_eq!(
        told,
        [
            provider("user.created"),
            provider("member.added"),
            provider("member.added"),
            op("member.added"),
            provider("user.groups_applied"),
            // In the order of the organizations: acme, then cool.
            provider("member.changed"),
            provider("member.removed"),
            op("member.changed"),
            provider("user.groups_applied"),
            provider("member.added"),
            provider("user.groups_applied"),
            provider("member.removed"),
        ]
    );
    // Coming again as they are changes nothing, and says nothing.
    let revision = user.revision;
    let user = installation.comes(ann(&[])).await;
    assert_eq!(user.revision, revision);
    assert_eq!(installation.told(&CHANGES).await.len(), told.len());
}

/// Who may do less than before has no session left from before.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_a_group_took_is_gone_from_sessions_too() {
    let installation = with_groups(&[]).await;
    installation.forge.user(ann(&["acme-admins"]));
    let mut laptop = installation.browser();
    assert!(installation.sign_in(&mut laptop).has_session());
    assert_eq!(
        laptop.get("/api/v1/organizations/acme/webhooks").status,
        200
    );
    assert_eq!(laptop.get("/api/v1/organizations/acme/members").status, 200);
    installation.forge.user(ann(&["everybody"]));
    let mut phone = installation.browser();
    assert!(installation.sign_in(&mut phone).has_session());
    assert_eq!(laptop.get("/api/v1/session").status, 401);
    assert_eq!(phone.get("/api/v1/organizations/acme/webhooks").status, 200);
    assert_eq!(phone.get("/api/v1/organizations/acme/members").status, 403);
    assert_eq!(phone.get("/api/v1/organizations/cool/webhooks").status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_make_operators_and_unmake_them_but_for_the_last() {
    let installation = with_groups(&["ops"]).await;
    let ann_is = |groups: &[&str]| installation.comes(ann(groups));
    assert!(ann_is(&["ops"]).await.operator);
    let alone = ann_is(&["everybody"]).await;
    assert!(alone.operator, "there is no other");
    assert_eq!(
        installation.roles(&alone),
        roles(&[("acme", Role::Viewer, true)])
    );
    let other = NewUser {
        email: "root@example.com".to_owned(),
        password: Some(PASSWORD.to_owned()),
        operator: true,
        ..NewUser::default()
    };
    let made = installation.kit.service.create_user(other, &by("op")).await;
    assert!(!ann_is(&["everybody"]).await.operator);
    // Whom no provider names is none of its business.
    let root = installation
        .kit
        .service
        .user(made.expect("made").user.id)
        .await;
    assert!(root.expect("read").operator);

    let without = with_groups(&[]).await;
    assert!(!without.comes(ann(&["ops"])).await.operator);
    let id = without.user("ann@example.com").await.id;
    let patch = UserPatch {
        operator: Some(true),
        ..UserPatch::default()
    };
    let made = without.kit.service.update_user(id, patch, &by("op")).await;
    made.expect("changed");
    assert!(without.comes(ann(&[])).await.operator, "given by hand");
}

/// Somebody else made the user first, and chose a password: an organization's admin can, with any
/// address.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_for_a_user_takes_it_over_from_whoever_made_it() {
    let installation = with_groups(&["ops"]).await;
    let service = &installation.kit.service;
    let invite = NewMember {
        email: "ann@example.com".to_owned(),
        name: Some("Planted".to_owned()),
        role: Role::Viewer,
    };
    let made = service.add_member("other", invite, &by("mallory")).await;
    let made = made.expect("made");
    let link = made.password_link.expect("a link");
    let caller = Caller::default();
    let chosen = service.choose_password(&link, PASSWORD, &caller).await;
    let secret = chosen.expect("chosen").secret;
    let second = service.password_link(made.user.id, &by("mallory")).await;
    let second = second.expect("another link");

    let user = installation.comes(ann(&["ops"])).await;
    assert_eq!(user.id, made.user.id);
    assert!(user.operator);
    assert_eq!(user.password, None);
    assert_eq!(
        installation.roles(&user),
        roles(&[("other", Role::Viewer, false)])
    );
    let session = service.authenticate_session(&secret, &caller).await;
    assert_eq!(session.expect("read"), None, "the session from before");
    let signed_in = service.sign_in("ann@example.com", PASSWORD, &caller).await;
    assert!(signed_in.is_err(), "the password from before");
    let chosen = service.choose_password(&second, PASSWORD, &caller).await;
    assert!(chosen.is_err(), "the link from before");
    assert_eq!(installation.told(&["user.linked"]).await.len(), 1);
    // Whoever they are told to be next time, they are the one they were.
    let mut renamed = ann(&[]);
    renamed["email"] = json!("ann.smith@example.com");
    renamed["email_verified"] = json!(false);
    assert_eq!(installation.comes(renamed).await.id, made.user.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_nobody_here_is_told_why() {
    let rules = |create_users, link_by_email| Provisioning {
        create_users,
        link_by_email,
        ..Provisioning::default()
    };
    let known = |email: &str| NewUser {
        email: email.to_owned(),
        ..NewUser::default()
    };
    let refused = async |installation: &Installation, claims: Value, why: &str| {
        installation.forge.user(claims);
        let mut browser = installation.browser();
        let seen = installation.sign_in(&mut browser);
        assert_eq!(seen.status, 403);
        assert!(seen.text.contains(why), "{}", seen.text);
        assert!(!seen.has_session());
    };

    let closed = Installation::with(rules(false, true)).await;
    let why = "Nobody here has the e-mail address ann@example.com";
    refused(&closed, ann(&[]), why).await;
    let made = closed
        .kit
        .service
        .create_user(known("ann@example.com"), &by("op"))
        .await;
    let id = made.expect("made").user.id;
    assert_eq!(
        closed.comes(ann(&[])).await.id,
        id,
        "whom somebody has made"
    );

    // Another account of the provider claims the same address.
    let mut other = ann(&[]);
    other["sub"] = json!("2");
    refused(&closed, other, "belongs to another account").await;

    let disabled = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    let changed = closed
        .kit
        .service
        .update_user(id, disabled, &by("op"))
        .await;
    changed.expect("disabled");
    refused(
        &closed,
        ann(&[]),
        "The user ann@example.com may not sign in",
    )
    .await;

    let apart = Installation::with(rules(true, false)).await;
    let made = apart
        .kit
        .service
        .create_user(known("ann@example.com"), &by("op"))
        .await;
    made.expect("made");
    refused(&apart, ann(&[]), "There is a user ann@example.com already").await;
    let user = apart.user("ann@example.com").await;
    assert_eq!((user.revision, user.identity), (1, None));
    let mut bob = ann(&[]);
    bob["email"] = json!("bob@example.com");
    assert_eq!(apart.comes(bob).await.email, "bob@example.com");

    // One who was disabled before they came for the first time.
    let patch = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    let linked = Installation::start().await;
    let made = linked
        .kit
        .service
        .create_user(known("ann@example.com"), &by("op"))
        .await;
    let id = made.expect("made").user.id;
    let changed = linked.kit.service.update_user(id, patch, &by("op")).await;
    changed.expect("disabled");
    refused(&linked, ann(&[]), "may not sign in").await;
    assert_eq!(linked.user("ann@example.com").await.identity, None);
}

/// Names come from elsewhere and are shown here.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_one_is_made_fit() {
    let installation = Installation::start().await;
    for (sub, name, expected) in [
        (
            "1",
            json!("  Ann\u{0} <b>Smith</b>\n "),
            "Ann <b>Smith</b>".to_owned(),
        ),
        ("2", json!(""), "2@example.com".to_owned()),
        ("3", json!({"first": "Ann"}), "3@example.com".to_owned()),
        ("4", json!("x".repeat(10_000)), "x".repeat(255)),
    ] {
        let user = installation
            .comes(json!({"sub": sub, "email": format!("{sub}@example.com"),
                "email_verified": true, "name": name}))
            .await;
        assert_eq!(user.name, expected);
    }
    let mut browser = installation.browser();
    assert!(installation.sign_in(&mut browser).has_session());
    assert_eq!(me(&mut browser)["user"]["email"], "4@example.com");
}
