//! What a body of this API says about a webhook: a URL under two names, and fields that are only
//! read.

use serde::{Deserialize, de};
use utoipa::ToSchema;

use crate::{
    mint::flag::Flag,
    problem::{Code, Problem},
};

/// A webhook to make (APG-11).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMintWebhook {
    /// For people.
    #[schema(max_length = 255, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub(super) name: String,
    /// What is called.
    #[serde(rename = "postURL")]
    #[schema(format = Uri, example = "https://example.com/callback", max_length = 2048)]
    post_url_upper: Option<String>,
    /// The same, as answers spell it.
    #[serde(rename = "postUrl")]
    #[schema(format = Uri, max_length = 2048)]
    post_url: Option<String>,
    /// Whether it is called; not until somebody enables it, if left out.
    #[schema(value_type = Option<bool>)]
    pub(super) enabled: Option<Flag>,
}

impl NewMintWebhook {
    /// What is called.
    pub(super) fn url(&mut self) -> Result<String, Problem> {
        one(self.post_url_upper.take(), self.post_url.take())?.ok_or_else(|| {
            Problem::field(Code::InvalidRequest, "postURL", "missing field `postURL`")
        })
    }
}

/// What to change of a webhook: only what is given. What is only read is accepted, so that what was
/// got can be put, and ignored (APG-12).
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MintWebhookChange {
    /// For people.
    #[schema(max_length = 255, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
    pub(super) name: Option<String>,
    /// What is called.
    #[serde(rename = "postURL")]
    #[schema(format = Uri, max_length = 2048)]
    post_url_upper: Option<String>,
    /// The same, as answers spell it.
    #[serde(rename = "postUrl")]
    #[schema(format = Uri, max_length = 2048)]
    post_url: Option<String>,
    /// Whether it is called.
    #[schema(value_type = Option<bool>)]
    pub(super) enabled: Option<Flag>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    id: Option<de::IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    created: Option<de::IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(rename = "createdBy")]
    #[expect(dead_code)]
    created_by: Option<de::IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[expect(dead_code)]
    updated: Option<de::IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(rename = "updatedBy")]
    #[expect(dead_code)]
    updated_by: Option<de::IgnoredAny>,
    /// Ignored.
    #[schema(value_type = Option<serde_json::Value>)]
    #[serde(rename = "orgId")]
    #[expect(dead_code)]
    org_id: Option<de::IgnoredAny>,
}

impl MintWebhookChange {
    /// What is to be called from now on.
    pub(super) fn url(&mut self) -> Result<Option<String>, Problem> {
        one(self.post_url_upper.take(), self.post_url.take())
    }
}

/// The URL, under whichever of its names.
fn one(upper: Option<String>, lower: Option<String>) -> Result<Option<String>, Problem> {
    match (upper, lower) {
        (Some(upper), Some(lower)) if upper != lower => Err(Problem::field(
            Code::InvalidRequest,
            "postUrl",
            "differs from `postURL`; send one of them",
        )),
        (upper, lower) => Ok(upper.or(lower)),
    }
}
