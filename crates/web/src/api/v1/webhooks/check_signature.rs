//! `POST /organizations/{org}/webhooks/{id}/check-signature`

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Request, State},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bellwire_core::{
    ids::{DeliveryId, WebhookId},
    service::{Asked, CheckedSignature},
    signature_check::{Check, Pasted, SignedBy},
    time::Time,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    AppState,
    api::v1::shape::CheckOutcomeName,
    auth::Within,
    extract::{Id, IdPath, Object, OrganizationPath, Query, body, json},
    problem::{
        Code, Problem,
        docs::{BodyProblems, OrganizationProblems},
    },
};

/// A request that a receiver did not believe.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckSignature {
    /// Its headers: text as it was copied (`Name: value` on each line, in any case), or an object.
    #[schema(value_type = PastedHeaders)]
    headers: Value,
    /// Its body as the receiver saw it.
    body: Option<String>,
    /// The same in base64, for bytes that are no text.
    body_base64: Option<String>,
    /// When the receiver got it; now, if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Time>,
}

/// Headers as they were pasted.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum PastedHeaders {
    /// Lines of text.
    Text(String),
    /// Names and values.
    Object(BTreeMap<String, String>),
}

/// What a request shows of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignatureReport {
    /// A receiver with the webhook's secrets would take it.
    valid: bool,
    /// Which secret made the signature over this body; null when none of the webhook's did.
    #[schema(required)]
    signed_by: Option<SigningSecret>,
    /// The attempt that it was compared with; null when none is known.
    #[schema(required)]
    attempt: Option<ComparedAttempt>,
    /// What was looked at, in order.
    checks: Vec<SignatureCheck>,
}

/// Which secret made a signature.
#[derive(Debug, Serialize, ToSchema)]
pub struct SigningSecret {
    /// It is the newest one.
    current: bool,
    /// When it stops signing, or stopped; null when it stays.
    #[schema(required, value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
}

/// An attempt that a request was compared with.
#[derive(Debug, Serialize, ToSchema)]
pub struct ComparedAttempt {
    /// Its delivery.
    #[schema(value_type = String, format = Uuid)]
    delivery_id: DeliveryId,
    /// Its number.
    number: u32,
}

/// One thing that was looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignatureCheck {
    /// A stable name of what was found.
    #[schema(example = "body_trailing_newline")]
    code: &'static str,
    /// Whether that is good.
    outcome: CheckOutcomeName,
    /// The same in plain words.
    sentence: String,
}

impl From<Check> for SignatureCheck {
    fn from(check: Check) -> Self {
        Self {
            code: check.code,
            outcome: CheckOutcomeName(check.outcome),
            sentence: check.sentence.into(),
        }
    }
}

impl From<CheckedSignature> for SignatureReport {
    fn from(checked: CheckedSignature) -> Self {
        let CheckedSignature { report, attempt } = checked;
        Self {
            valid: report.valid,
            signed_by: match report.signed_by {
                SignedBy::Current => Some(SigningSecret {
                    current: true,
                    until: None,
                }),
                SignedBy::Former { until } => Some(SigningSecret {
                    current: false,
                    until: Some(until),
                }),
                SignedBy::None => None,
            },
            attempt: attempt.map(|(delivery_id, number)| ComparedAttempt {
                delivery_id,
                number,
            }),
            checks: report.checks.into_iter().map(Into::into).collect(),
        }
    }
}

impl CheckSignature {
    fn asked(self) -> Result<Asked, Problem> {
        let wrong = |field: &str, message: &'static str| {
            Err(Problem::field(Code::InvalidRequest, field, message))
        };
        let expected = "text is expected, with `Name: value` on each line, or an object of texts";
        let headers = match self.headers {
            Value::String(text) => Pasted::Text(text),
            Value::Object(object) => {
                let mut pairs = Vec::with_capacity(object.len());
                for (name, value) in object {
                    match value {
                        Value::String(value) => pairs.push((name, value)),
                        // A timestamp is often pasted as a number.
                        Value::Number(value) => pairs.push((name, value.to_string())),
                        _ => return wrong(&format!("headers.{name}"), "text is expected"),
                    }
                }
                Pasted::Pairs(pairs)
            }
            _ => return wrong("headers", expected),
        };
        let body = match (self.body, self.body_base64) {
            (Some(text), None) => Bytes::from(text),
            (None, Some(text)) => match STANDARD.decode(text.trim()) {
                Ok(bytes) => bytes.into(),
                Err(_) => {
                    return wrong(
                        "body_base64",
                        "base64 with the standard alphabet and padding is expected",
                    );
                }
            },
            (None, None) => return wrong("body", "missing field `body`, or `body_base64`"),
            (Some(_), Some(_)) => {
                return wrong(
                    "body_base64",
                    "give the body as text in `body`, or in base64 here, and not both",
                );
            }
        };
        Ok(Asked {
            headers,
            body,
            at: self.at,
        })
    }
}

/// The largest request: what is pasted is hashed many times over.
const LIMIT_BYTES: usize = 2 << 20;

/// Says what does not fit about a request that a receiver did not believe: headers, time, signature,
/// and how the body differs from what was sent. Secrets are never shown. The request may have 2 MiB.
#[utoipa::path(
    post,
    path = "/organizations/{org}/webhooks/{id}/check-signature",
    tag = "webhooks",
    extensions(("x-required-right" = json!("read"))),
    params(OrganizationPath, IdPath),
    request_body(content = CheckSignature, content_type = "application/json"),
    responses(
        (status = 200, description = "What was found.", body = SignatureReport),
        BodyProblems,
        OrganizationProblems
    )
)]
pub async fn check_signature(
    State(state): State<AppState>,
    within: Within,
    Id(id): Id<WebhookId>,
    Query(()): Query<()>,
    request: Request,
) -> Result<Json<SignatureReport>, Problem> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, LIMIT_BYTES).await?;
    let Object(asked): Object<CheckSignature> = json::parse(&bytes, "")?;
    let asked = asked.asked()?;
    let webhook = state.live_webhook(&within, id).await?;
    let checked = state
        .service
        .check_signature(&within.tenant, &webhook, &asked, within.access())
        .await?;
    Ok(Json(checked.into()))
}
