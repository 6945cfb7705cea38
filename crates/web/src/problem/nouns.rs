//! What things are called when there is no such thing.

use bellwire_core::{said::Said, say};

pub(super) fn said(noun: &'static str) -> Said {
    match noun {
        "webhook" => say!("noun-webhook", "webhook"),
        "event" => say!("noun-event", "event"),
        "delivery" => say!("noun-delivery", "delivery"),
        "attempt" => say!("noun-attempt", "attempt"),
        "link" => say!("noun-link", "link"),
        "job" => say!("noun-job", "job"),
        "organization" => say!("noun-organization", "organization"),
        "user" => say!("noun-user", "user"),
        "member" => say!("noun-member", "member"),
        "token" => say!("noun-token", "token"),
        "session" => say!("noun-session", "session"),
        "channel" => say!("noun-channel", "channel"),
        "inspector" => say!("noun-inspector", "inspector"),
        "request" => say!("noun-request", "request"),
        "application" => say!("noun-application", "application"),
        "product" => say!("noun-product", "product"),
        "event type" => say!("noun-event-type", "event type"),
        "identity provider" => say!("noun-identity-provider", "identity provider"),
        "developer" => say!("noun-developer", "developer"),
        "package" => say!("noun-package", "package"),
        "rate plan" => say!("noun-rate-plan", "rate plan"),
        "developer rate plan" => say!("noun-developer-plan", "developer rate plan"),
        "notification condition" => say!("noun-condition", "notification condition"),
        other => other.into(),
    }
}
