//! `/sign-in/oidc`: to the identity provider and back.
//!
//! What the browser has to hold meanwhile is in a cookie of its own. It is `SameSite=Lax`: the way
//! back is a navigation that the provider's page begins, and with `Strict` the cookie would stay
//! behind.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bellwire_core::{
    say,
    service::{Arrival, SIGN_IN_US},
    time::SECOND,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use url::{Url, form_urlencoded};

use super::{html::Page, told::Told};
use crate::{
    AppState,
    auth::{
        Asking,
        cookie::{Kind, Names},
    },
    extract::query::{Params, wrong},
    problem::{Code, Problem},
};

/// Where the provider sends browsers back to.
const CALLBACK: &str = "/sign-in/oidc/callback";
/// Longer than any path of ours; a cookie has 4096 bytes for it and the rest.
const MAX_RETURN_BYTES: usize = 1024;

/// Sends the browser to the provider.
pub(super) async fn begin(State(state): State<AppState>, uri: Uri) -> Result<Response, Page> {
    let params = Params::parse(uri.query().unwrap_or_default(), &["return_to"]);
    let params = params.map_err(|problem| Page::problem(&problem))?;
    let return_to = params.text("return_to").unwrap_or("/");
    if !stays_here(return_to) {
        return Err(Page::problem(&wrong(
            "return_to",
            "a path of this server is expected, such as `/portal/acme`",
        )));
    }
    let begun = state
        .service
        .begin_sign_in(&state.url(CALLBACK), return_to)
        .await;
    let departure = begun.map_err(|error| refusal(error.into()))?;
    let cookie =
        Names::of(&state.options).set(Kind::SignIn, &departure.ticket, SIGN_IN_US / SECOND);
    Ok(to(&departure.url, [Some(cookie), None]))
}

/// The browser came back.
pub(super) async fn callback(
    State(state): State<AppState>,
    method: Method,
    Asking(caller): Asking,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Page> {
    if method == Method::HEAD {
        let problem = Problem::new(Code::MethodNotAllowed, "This address is opened with GET.");
        return Err(Page::problem(&problem).with(header::ALLOW, HeaderValue::from_static("GET")));
    }
    let names = Names::of(&state.options);
    let clear = names.clear(Kind::SignIn);
    let answered = Answered::parse(uri.query().unwrap_or_default());
    let answered = answered.map_err(refusal)?;
    let arrival = Arrival {
        state: answered.text("state").unwrap_or_default(),
        code: answered.text("code"),
        error: answered.text("error"),
        issuer: answered.text("iss"),
        ticket: names.value(&headers, Kind::SignIn),
    };
    let finished = state
        .service
        .finish_sign_in(&state.url(CALLBACK), arrival, &caller)
        .await;
    match finished {
        Ok((signed_in, return_to)) => {
            let cookies = [Some(state.session_cookie(&signed_in)), Some(clear)];
            Ok(to(&return_to, cookies))
        }
        Err(error) => Err(refusal(error.into()).with(header::SET_COOKIE, clear)),
    }
}

/// What a provider sends with a browser. Providers add parameters of their own, so that one which
/// nobody knows is no mistake; one that is there twice is.
struct Answered(Vec<(String, String)>);

impl Answered {
    const NAMES: [&str; 4] = ["state", "code", "error", "iss"];

    fn parse(query: &str) -> Result<Self, Problem> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !Self::NAMES.contains(&name.as_ref()) {
                continue;
            }
            if found.iter().any(|(other, _)| *other == name) {
                return Err(wrong(&name, "given more than once"));
            }
            found.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(found))
    }

    fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A refusal, with the way to begin again where that helps.
fn refusal(problem: Problem) -> Page {
    let page = match problem.code {
        Code::NotFound => Page::problem(&Problem::new(
            Code::NotFound,
            say!(
                "oidc-none",
                "Nobody signs in through an identity provider here: `oidc.issuer` is not set."
            ),
        )),
        _ => Page::problem(&problem),
    };
    match problem.code {
        Code::NotFound => page,
        _ => page
            .and("<p><a href=\"/sign-in/oidc\">Begin again</a></p>")
            .told(Told::Refused {
                problem,
                again: Some("/sign-in/oidc"),
            }),
    }
}

/// Goes elsewhere, with cookies, and leaves no trace of where it came from.
fn to(url: &str, cookies: [Option<HeaderValue>; 2]) -> Response {
    let Ok(location) = HeaderValue::from_str(url) else {
        let problem = Problem::new(Code::Internal, "There is no way on from here.");
        return Page::problem(&problem).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    for cookie in cookies.into_iter().flatten() {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Whether a browser that is sent there stays here: a path, and nothing that a browser reads as the
/// name of another host (`//host`, `/\host`, also with tabs in between, which browsers drop).
#[must_use]
pub fn stays_here(path: &str) -> bool {
    const HERE: &str = "https://here.invalid";
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let base = Url::parse(HERE);
    plain
        && path.len() <= MAX_RETURN_BYTES
        && path.starts_with('/')
        && !path.starts_with("//")
        && base
            .and_then(|base| base.join(path))
            .is_ok_and(|url| url.origin().ascii_serialization() == HERE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_host() {
        for ours in [
            "/",
            "/portal/acme",
            "/portal/acme?tab=1#x",
            "/a//b",
            "/%2F%2Fevil.example",
        ] {
            assert!(stays_here(ours), "{ours}");
        }
        for foreign in [
            "",
            "portal",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            "/ü",
            &format!("/{}", "a".repeat(1024)),
        ] {
            assert!(!stays_here(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn what_a_provider_adds_is_no_mistake_and_what_is_there_twice_is() {
        let found = Answered::parse("session_state=1&code=a%20b&state=s").unwrap();
        assert_eq!(
            (found.text("code"), found.text("state"), found.text("iss")),
            (Some("a b"), Some("s"), None)
        );
        let twice = Answered::parse("state=a&code=1&state=b").err().unwrap();
        assert_eq!(
            (twice.code, twice.errors[0].field.as_str()),
            (Code::InvalidQuery, "state")
        );
    }
}
