//! What a provider says of itself at `/.well-known/openid-configuration` (OpenID Connect Discovery).

use bellwire_core::ports::IdentityError;
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::{fetch::Fetch, is_safe};

/// The part of it that is needed.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    #[serde(deserialize_with = "url")]
    pub(super) authorization_endpoint: Url,
    #[serde(deserialize_with = "url")]
    pub(super) token_endpoint: Url,
    #[serde(deserialize_with = "url")]
    pub(super) jwks_uri: Url,
    #[serde(default, deserialize_with = "maybe_url")]
    pub(super) userinfo_endpoint: Option<Url>,
    /// How a client shows who it is; `client_secret_basic`, when absent.
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Each answer says who sent it (RFC 9207).
    #[serde(default, rename = "authorization_response_iss_parameter_supported")]
    pub(super) says_issuer: bool,
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    parsed(&String::deserialize(deserializer)?)
}

fn maybe_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parsed(&text)).transpose()
}

fn parsed<E: de::Error>(text: &str) -> Result<Url, E> {
    Url::parse(text).map_err(|error| E::custom(format!("`{text}`: {error}")))
}

/// How this server shows its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// In the header `Authorization`.
    Basic,
    /// In the body.
    Post,
}

impl Metadata {
    pub(super) async fn read(fetch: &Fetch, issuer: &str) -> Result<Self, IdentityError> {
        let place = format!(
            "{}/.well-known/openid-configuration",
            issuer.trim_end_matches('/')
        );
        let url = Url::parse(&place)
            .map_err(|error| misconfigured(format!("`oidc.issuer` is no URL: {error}")))?;
        let document = fetch.json(&url, "its description of itself").await?;
        let metadata: Self = serde_json::from_value(document.into()).map_err(|error| {
            misconfigured(format!(
                "{url} is not the description of a provider: {error}"
            ))
        })?;
        metadata.check(issuer)?;
        Ok(metadata)
    }

    fn check(&self, issuer: &str) -> Result<(), IdentityError> {
        if self.issuer != issuer {
            return Err(misconfigured(format!(
                "the provider calls itself `{}`, and `oidc.issuer` calls it `{issuer}`; they must \
                 be the same, letter for letter",
                super::fetch::printable(&self.issuer)
            )));
        }
        let urls = [
            Some(&self.authorization_endpoint),
            Some(&self.token_endpoint),
            Some(&self.jwks_uri),
            self.userinfo_endpoint.as_ref(),
        ];
        match urls.into_iter().flatten().find(|url| !is_safe(url)) {
            None => Ok(()),
            Some(url) => Err(misconfigured(format!(
                "the provider names {url}, which is not https"
            ))),
        }
    }

    /// How this server is to show its secret there.
    pub(super) fn shown(&self) -> Shown {
        match &self.token_endpoint_auth_methods_supported {
            Some(methods)
                if !methods.iter().any(|one| one == "client_secret_basic")
                    && methods.iter().any(|one| one == "client_secret_post") =>
            {
                Shown::Post
            }
            _ => Shown::Basic,
        }
    }
}

fn misconfigured(why: String) -> IdentityError {
    IdentityError::Misconfigured(why)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn metadata(change: impl FnOnce(&mut Value)) -> Metadata {
        let mut document = json!({
            "issuer": "https://id.example/realm",
            "authorization_endpoint": "https://id.example/a",
            "token_endpoint": "https://id.example/t",
            "jwks_uri": "https://id.example/k",
            "subject_types_supported": ["public"],
        });
        change(&mut document);
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn a_provider_is_who_it_says_and_is_reached_by_https() {
        let issuer = "https://id.example/realm";
        assert_eq!(metadata(|_| {}).check(issuer), Ok(()));
        for (wrong, expected) in [
            (
                metadata(|_| {}).check("https://id.example/realm/"),
                "letter for letter",
            ),
            (
                metadata(|it| it["issuer"] = json!("https://evil.example")).check(issuer),
                "`https://evil.example`",
            ),
            (
                metadata(|it| it["token_endpoint"] = json!("http://id.example/t")).check(issuer),
                "not https",
            ),
            (
                metadata(|it| it["userinfo_endpoint"] = json!("ftp://id.example/u")).check(issuer),
                "not https",
            ),
        ] {
            let error = wrong.unwrap_err();
            assert!(
                matches!(error, IdentityError::Misconfigured(_)),
                "{error:?}"
            );
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn the_secret_goes_into_the_header_unless_only_the_body_will_do() {
        let shown = |methods: Value| {
            metadata(|it| it["token_endpoint_auth_methods_supported"] = methods).shown()
        };
        assert_eq!(metadata(|_| {}).shown(), Shown::Basic);
        assert_eq!(
            shown(json!(["client_secret_post", "client_secret_basic"])),
            Shown::Basic
        );
        assert_eq!(shown(json!(["client_secret_post"])), Shown::Post);
    }
}
