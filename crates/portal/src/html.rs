//! From a template to an answer: the headers that keep a page to itself, whatever is on it.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use bellwire_web::problem::{Code, Problem};
use http::{HeaderName, HeaderValue, StatusCode, header};

/// Who may embed a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Embedding {
    /// Nobody.
    Nobody,
    /// Pages of these origins.
    Origins(Vec<String>),
    /// Anybody: for what has nothing to click on.
    Anybody,
}

impl Embedding {
    fn ancestors(&self) -> String {
        match self {
            Self::Origins(origins) if !origins.is_empty() => origins.join(" "),
            Self::Nobody | Self::Origins(_) => "'none'".to_owned(),
            Self::Anybody => "*".to_owned(),
        }
    }
}

/// A page that is ready. A template that fails is a bug, and answered as one.
pub(crate) fn page(
    template: &impl Template,
    status: StatusCode,
    embedding: &Embedding,
) -> Response {
    match template.render() {
        Ok(html) => answer(html, status, embedding),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::new(
                Code::Internal,
                "A bug stopped this request; the log has its id.",
            )
            .into_response()
        }
    }
}

fn answer(html: String, status: StatusCode, embedding: &Embedding) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {}",
        embedding.ancestors()
    );
    let policy = HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    let fixed: [(HeaderName, HeaderValue); 5] = [
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
    ];
    for (name, value) in fixed {
        headers.insert(name, value);
    }
    response
}

/// Goes on to another page of ours.
pub(crate) fn see(path: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(path) else {
        return Problem::new(Code::Internal, "There is no way on from here.").into_response();
    };
    let headers = [
        (header::LOCATION, location),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// With one more header.
pub(crate) fn with(mut response: Response, name: HeaderName, value: HeaderValue) -> Response {
    response.headers_mut().append(name, value);
    response
}

/// A value of a query, as it stands in a link.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(source = "<p>{{ text }}</p>", ext = "html")]
    struct Shown<'t> {
        text: &'t str,
    }

    #[tokio::test]
    async fn what_comes_from_elsewhere_is_text_and_only_our_own_files_are_run() {
        let shown = Shown {
            text: "<script>alert(1)</script> & \"'",
        };
        let response = page(&shown, StatusCode::OK, &Embedding::Nobody);
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .unwrap();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy.ends_with("frame-ancestors 'none'"), "{policy}");
        let html = shown.render().unwrap();
        assert!(!html.contains("<script>"), "{html}");
        let origins = Embedding::Origins(vec!["https://a.example".to_owned()]);
        assert_eq!(origins.ancestors(), "https://a.example");
        assert_eq!(Embedding::Origins(Vec::new()).ancestors(), "'none'");
    }
}
