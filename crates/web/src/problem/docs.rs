//! How problems appear in the OpenAPI document: groups of responses that operations share, so
//! that none forgets a status it can return.

use std::collections::BTreeMap;

use utoipa::{
    IntoResponses,
    openapi::{Content, PathItem, Ref, RefOr, Response, ResponseBuilder, path::Operation},
};

/// Says which right an operation needs.
pub const REQUIRED_RIGHT: &str = "x-required-right";

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

/// Adds to the operations of a path what their rights alone make them answer, where they do not say
/// so themselves.
pub(crate) fn refusals_of_all(item: &mut PathItem) {
    let safe = [&mut item.get, &mut item.head, &mut item.options];
    safe.into_iter().flatten().for_each(|of| refusals(of, true));
    let others = [
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ];
    others
        .into_iter()
        .flatten()
        .for_each(|of| refusals(of, false));
}

fn refusals(operation: &mut Operation, is_safe: bool) {
    let right = operation
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get(REQUIRED_RIGHT))
        .and_then(|right| right.as_str())
        .unwrap_or_default();
    let mut given = problems(&[("400", "`token_in_query`: a token is in the query string.")]);
    if right != "none" {
        given.extend(problems(&[(
            "429",
            "`too_many_tries` or `busy`: e-mail address and password were not looked at.",
        )]));
        let forbidden = match (right, is_safe) {
            ("any" | "read", true) => None,
            ("any" | "read", false) => Some(
                "`cross_site` or `csrf`: a page of another site may have made the browser send \
                 this.",
            ),
            (_, true) => Some("`forbidden`: the role does not give this right."),
            (_, false) => Some(
                "`forbidden`: the role does not give this right. `cross_site` or `csrf`: a page \
                 of another site may have made the browser send this.",
            ),
        };
        given.extend(forbidden.map_or_else(Responses::new, |text| problems(&[("403", text)])));
    }
    let responses = &mut operation.responses.responses;
    for (status, response) in given {
        responses.entry(status).or_insert(response);
    }
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

const UNAUTHENTICATED: (&str, &str) = (
    "401",
    "`unauthenticated`: no credentials, or they do not hold (any more).",
);
const INTERNAL: (&str, &str) = ("500", "`internal`: a bug; the log has the request's id.");
const UNAVAILABLE: (&str, &str) = (
    "503",
    "`unavailable`: the store cannot be used right now. Nothing was stored; try again later.",
);
const BUSY: (&str, &str) = (
    "429",
    "`too_many_tries` or `busy`: `Retry-After` says when to try again.",
);
const NOT_FOUND: (&str, &str) = (
    "404",
    "`not_found`: it does not exist, or belongs to another organization.",
);

group! {
    /// What any operation of the platform can answer.
    PlatformProblems: UNAUTHENTICATED, INTERNAL, UNAVAILABLE
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
    /// What any operation within an organization can answer that is for those who see all of it.
    WholeProblems: UNAUTHENTICATED,
    ("403", "`forbidden`: the role does not give this right, or a portal link shows some channels \
             only. `cross_site` or `csrf`: a page of another site may have made the browser send \
             this."),
    NOT_FOUND, INTERNAL, UNAVAILABLE
}
group! {
    /// What a report of usage answers otherwise than other operations.
    ReportProblems:
    ("503", "`unavailable`: the store cannot be used right now. A part of the records may have been \
             counted: send the same report again, and what was counted counts once.")
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
group! {
    /// What an operation that signs somebody in can answer besides.
    SignInProblems: UNAUTHENTICATED,
    ("403", "`cross_site`: a page of another site sent it."),
    BUSY, INTERNAL, UNAVAILABLE
}
group! {
    /// What an operation that anybody who is known may ask for, but not with any credentials, can
    /// answer besides.
    ForbiddenProblem:
    ("403", "`forbidden`: not with these credentials; `csrf`, `cross_site`: not from this page.")
}
group! {
    /// What an operation with a link that works once can answer besides.
    LinkProblems: NOT_FOUND,
    ("410", "`link_used`, `link_expired`, `link_revoked`: the link works no more.")
}
group! {
    /// What an operation that hashes a password can answer besides.
    BusyProblems: BUSY
}
