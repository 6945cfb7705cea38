//! Beside the stages: an identity provider that says who somebody is (OpenID Connect). The core draws
//! what must be secret and says what time it is; the implementation speaks HTTP and checks what comes
//! back. It keeps no state of a sign-in.

use async_trait::async_trait;

use crate::{time::Time, user::Identity};

/// What a browser is sent to the provider with.
#[derive(Clone, Copy)]
pub struct Outbound<'a> {
    /// Where the provider sends the browser back to.
    pub redirect_uri: &'a str,
    /// What it brings back as it is.
    pub state: &'a str,
    /// What the ID token must name.
    pub nonce: &'a str,
    /// PKCE: the provider is shown its SHA-256 now, and the text itself with the code (RFC 7636).
    pub verifier: &'a str,
}

/// What a browser came back from the provider with, and what it had been sent with.
#[derive(Clone, Copy)]
pub struct Inbound<'a> {
    /// The code, which is exchanged for the ID token.
    pub code: &'a str,
    /// Who says to have sent it, where the provider says so (RFC 9207).
    pub issuer: Option<&'a str>,
    /// As in [`Outbound`].
    pub redirect_uri: &'a str,
    /// As in [`Outbound`].
    pub nonce: &'a str,
    /// As in [`Outbound`].
    pub verifier: &'a str,
}

/// What a provider says of somebody, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who they are to the provider.
    pub identity: Identity,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Whether the provider says that the address is theirs; `None` when it does not say.
    pub email_verified: Option<bool>,
    /// What they are called.
    pub name: Option<String>,
    /// The groups they are in.
    pub groups: Vec<String>,
}

/// Why a provider did not say who somebody is. Each text completes a sentence, in words that may be
/// shown to whoever wants to sign in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It does not answer, or not in time, or says that it cannot now. The same can succeed later.
    #[error("the identity provider does not answer: {0}")]
    Unreachable(String),
    /// As many sign-ins are under way as may be.
    #[error("too many sign in at this moment")]
    Busy,
    /// It answers and says no, or not what it should: the text says why.
    #[error("the identity provider refuses: {0}")]
    Refused(String),
    /// What it answered proves nothing: forged, for somebody else, too old.
    #[error("the answer of the identity provider cannot be trusted: {0}")]
    Untrusted(String),
    /// Bellwire and the provider do not agree on who is who; only the operator can mend that.
    #[error("sign-in is not set up rightly: {0}")]
    Misconfigured(String),
}

/// Says who somebody is.
#[async_trait]
pub trait IdentityProvider: Send + Sync + 'static {
    /// The URL to send a browser to.
    ///
    /// # Errors
    /// [`IdentityError::Unreachable`] and [`IdentityError::Misconfigured`].
    async fn begin(&self, with: Outbound<'_>, now: Time) -> Result<String, IdentityError>;

    /// Who came back. A code is good once.
    ///
    /// # Errors
    /// [`IdentityError`], each kind.
    async fn finish(&self, with: Inbound<'_>, now: Time) -> Result<Claims, IdentityError>;
}
