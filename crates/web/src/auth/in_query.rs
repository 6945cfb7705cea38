//! Tokens in query strings are refused, whatever the route: URLs end up in logs, in histories and
//! in the `Referer` of the next page.

use bellwire_core::service::{LINK_PREFIX, SESSION_PREFIX, TOKEN_PREFIX};
use url::form_urlencoded;

use crate::problem::{Code, Problem};

/// What a token is called where it may be in a query string (RFC 6750, section 2.3).
const NAMES: [&str; 2] = ["access_token", "authorization"];
/// Shorter than the secret part of any of ours, and longer than what people search for.
const SECRET_CHARS: usize = 40;

/// The refusal of a request with a token in its query string; `None` when there is none.
pub(crate) fn token_in_query(query: Option<&str>) -> Option<Problem> {
    let query = query.filter(|query| !query.is_empty())?;
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, value)| {
            NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)) || is_secret(&value)
        })
        .then(|| {
            Problem::new(
                Code::TokenInQuery,
                "A token belongs in the header `Authorization: Bearer <token>`, never in a URL: \
                 URLs are written into logs. Take this one for known to others, and revoke it.",
            )
        })
}

fn is_secret(value: &str) -> bool {
    [TOKEN_PREFIX, SESSION_PREFIX, LINK_PREFIX]
        .iter()
        .filter_map(|prefix| value.strip_prefix(prefix))
        .any(|rest| {
            rest.len() >= SECRET_CHARS
                && rest
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_name_or_its_shape() {
        let secret = "A".repeat(43);
        for query in [
            "access_token=x".to_owned(),
            "limit=3&Access_Token=".to_owned(),
            format!("q=bw_{secret}"),
            format!("q=bws_{secret}"),
            format!("a=1&token=b%77_{secret}"),
        ] {
            let problem = token_in_query(Some(&query)).unwrap();
            assert_eq!(problem.code, Code::TokenInQuery, "{query}");
            assert!(!problem.detail.contains(&secret));
        }
        for query in [
            "",
            "q=bw_orders",
            "limit=3",
            "cursor=bw_%20",
            "q=access_token",
        ] {
            assert_eq!(token_in_query(Some(query)), None, "{query}");
        }
        assert_eq!(token_in_query(None), None);
    }
}
