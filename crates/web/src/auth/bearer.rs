//! `Authorization: Bearer <token>` (RFC 6750).

/// The token of such a header.
pub(super) fn token(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_in_any_case_of_the_scheme() {
        assert_eq!(token("Bearer bw_x"), Some("bw_x"));
        assert_eq!(token("bearer  bw_x "), Some("bw_x"));
        for value in ["", "Bearer", "bw_x", "Basic YTpi"] {
            assert_eq!(token(value), None, "{value}");
        }
    }
}
