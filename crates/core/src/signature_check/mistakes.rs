//! Why no secret makes this signature over this body: each usual mistake is made on purpose, and the
//! one that leads to the signature is named.

use super::{
    Check, Signed,
    body::{compact, undone},
    key,
};
use crate::{say, signature::SECRET_PREFIX, webhook::Secret};

pub(super) fn why(
    signed: &Signed<'_>,
    secrets: &[Secret],
    body: &[u8],
    sent: Option<&[u8]>,
) -> Vec<Check> {
    let keys: Vec<Vec<u8>> = secrets.iter().filter_map(key).collect();
    let right = |body: &[u8]| keys.iter().any(|key| signed.is_right(key, body));
    if sent.is_some_and(right) {
        return vec![Check::problem(
            "signature_other_body",
            say!(
                "check-other-body",
                "The signature is genuine, and is over the body as it was sent; this body is \
                 another one."
            ),
        )];
    }
    for (code, how, changed) in undone(body) {
        if right(&changed) {
            return vec![Check::problem(
                code,
                say!(
                    "check-genuine",
                    "The signature is genuine, and the body was changed: {how}.",
                    how
                ),
            )];
        }
    }
    if right(&compact(body)) {
        return vec![Check::problem(
            "body_reserialised",
            say!(
                "check-reserialised",
                "The signature is genuine, and the body was changed: it is JSON that was parsed \
                 and printed again with other whitespace. Verify the bytes as they came."
            ),
        )];
    }
    if let Some(check) = mistaken_key(signed, secrets, &keys, body, sent) {
        return vec![check];
    }
    vec![
        Check::problem(
            "signature_mismatch",
            say!(
                "check-mismatch",
                "The signature was made with none of the webhook's secrets over this body."
            ),
        ),
        Check::hint(
            "usual_mistakes",
            say!(
                "check-usual",
                "Usual causes: the secret of another webhook; a body that was parsed and printed \
                 again (verify the bytes as they came); a key that is the text of the secret (take \
                 `whsec_` off and decode the rest from base64); a header that was changed or mixed \
                 up with another request's."
            ),
        ),
    ]
}

/// Signatures that receivers compute themselves, and wrongly.
fn mistaken_key(
    signed: &Signed<'_>,
    secrets: &[Secret],
    keys: &[Vec<u8>],
    body: &[u8],
    sent: Option<&[u8]>,
) -> Option<Check> {
    let bodies: Vec<&[u8]> = [Some(body), sent].into_iter().flatten().collect();
    let all = |key: &[u8]| bodies.iter().any(|body| signed.is_right(key, body));
    for secret in secrets {
        if all(secret.value.as_bytes()) {
            return Some(Check::problem(
                "secret_with_prefix",
                say!(
                    "check-whole-secret",
                    "This signature was computed with the secret's whole text as the key. Take \
                     `whsec_` off and decode the rest from base64: those bytes are the key."
                ),
            ));
        }
        let undecoded = secret.value.trim_start_matches(SECRET_PREFIX);
        if all(undecoded.as_bytes()) {
            return Some(Check::problem(
                "secret_not_decoded",
                say!(
                    "check-not-decoded",
                    "This signature was computed with the text behind `whsec_` as the key. Decode \
                     it from base64: those bytes are the key."
                ),
            ));
        }
    }
    let (id, timestamp) = (signed.id.as_bytes(), signed.timestamp.as_bytes());
    for key in keys {
        for body in &bodies {
            let wrong = [
                (vec![*body], "`{body}`"),
                (vec![timestamp, *body], "`{webhook-timestamp}.{body}`"),
                (vec![id, *body], "`{webhook-id}.{body}`"),
                (
                    vec![timestamp, id, *body],
                    "`{webhook-timestamp}.{webhook-id}.{body}`",
                ),
            ];
            for (parts, what) in wrong {
                if signed.is_of(key, &parts) {
                    return Some(Check::problem(
                        "content",
                        say!(
                            "check-content",
                            "This signature was computed over {what}. It has to be over {right}.",
                            what,
                            right = "`{webhook-id}.{webhook-timestamp}.{body}`"
                        ),
                    ));
                }
            }
        }
    }
    None
}
