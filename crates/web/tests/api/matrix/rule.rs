//! The rule: what each operation needs, and who has it.

use http::Method;

use super::callers::Kind;

/// Operations that do not need what their method says.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    // Of the platform. Who is known sees the catalogue and which organizations are theirs.
    ("GET", "/api/v1/organizations", "any"),
    ("GET", "/api/v1/event-types", "any"),
    ("GET", "/api/v1/event-types/{name}", "any"),
    // The log names who did what in every organization.
    ("GET", "/api/v1/audit", "platform_admin"),
    ("GET", "/api/v1/audit/export", "platform_admin"),
    // About oneself.
    ("GET", "/api/v1/session", "any"),
    ("DELETE", "/api/v1/session", "any"),
    ("PUT", "/api/v1/session/password", "any"),
    ("GET", "/api/v1/sessions", "any"),
    ("DELETE", "/api/v1/sessions", "any"),
    ("DELETE", "/api/v1/sessions/{id}", "any"),
    // For those whom nobody knows yet.
    ("POST", "/api/v1/session", "none"),
    ("POST", "/api/v1/setup", "none"),
    ("POST", "/api/v1/password", "none"),
    // In an organization.
    ("PATCH", "/api/v1/organizations/{org}", "manage"),
    ("DELETE", "/api/v1/organizations/{org}", "platform_admin"),
    ("POST", "/api/v1/organizations/{org}/events", "produce"),
    // They ask and change nothing.
    ("POST", "/api/v1/organizations/{org}/events/explain", "read"),
    (
        "POST",
        "/api/v1/organizations/{org}/webhooks/{id}/check-signature",
        "read",
    ),
    (
        "GET",
        "/api/v1/organizations/{org}/webhooks/{id}/secret",
        "edit",
    ),
];

/// Parts of an organization where nothing needs what its method says: to see, to change.
const PARTS: &[(&str, &str, &str)] = &[
    ("event-types", "read", "produce"),
    ("channels", "read", "produce"),
    ("usage", "read", "produce"),
    ("members", "manage", "manage"),
    ("tokens", "manage", "manage"),
    ("portal-links", "manage", "manage"),
    ("audit", "manage", "manage"),
];

/// Parts of an organization that are about all of it: customers, who came through a link, may do nothing
/// there, in either API.
const WHOLE: &[&str] = &[
    "developers",
    "packages",
    "rate-plans",
    "developer-rate-plans",
    "notification-conditions",
    "usage",
    "monetization-packages",
];

/// Whether an operation is about all of an organization.
fn is_of_the_whole(path: &str) -> bool {
    let within = path.split_once("/organizations/{org}/");
    within.is_some_and(|(_, within)| {
        let part = within.split('/').next().unwrap_or_default();
        WHOLE.contains(&part) || within.starts_with("webhooks/{id}/test/")
    })
}

/// What only users have, although it needs no right.
const OF_USERS: &[&str] = &[
    "/api/v1/session/password",
    "/api/v1/sessions",
    "/api/v1/sessions/{id}",
];

/// What an operation needs.
pub(super) fn right_of(method: &Method, path: &str) -> &'static str {
    let exception = EXCEPTIONS
        .iter()
        .find(|(of, at, _)| *of == method.as_str() && *at == path);
    if let Some((_, _, right)) = exception {
        return right;
    }
    let changes = !method.is_safe();
    let within_api = ["/api/v1/", "/v1/mint/"]
        .iter()
        .find_map(|root| path.strip_prefix(root));
    let Some(path) = within_api else {
        return "none";
    };
    let Some(within) = path.strip_prefix("organizations/{org}") else {
        return if changes {
            "platform_admin"
        } else {
            "platform_read"
        };
    };
    let part = within.trim_start_matches('/').split('/').next();
    match PARTS.iter().find(|(name, _, _)| Some(*name) == part) {
        Some((_, read, change)) => {
            if changes {
                change
            } else {
                read
            }
        }
        None => {
            if changes {
                "edit"
            } else {
                "read"
            }
        }
    }
}

/// What is to come of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// 401
    Unknown,
    /// 404 for the organization.
    Unseen,
    /// 403
    Forbidden,
    /// Anything else.
    Allowed,
}

/// What is to come of an operation when such a one asks, in the organization they are of or not.
pub(super) fn verdict(method: &Method, path: &str, kind: Kind, own: bool) -> Verdict {
    use Kind::*;
    let right = right_of(method, path);
    if right == "none" {
        return Verdict::Allowed;
    }
    let of_platform = matches!(kind, PlatformViewer | PlatformAdmin | Operator);
    let rights: &[&str] = match kind {
        Nobody | Gibberish | RevokedToken | ExpiredToken | EndedSession => {
            return Verdict::Unknown;
        }
        Viewer => &["any", "read"],
        LinkViewer => &["any", "read"],
        LinkEditor | RestrictedLink => &["any", "read", "edit"],
        Editor | EditorUser => &["any", "read", "edit", "produce"],
        Admin => &["any", "read", "edit", "produce", "manage"],
        PlatformViewer => &["any", "read", "platform_read"],
        PlatformAdmin | Operator => &[
            "any",
            "read",
            "edit",
            "produce",
            "manage",
            "platform_read",
            "platform_admin",
        ],
    };
    if path.contains("{org}") && !own && !of_platform {
        return Verdict::Unseen;
    }
    if matches!(kind, LinkViewer | LinkEditor | RestrictedLink) && is_of_the_whole(path) {
        return Verdict::Forbidden;
    }
    let is_user = matches!(kind, EditorUser | Operator);
    if rights.contains(&right) && (is_user || !OF_USERS.contains(&path)) {
        Verdict::Allowed
    } else {
        Verdict::Forbidden
    }
}
