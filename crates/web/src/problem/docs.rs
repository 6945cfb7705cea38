//! How problems appear in the OpenAPI document: groups of responses that operations share, so
//! that none forgets a status it can return.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{Content, Ref, RefOr, Response, ResponseBuilder},
};

type Responses = BTreeMap<String, RefOr<Response>>;

fn problems(entries: &[(&str, &str)]) -> Responses {
    entries
        .iter()
        .map(|(status, description)| {
            let response = ResponseBuilder::new()
                .description(*description)
                .content(
                    "application/problem+json",
                    Content::new(Some(Ref::from_schema_name("Problem"))),
                )
                .build();
            ((*status).to_owned(), RefOr::T(response))
        })
        .collect()
}

macro_rules! group {
    ($(#[$doc:meta])* $name:ident: $($entry:expr),+) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> Responses {
                problems(&[$($entry),+])
            }
        }
    };
}

const UNAUTHENTICATED: (&str, &str) = ("401", "`unauthenticated`: no token, or it is not valid.");
const INTERNAL: (&str, &str) = ("500", "`internal`: a bug; the log has the request's id.");
const UNAVAILABLE: (&str, &str) = (
    "503",
    "`unavailable`: the store cannot be used right now. Nothing was stored; try again later.",
);
const NOT_FOUND: (&str, &str) = (
    "404",
    "`not_found`: it does not exist, or belongs to another organization.",
);

group! {
    /// What any operation of the platform can answer.
    PlatformProblems: UNAUTHENTICATED,
    ("403", "`platform_token_required`: the token belongs to one organization."),
    INTERNAL, UNAVAILABLE
}
group! {
    /// What an operation that any token may ask for can answer.
    AnybodyProblems: UNAUTHENTICATED, INTERNAL, UNAVAILABLE
}
group! {
    /// What any operation within an organization can answer.
    OrganizationProblems: UNAUTHENTICATED, NOT_FOUND, INTERNAL, UNAVAILABLE
}
group! {
    /// What an operation on a thing of the platform can answer besides.
    MissingProblem: NOT_FOUND
}
group! {
    /// What an operation with a JSON body can answer besides.
    BodyProblems:
    ("400", "`malformed_json`, `unreadable_body` or, with parameters, `invalid_query`, `invalid_header`."),
    ("413", "`too_large`: the body is larger than this route accepts."),
    ("415", "`unsupported_media_type`: the body must be JSON."),
    ("422", "`invalid_request`: a field is not acceptable; `errors` names it.")
}
group! {
    /// What an operation with query parameters can answer besides.
    QueryProblems:
    ("400", "`invalid_query` or `invalid_cursor`: a parameter is unknown or not acceptable.")
}
group! {
    /// What an operation that a state can forbid can answer besides.
    ConflictProblems:
    ("409", "`conflict` or a more telling code: the present state forbids this.")
}
