//! Every code a problem can carry, with its status and title: the one table.

use http::StatusCode;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $status:ident, $title:literal;)+) => {
        /// What went wrong. The text is stable: clients may branch on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)+
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The HTTP status it travels with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status,)+ }
            }

            /// The kind of problem in a few words, the same for each occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not valid JSON";
    /// A query parameter is unknown or its value is not acceptable.
    InvalidQuery = "invalid_query", BAD_REQUEST, "A query parameter is not acceptable";
    /// The cursor is not one of this list and these filters.
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor does not belong to this list";
    /// A header's value is not acceptable.
    InvalidHeader = "invalid_header", BAD_REQUEST, "A header is not acceptable";
    /// The body could not be read to its end.
    UnreadableBody = "unreadable_body", BAD_REQUEST, "The body could not be read";
    /// A token was sent where logs keep it.
    TokenInQuery = "token_in_query", BAD_REQUEST, "A token does not belong in a URL";
    /// Nobody can tell who asks: no credentials, or such as do not hold (any more).
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Valid credentials are required";
    /// Who asks is known and sees the thing, but may not do this with it.
    Forbidden = "forbidden", FORBIDDEN, "This is not allowed to you";
    /// A page of another site made the browser send this.
    CrossSite = "cross_site", FORBIDDEN, "The request comes from another site";
    /// The header that proves that a page of ours sent this is missing or wrong.
    Csrf = "csrf", FORBIDDEN, "The CSRF token is missing or wrong";
    /// The identity provider, or a rule about whom it may name, says no.
    SignInRefused = "sign_in_refused", FORBIDDEN, "You are not signed in";
    /// The thing named in the path does not exist, or is another organization's.
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    /// No route has this path.
    NoSuchRoute = "no_such_route", NOT_FOUND, "There is no such route";
    /// The path exists, but not for this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// The state of things forbids the operation.
    Conflict = "conflict", CONFLICT, "The present state forbids this";
    /// Another one with this name exists.
    Taken = "taken", CONFLICT, "It exists already";
    /// Another organization has this id.
    SlugTaken = "slug_taken", CONFLICT, "The organization exists already";
    /// The catalogue has an event type of this name.
    EventTypeTaken = "event_type_taken", CONFLICT, "The event type exists already";
    /// The organization has a channel of this key.
    ChannelTaken = "channel_taken", CONFLICT, "The channel exists already";
    /// Another webhook has this URL, and the profile allows one for each URL.
    UrlTaken = "url_taken", CONFLICT, "Another webhook has this URL";
    /// The event type is the platform's, not the organization's own.
    PlatformEventType = "platform_event_type", CONFLICT, "The event type is the platform's";
    /// There are as many inspectors as may be.
    TooManyInspectors = "too_many_inspectors", CONFLICT, "There are too many inspectors already";
    /// As many secrets sign as may.
    TooManySecrets = "too_many_secrets", CONFLICT, "Too many secrets sign already";
    /// Only one secret signs, and it stays.
    NoOldSecret = "no_old_secret", CONFLICT, "There is no old secret";
    /// The event type is one of Bellwire's own.
    OwnEventType = "own_event_type", CONFLICT, "The event type is Bellwire's own";
    /// Another job that is not over is about the same deliveries.
    JobOverlap = "job_overlap", CONFLICT, "Another job is about the same deliveries";
    /// The job is over and changes no more.
    JobOver = "job_over", CONFLICT, "The job is over";
    /// The event went to no webhook that could take it again.
    NoWebhook = "no_webhook", CONFLICT, "No webhook is left to send to";
    /// Retention has removed the data of the event.
    PayloadRemoved = "payload_removed", CONFLICT, "The data of the event is gone";
    /// The body of an attempt is not known any more.
    BodyUnknown = "body_unknown", CONFLICT, "What was sent is not known any more";
    /// The webhook's profile is not configured.
    ProfileMissing = "profile_missing", CONFLICT, "The webhook's profile is not configured";
    /// The webhook is disabled.
    WebhookDisabled = "webhook_disabled", CONFLICT, "The webhook is disabled";
    /// The webhook is not paused, and no drain is under way.
    NotPaused = "not_paused", CONFLICT, "The webhook is not paused";
    /// The webhook was deleted.
    WebhookDeleted = "webhook_deleted", CONFLICT, "The webhook was deleted";
    /// The delivery is not pending any more.
    DeliveryNotPending = "delivery_not_pending", CONFLICT, "The delivery is not pending";
    /// Another user has this e-mail address.
    EmailTaken = "email_taken", CONFLICT, "The user exists already";
    /// The user is a member of the organization.
    AlreadyMember = "already_member", CONFLICT, "The user is a member already";
    /// Something belongs to it, or lies in it, that would be lost.
    InUse = "in_use", CONFLICT, "It is in use";
    /// The developer has bought the rate plan for that time already.
    PlanOverlap = "plan_overlap", CONFLICT, "The developer has the plan at that time";
    /// The rate plan has as many notification conditions, or percentages, as it may.
    TooManyConditions = "too_many_conditions", CONFLICT, "The rate plan has too many conditions";
    /// Nobody would be left who may do everything.
    LastOperator = "last_operator", CONFLICT, "This is the last operator";
    /// The first operator has been made.
    AlreadySetUp = "already_set_up", CONFLICT, "There is an operator already";
    /// The request came without a session that could end.
    NoSession = "no_session", CONFLICT, "There is no session to end";
    /// The link was used, and works once.
    LinkUsed = "link_used", GONE, "The link was used before";
    /// The link came too late.
    LinkExpired = "link_expired", GONE, "The link has expired";
    /// Whoever made the link took it back.
    LinkRevoked = "link_revoked", GONE, "The link was taken back";
    /// The sign-in took too long, or what came back was used before.
    SignInExpired = "sign_in_expired", GONE, "This sign-in has ended";
    /// There are pending deliveries that would be lost.
    PendingDeliveries = "pending_deliveries", CONFLICT, "There are pending deliveries";
    /// The body is larger than the route accepts.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The body is said to be something else than JSON.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    /// The body is JSON, but a field is not acceptable.
    InvalidRequest = "invalid_request", UNPROCESSABLE_ENTITY, "A field is not acceptable";
    /// The idempotency key or external id was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The key was used with another body";
    /// Somebody was wrong too often; nothing was looked at.
    TooManyTries = "too_many_tries", TOO_MANY_REQUESTS, "There were too many tries";
    /// Too many passwords wait to be hashed.
    Busy = "busy", TOO_MANY_REQUESTS, "Too many sign in at this moment";
    /// A bug; the log says more, under the request's id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// The identity provider does not answer, or does not know this server.
    ProviderUnavailable = "provider_unavailable", SERVICE_UNAVAILABLE, "You cannot sign in right now";
    /// The store cannot be used right now; the same request can succeed later.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The store cannot be used right now";
}

impl Code {
    /// The code of this stable text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_an_error_and_is_found_by_its_text() {
        for code in Code::ALL {
            assert!(code.status().is_client_error() || code.status().is_server_error());
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(!code.title().ends_with('.'));
        }
        assert_eq!(Code::parse("weather"), None);
    }
}
