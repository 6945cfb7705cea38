//! How a browser wants its pages, whoever is in front of it: language, light or dark, where it is.
//! Both choices are kept in cookies of this browser; they are no secrets.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use bellwire_web::AppState;
use http::{HeaderMap, HeaderValue, Uri, header, request::Parts};

use crate::language::Language;

/// The cookie that keeps the language.
pub(crate) const LANGUAGE_COOKIE: &str = "bellwire-language";
/// The cookie that keeps light or dark.
pub(crate) const THEME_COOKIE: &str = "bellwire-theme";
/// A year: as long as browsers keep one.
const KEPT_S: u32 = 365 * 24 * 3600;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system is set.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every theme.
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// Its name, in the cookie and in the page.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }
}

/// How a browser wants its pages.
#[derive(Debug, Clone)]
pub(crate) struct Look {
    /// The language that was chosen here, when one was.
    pub(crate) chosen: Option<Language>,
    /// The language that the browser asks for.
    pub(crate) accepted: Option<Language>,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Path and query of this page.
    pub(crate) here: String,
    /// The page is shown within one of somebody else's.
    pub(crate) framed: bool,
    /// htmx asks for a part of a page.
    pub(crate) part: bool,
}

impl Look {
    /// What the head of a request says.
    pub(crate) fn of(parts: &Parts) -> Self {
        let headers = &parts.headers;
        let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
        Self {
            chosen: cookie(headers, LANGUAGE_COOKIE).and_then(Language::of_tag),
            accepted: Language::accepted(headers),
            theme: cookie(headers, THEME_COOKIE)
                .and_then(Theme::parse)
                .unwrap_or(Theme::Auto),
            here: here(&parts.uri),
            framed: is("sec-fetch-dest", "iframe"),
            part: is("hx-request", "true"),
        }
    }

    /// The language for somebody who has set one, or not: what was chosen here comes first.
    pub(crate) fn language(&self, own: Option<&str>) -> Language {
        self.chosen
            .or_else(|| own.and_then(Language::of_tag))
            .or(self.accepted)
            .unwrap_or(Language::En)
    }
}

impl FromRequestParts<AppState> for Look {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// Path and query, without what was just done: that is told once.
fn here(uri: &Uri) -> String {
    let pairs = uri.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = pairs
        .filter(|pair| !pair.is_empty() && !pair.starts_with("done="))
        .collect();
    match kept.is_empty() {
        true => uri.path().to_owned(),
        false => format!("{}?{}", uri.path(), kept.join("&")),
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

/// The header that keeps a choice in this browser. `framed` is whether it was made within a page of
/// somebody else's: there a browser keeps only what says that it is for there ([`Look::framed`]).
pub(crate) fn keep(name: &str, value: &str, origin: &str, framed: bool) -> HeaderValue {
    kept(name, value, "/", KEPT_S, origin, framed)
}

/// The same for the pages below a path of ours.
pub(crate) fn keep_below(
    path: &str,
    name: &str,
    value: &str,
    origin: &str,
    framed: bool,
) -> HeaderValue {
    kept(name, value, path, KEPT_S, origin, framed)
}

/// The header that makes this browser forget a choice.
pub(crate) fn forget(name: &str, origin: &str, framed: bool) -> HeaderValue {
    kept(name, "", "/", 0, origin, framed)
}

fn kept(
    name: &str,
    value: &str,
    path: &str,
    seconds: u32,
    origin: &str,
    framed: bool,
) -> HeaderValue {
    let which = match (origin.starts_with("http://"), framed) {
        (true, _) => "SameSite=Lax",
        (false, false) => "SameSite=Lax; Secure",
        (false, true) => "SameSite=None; Secure; Partitioned",
    };
    let text = format!("{name}={value}; Path={path}; HttpOnly; Max-Age={seconds}; {which}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn look(headers: &[(&str, &str)]) -> Look {
        let mut request = Request::builder().uri("/portal/acme/webhooks?q=a");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Look::of(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn what_was_chosen_here_comes_before_what_is_set_and_what_is_asked_for() {
        let chosen = look(&[
            ("cookie", "a=b; bellwire-language=de"),
            ("accept-language", "it"),
        ]);
        assert_eq!(chosen.language(Some("fil")), Language::De);
        let asked = look(&[("accept-language", "it")]);
        assert_eq!(asked.language(Some("fil")), Language::Fil);
        assert_eq!(asked.language(None), Language::It);
        assert_eq!(look(&[]).language(None), Language::En);
        assert_eq!(look(&[]).here, "/portal/acme/webhooks?q=a");
        let told = |uri: &'static str| here(&Uri::from_static(uri));
        assert_eq!(
            told("/portal/acme/webhooks?done=saved"),
            "/portal/acme/webhooks"
        );
        assert_eq!(told("/a?q=1&done=saved&b=2"), "/a?q=1&b=2");
    }

    /// A choice that is made in a frame is kept there; without TLS no browser would take it.
    #[test]
    fn a_choice_in_a_frame_is_kept_for_that_frame() {
        let kept = |origin, framed| keep("a", "b", origin, framed).to_str().unwrap().to_owned();
        let start = "a=b; Path=/; HttpOnly; Max-Age=31536000; ";
        let https = "https://hooks.example";
        assert_eq!(kept(https, false), format!("{start}SameSite=Lax; Secure"));
        assert_eq!(
            kept(https, true),
            format!("{start}SameSite=None; Secure; Partitioned")
        );
        assert_eq!(
            kept("http://127.0.0.1:8040", true),
            format!("{start}SameSite=Lax")
        );
    }

    #[test]
    fn a_cookie_that_says_nothing_known_says_nothing() {
        let odd = look(&[("cookie", "bellwire-theme=<script>; bellwire-language=xx")]);
        assert_eq!((odd.theme, odd.chosen), (Theme::Auto, None));
        let dark = look(&[("cookie", "bellwire-theme=dark")]);
        assert_eq!(dark.theme, Theme::Dark);
    }
}
