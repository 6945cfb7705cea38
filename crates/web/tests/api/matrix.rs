//! Who may do what: every operation of the OpenAPI document, as everybody there can be, in the own
//! organization and in another's.
//!
//! What is expected comes from the rule in `matrix/rule.rs` and not from the document, which is held
//! to it too. An operation that the rule and the seeded ids know nothing of fails.
//!
//! Nothing changes while this runs: whoever is let through sends a body that is no JSON, or names
//! what is not there.

mod callers;
mod rule;
mod seeds;

use axum::body::Body;
use http::{Method, Request};
use serde_json::Value;

use self::{
    callers::Kind,
    rule::{Verdict, right_of, verdict},
    seeds::Seeds,
};
use crate::app::{Answer, App};

/// Operations of the document, with what each says it needs.
fn operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            all.push((method, path.clone(), operation));
        }
    }
    all
}

#[test]
fn the_document_says_of_every_operation_which_right_it_needs() {
    let document = serde_json::to_value(bellwire_web::openapi()).unwrap();
    for (method, path, operation) in operations(&document) {
        assert_eq!(
            operation["x-required-right"],
            right_of(&method, &path),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn everybody_may_do_what_their_role_allows_and_nothing_else() {
    let app = App::acme().await;
    app.kit.organization("other", "standard").await;
    let seeds = Seeds::plant(&app).await;
    let callers = callers::enter(&app).await;
    let before = app.stored().await;
    let document = serde_json::to_value(bellwire_web::openapi()).unwrap();
    let mut asked = 0;
    for (method, path, operation) in operations(&document) {
        let right = right_of(&method, &path);
        for kind in Kind::ALL {
            for org in ["acme", "other"] {
                if org == "other" && !path.contains("{org}") {
                    continue;
                }
                let expected = verdict(&method, &path, kind, org == "acme");
                let deletes_organization = path.ends_with("{org}") && method == Method::DELETE;
                let org = if deletes_organization && expected == Verdict::Allowed {
                    app.kit.organization("doomed", "standard").await;
                    "doomed"
                } else {
                    org
                };
                // A refusal must come for what is there too.
                let absent = expected == Verdict::Allowed && !method.is_safe();
                let filled = seeds.fill(&path, org, absent);
                let mut request = Request::builder().method(&method).uri(&filled);
                for (name, value) in callers.headers(&app, kind).await {
                    request = request.header(name, value);
                }
                let body = match operation.get("requestBody") {
                    Some(_) => Body::from("{"),
                    None => Body::empty(),
                };
                let answer = app.send(request.body(body).unwrap()).await;
                asked += 1;
                let what = format!("{method} {filled} as {kind:?}, which needs {right}");
                judge(&what, &answer, expected, right);
                if expected == Verdict::Allowed && method.is_safe() && org == "acme" {
                    let hidden = kind == Kind::RestrictedLink && seeds.is_hidden(&path);
                    let status = if hidden { 404 } else { 200 };
                    assert_eq!(answer.status, status, "{what}: {}", answer.text);
                }
            }
        }
    }
    assert!(asked > 1000, "only {asked} requests");
    assert_eq!(app.stored().await, before);
}

fn judge(what: &str, answer: &Answer, expected: Verdict, right: &str) {
    let problem = || (answer.status.as_u16(), code(answer));
    let there_is_none = || {
        let json = answer.json();
        let said = json.get("detail").or_else(|| json.get("message"));
        said.is_some_and(|said| said == "There is no such organization.")
    };
    match expected {
        Verdict::Unknown => assert_eq!(problem(), (401, "unauthenticated".into()), "{what}"),
        Verdict::Unseen => {
            assert_eq!(problem(), (404, "not_found".into()), "{what}");
            assert!(there_is_none(), "{what}: {}", answer.text);
        }
        Verdict::Forbidden => assert_eq!(problem(), (403, "forbidden".into()), "{what}"),
        Verdict::Allowed => {
            let status = answer.status.as_u16();
            // Without a right that is needed, 401 is about what the body says.
            assert!(
                status != 403 && (status != 401 || right == "none"),
                "{what}: {}",
                answer.text
            );
            assert!(status < 500, "{what}: {}", answer.text);
            assert!(status != 404 || !there_is_none(), "{what}: {}", answer.text);
        }
    }
}

/// The code of a refusal, as `/api/v1` writes it.
fn code(answer: &Answer) -> Value {
    let code = answer.json()["code"].clone();
    match code.as_str().and_then(|code| code.strip_prefix("mint.")) {
        Some("resourceDoesNotExist") => "not_found".into(),
        Some(own) => own.into(),
        None => code,
    }
}
