//! Everybody there can be, each with what they show.

use bellwire_core::{
    access::Role, ids::UserId, ports::TokenScope, service::NewToken, time::SECOND,
};
use bellwire_testkit::service::by;

use crate::{
    app::App,
    visitors::{self, PASSWORD, Shown},
};

/// Who asks. Those with a role have it in `acme`, unless it is said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Nobody,
    Gibberish,
    RevokedToken,
    ExpiredToken,
    EndedSession,
    Viewer,
    Editor,
    Admin,
    /// Signed in, with a cookie.
    EditorUser,
    PlatformViewer,
    PlatformAdmin,
    /// With e-mail address and password.
    Operator,
    LinkViewer,
    LinkEditor,
    /// Through a link for the channel `account:x`.
    RestrictedLink,
}

impl Kind {
    pub(super) const ALL: [Self; 15] = [
        Self::Nobody,
        Self::Gibberish,
        Self::RevokedToken,
        Self::ExpiredToken,
        Self::EndedSession,
        Self::Viewer,
        Self::Editor,
        Self::Admin,
        Self::EditorUser,
        Self::PlatformViewer,
        Self::PlatformAdmin,
        Self::Operator,
        Self::LinkViewer,
        Self::LinkEditor,
        Self::RestrictedLink,
    ];
}

/// The headers of those whose credentials stay.
pub(super) struct Callers {
    revoked: String,
    expired: String,
    viewer: String,
    editor: String,
    admin: String,
    platform_viewer: String,
    editor_user: UserId,
    ended: Shown,
}

/// Lets everybody in.
pub(super) async fn enter(app: &App) -> Callers {
    let service = &app.kit.service;
    let acme = service.tenant("acme").unwrap().organization.id;
    let token = async |scope: TokenScope, role: Role, expires: bool| {
        let new = NewToken {
            role,
            expires_at: expires.then(|| service.now() + SECOND),
            ..NewToken::admin("matrix")
        };
        let (token, secret) = service.create_token(scope, new, &by("test")).await.unwrap();
        (token.id, format!("Bearer {secret}"))
    };
    let of_acme = TokenScope::Organization(acme);
    let (revoked_id, revoked) = token(of_acme, Role::Admin, false).await;
    service
        .revoke_token(None, revoked_id, &by("test"))
        .await
        .unwrap();
    let (_, expired) = token(TokenScope::Platform, Role::Admin, true).await;
    app.kit.clock.advance(2 * SECOND);
    let editor = visitors::user(app, "ed@example.com", false, &[("acme", Role::Editor)]).await;
    visitors::user(app, "op@example.com", true, &[]).await;
    let ended = visitors::session(app, editor).await;
    service
        .sign_out_everywhere(editor, &by("test"))
        .await
        .unwrap();
    Callers {
        revoked,
        expired,
        viewer: token(of_acme, Role::Viewer, false).await.1,
        editor: token(of_acme, Role::Editor, false).await.1,
        admin: token(of_acme, Role::Admin, false).await.1,
        platform_viewer: token(TokenScope::Platform, Role::Viewer, false).await.1,
        editor_user: editor,
        ended,
    }
}

impl Callers {
    /// What one shows. Sessions are new each time: some operations end the one they came with.
    pub(super) async fn headers(&self, app: &App, kind: Kind) -> Shown {
        let bearer = |value: &String| vec![("authorization", value.clone())];
        match kind {
            Kind::Nobody => Vec::new(),
            Kind::Gibberish => vec![("authorization", "Basic nonsense".to_owned())],
            Kind::RevokedToken => bearer(&self.revoked),
            Kind::ExpiredToken => bearer(&self.expired),
            Kind::EndedSession => self.ended.clone(),
            Kind::Viewer => bearer(&self.viewer),
            Kind::Editor => bearer(&self.editor),
            Kind::Admin => bearer(&self.admin),
            Kind::EditorUser => visitors::session(app, self.editor_user).await,
            Kind::PlatformViewer => bearer(&self.platform_viewer),
            Kind::PlatformAdmin => bearer(&format!("Bearer {}", app.platform)),
            Kind::Operator => visitors::basic("op@example.com", PASSWORD),
            Kind::LinkViewer => visitors::portal(app, "acme", Role::Viewer, &[]).await,
            Kind::LinkEditor => visitors::portal(app, "acme", Role::Editor, &[]).await,
            Kind::RestrictedLink => {
                visitors::portal(app, "acme", Role::Editor, &["account:x"]).await
            }
        }
    }
}
