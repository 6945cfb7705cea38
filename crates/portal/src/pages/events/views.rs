//! Views of the log: those that are ready, and those that somebody keeps in this browser.
//!
//! A view is a name and the filters of a URL. Own views are in a cookie, so that they work without
//! scripts; it goes to the log of one organization only, and what comes back in it is read as
//! strictly as any URL: it can name nothing but filters of this log.

use axum::{extract::State, response::Response};
use bellwire_web::{AppState, auth::Read};
use http::{HeaderMap, header};
use url::form_urlencoded;

use super::narrow;
use crate::{
    form::Form,
    frame::Link,
    html,
    language::Text,
    look::{cookie, keep_below},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// The cookie that keeps views.
const COOKIE: &str = "bellwire-views";
/// The most that are kept, so that the cookie stays one.
const MAX_VIEWS: usize = 10;
/// The longest name, in characters.
const MAX_NAME: usize = 40;
/// The longest cookie that every browser takes, name and attributes aside.
const MAX_COOKIE_BYTES: usize = 3500;

/// Views that are there for everybody: message, filters.
const READY: [(&str, &str); 5] = [
    ("view-all", ""),
    ("view-failed", "period=24h&state=failed"),
    ("view-retry", "state=retry"),
    ("view-held", "state=held"),
    ("view-tests", "test=1"),
];

/// A view that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    name: String,
    query: String,
}

/// The views of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Views {
    /// Those that are ready, then one's own.
    pub(crate) links: Vec<Link>,
    /// The names of one's own.
    pub(crate) own: Vec<String>,
    /// What is looked at is none of them, and can be kept.
    pub(crate) can_keep: bool,
}

/// The views, with what is looked at marked. `base` are the filters of this page.
pub(super) fn views(text: &Text, path: &str, base: &str, headers: &HeaderMap) -> Views {
    let link = |label: String, query: &str| Link {
        label,
        href: match query.is_empty() {
            true => path.to_owned(),
            false => format!("{path}?{query}"),
        },
        current: query == base,
    };
    let own = read(headers);
    let mut links: Vec<Link> = READY
        .iter()
        .map(|(key, query)| link(text.t(key), query))
        .collect();
    links.extend(own.iter().map(|view| link(view.name.clone(), &view.query)));
    Views {
        can_keep: own.len() < MAX_VIEWS && !links.iter().any(|link| link.current),
        own: own.into_iter().map(|view| view.name).collect(),
        links,
    }
}

fn read(headers: &HeaderMap) -> Vec<Own> {
    let text = cookie(headers, COOKIE).unwrap_or_default();
    form_urlencoded::parse(text.as_bytes())
        .filter_map(|(name, query)| Own::new(&name, &query))
        .take(MAX_VIEWS)
        .collect()
}

impl Own {
    /// A view of this name and these filters; `None` when it has no name or narrows nothing.
    fn new(name: &str, query: &str) -> Option<Self> {
        let name: String = name
            .split_whitespace()
            .collect::<Vec<&str>>()
            .join(" ")
            .chars()
            .filter(|letter| !letter.is_control())
            .take(MAX_NAME)
            .collect();
        let query = narrow::without(&Form::parse(query.as_bytes()), &[]);
        (!name.is_empty() && !query.is_empty()).then_some(Self { name, query })
    }
}

fn written(views: &[Own]) -> String {
    let pairs = views.iter().map(|view| (&view.name, &view.query));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// These views with a new one, in the place of one of its name; `None` when there is no room.
fn with(own: &[Own], new: Own) -> Option<Vec<Own>> {
    let mut views = own.to_vec();
    views.retain(|view| view.name != new.name);
    views.push(new);
    let fits = views.len() <= MAX_VIEWS && written(&views).len() <= MAX_COOKIE_BYTES;
    fits.then_some(views)
}

/// Goes back to these filters with the cookie of these views.
fn kept(state: &AppState, visit: &Visit, views: &[Own], query: &str, done: &str) -> Response {
    let path = format!("/portal/{}/events", visit.slug());
    let sign = if query.is_empty() { "" } else { "&" };
    let response = html::see(&format!("{path}?{query}{sign}done={done}"));
    let value = keep_below(
        &path,
        COOKIE,
        &written(views),
        &state.options.origin,
        visit.look.framed,
    );
    html::with(response, header::SET_COOKIE, value)
}

/// `POST …/events/views`: keeps what is looked at under a name.
pub(super) async fn keep(
    State(state): State<AppState>,
    headers: HeaderMap,
    Sent { visit, form }: Sent<Read>,
) -> Result<Response, Refusal> {
    let own = read(&headers);
    let Some(new) = Own::new(form.text("name"), form.text("query")) else {
        let path = format!("/portal/{}/events", visit.slug());
        return Ok(html::see(&path));
    };
    let query = new.query.clone();
    Ok(match with(&own, new) {
        Some(views) => kept(&state, &visit, &views, &query, "view-kept"),
        None => kept(&state, &visit, &own, &query, "views-full"),
    })
}

/// `POST …/events/views/forget`: forgets the view of a name.
pub(super) async fn forget(
    State(state): State<AppState>,
    headers: HeaderMap,
    Sent { visit, form }: Sent<Read>,
) -> Result<Response, Refusal> {
    let mut views = read(&headers);
    views.retain(|view| view.name != form.text("name"));
    Ok(kept(&state, &visit, &views, "", "view-forgotten"))
}

/// What was just done to views.
pub(super) fn toast(text: &Text, done: &str) -> Option<String> {
    Some(match done {
        "view-kept" => text.t("done-view-kept"),
        "view-forgotten" => text.t("done-view-forgotten"),
        "views-full" => text.t("done-views-full"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn back(cookie: &str) -> Vec<Own> {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_str(&format!("{COOKIE}={cookie}")).unwrap();
        headers.insert(header::COOKIE, value);
        read(&headers)
    }

    #[test]
    fn a_view_comes_back_as_it_was_kept() {
        let views = [
            Own::new("  Night <shift> ; ü", "q=a+b%26c&state=failed").unwrap(),
            Own::new("Tests", "test=1").unwrap(),
        ];
        let cookie = written(&views);
        assert!(!cookie.contains([';', ' ', ',', '"']), "{cookie}");
        assert_eq!(back(&cookie), views);
        // A new one takes the place of the one of its name, if there is room for it.
        let new = Own::new("Tests", "state=held").unwrap();
        let replaced = [views[0].clone(), new.clone()];
        assert_eq!(with(&views, new.clone()), Some(replaced.to_vec()));
        let large = Own {
            query: "a".repeat(MAX_COOKIE_BYTES),
            ..new
        };
        assert_eq!(with(&views, large), None);
    }

    #[test]
    fn a_cookie_names_nothing_but_filters() {
        assert_eq!(Own::new("x", "return_to=//evil.example"), None);
        assert_eq!(Own::new(" ", "state=failed"), None);
        let own = Own::new("x", "evil=1&state=failed%0d%0aset-cookie:a&done=saved").unwrap();
        assert_eq!(own.query, "state=failed%0D%0Aset-cookie%3Aa");
        assert!(back("%00%ff&&=a&b").is_empty());
        let many: Vec<String> = (0..30).map(|n| format!("{n}=state%3Dheld")).collect();
        assert_eq!(back(&many.join("&")).len(), MAX_VIEWS);
    }
}
