//! What a page is made of, and the headers that keep it to itself.

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
};

use axum::response::{IntoResponse, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::told::{self, Told};
use crate::problem::Problem;

const STYLE: &str = include_str!("style.css");
/// The one style that a page may have.
static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE.as_bytes())));

/// Who may embed a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// Nobody.
    Nobody,
    /// Pages of these origins.
    Origins(Vec<String>),
    /// Anybody: for what has nothing to click on, so that it can be read where it is embedded.
    Anybody,
}

impl Frame {
    fn ancestors(&self) -> String {
        match self {
            Self::Origins(origins) if !origins.is_empty() => origins.join(" "),
            Self::Nobody | Self::Origins(_) => "'none'".to_owned(),
            Self::Anybody => "*".to_owned(),
        }
    }
}

/// A page.
pub(super) struct Page {
    status: StatusCode,
    title: String,
    content: String,
    frame: Frame,
    headers: Vec<(HeaderName, HeaderValue)>,
    told: Option<Told>,
}

impl Page {
    /// A page of this title, and of content that is HTML already.
    pub(super) fn new(title: &str, content: String) -> Self {
        Self {
            status: StatusCode::OK,
            title: title.to_owned(),
            content,
            frame: Frame::Nobody,
            headers: Vec::new(),
            told: None,
        }
    }

    /// A refusal, readable.
    pub(super) fn problem(problem: &Problem) -> Self {
        let mut page = Self::new(
            problem.code.title(),
            format!("<p>{}</p>", text(&sentence(&problem.detail))),
        );
        page.status = problem.code.status();
        page = page.told(Told::Refused {
            problem: problem.clone(),
            again: None,
        });
        if let Some(seconds) = problem.retry_after_s {
            page = page.with(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        page
    }

    /// With what it says, for those who say it in another way.
    pub(super) fn told(mut self, told: Told) -> Self {
        self.told = Some(told);
        self
    }

    /// With more content behind it, which is HTML already.
    pub(super) fn and(mut self, html: &str) -> Self {
        self.content.push('\n');
        self.content.push_str(html);
        self
    }

    pub(super) const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub(super) fn frame(mut self, frame: Frame) -> Self {
        self.frame = frame;
        self
    }

    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let title = text(&self.title);
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title} · Bellwire</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<h1>{title}</h1>\n{}\n</main>\n</body>\n</html>\n",
            self.content
        );
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; form-action 'self'; base-uri 'none'; \
             frame-ancestors {}",
            *STYLE_HASH,
            self.frame.ancestors()
        );
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        let policy = HeaderValue::from_str(&policy).unwrap_or_else(|_| {
            HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")
        });
        for (name, value) in [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // Not `no-referrer`: a form would then be sent with `Origin: null`, as by a stranger.
            (
                header::REFERRER_POLICY,
                HeaderValue::from_static("same-origin"),
            ),
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
        ] {
            headers.insert(name, value);
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        if let Some(told) = self.told {
            response.extensions_mut().insert(told::Page {
                told: Arc::new(told),
                anybody: self.frame == Frame::Anybody,
            });
        }
        response
    }
}

/// Text as HTML.
pub(super) fn text(raw: &str) -> String {
    let mut escaped = String::with_capacity(raw.len());
    for letter in raw.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// With a capital letter and a full stop.
pub(super) fn sentence(raw: &str) -> String {
    let mut letters = raw.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut sentence: String = first.to_uppercase().collect();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// A field of a form.
pub(super) struct Field<'f> {
    /// Its name in what is sent.
    pub(super) name: &'f str,
    /// What people read before it.
    pub(super) label: &'f str,
    /// `email`, `text`, `password`.
    pub(super) kind: &'f str,
    /// What browsers and password managers fill in.
    pub(super) autocomplete: &'f str,
    /// What it holds.
    pub(super) value: &'f str,
    /// What helps to fill it in.
    pub(super) hint: &'f str,
}

impl Field<'_> {
    /// The field, with what is wrong with it.
    pub(super) fn html(&self, problem: Option<&Problem>) -> String {
        let name = self.name;
        let wrong: Vec<&str> = problem
            .iter()
            .flat_map(|problem| &problem.errors)
            .filter(|error| error.field == name)
            .map(|error| error.message.as_str())
            .collect();
        let mut html = format!(
            "<div class=\"field\"><label for=\"{name}\">{}</label>\n<input id=\"{name}\" \
             name=\"{name}\" type=\"{}\" autocomplete=\"{}\" value=\"{}\" required",
            text(self.label),
            self.kind,
            self.autocomplete,
            text(self.value)
        );
        // Writing to a String never fails.
        if !wrong.is_empty() || !self.hint.is_empty() {
            let _ = write!(html, " aria-describedby=\"{name}-note\"");
        }
        if !wrong.is_empty() {
            html.push_str(" aria-invalid=\"true\"");
        }
        html.push_str(">\n");
        if wrong.is_empty() {
            if !self.hint.is_empty() {
                let hint = text(self.hint);
                let _ = write!(
                    html,
                    "<span class=\"hint\" id=\"{name}-note\">{hint}</span>"
                );
            }
        } else {
            let wrong = text(&sentence(&wrong.join("; ")));
            let _ = write!(
                html,
                "<span class=\"wrong\" id=\"{name}-note\">{wrong}</span>"
            );
        }
        html.push_str("</div>\n");
        html
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::problem::Code;

    #[tokio::test]
    async fn what_comes_from_elsewhere_is_text_and_the_style_is_the_one_that_is_allowed() {
        let problem = Problem::new(Code::NotFound, "there is no <b> & \"such\" 'link'");
        let response = Page::problem(&problem).into_response();
        assert_eq!(response.status(), 404);
        let policy = response.headers()["content-security-policy"].clone();
        let policy = policy.to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = std::str::from_utf8(&body).unwrap();
        assert!(
            body.contains("There is no &lt;b&gt; &amp; &quot;such&quot; &#39;link&#39;."),
            "{body}"
        );
        let style = body.split("<style>").nth(1).unwrap();
        let style = style.split("</style>").next().unwrap();
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        assert!(
            policy.contains(&format!("style-src 'sha256-{hash}'")),
            "{policy}"
        );
        assert!(
            policy.contains("default-src 'none'") && policy.ends_with("frame-ancestors 'none'")
        );
    }

    #[test]
    fn only_named_origins_may_embed_a_page() {
        let origins = |names: &[&str]| {
            Frame::Origins(names.iter().map(|&name| name.to_owned()).collect()).ancestors()
        };
        assert_eq!(origins(&[]), "'none'");
        assert_eq!(
            origins(&["https://a.example", "https://b.example"]),
            "https://a.example https://b.example"
        );
    }

    #[test]
    fn a_field_says_what_is_wrong_with_it_and_with_no_other() {
        let problem = Problem::field(Code::InvalidRequest, "password", "it is <short>");
        let field = |name| Field {
            name,
            label: "Password",
            kind: "password",
            autocomplete: "new-password",
            value: "",
            hint: "a hint",
        };
        let html = field("password").html(Some(&problem));
        assert!(html.contains("It is &lt;short&gt;.") && html.contains("aria-invalid"));
        let html = field("other").html(Some(&problem));
        assert!(html.contains("a hint") && !html.contains("aria-invalid"));
    }
}
