//! Signing in through an identity provider: sending a browser there, and knowing it again when it
//! comes back. Whom the provider names is turned into a user in `provision`.
//!
//! What a browser brings back is worth nothing alone. It must hold the **ticket**, which it got when
//! it was sent away: sealed, and bound to the state that the provider hands back. So nobody can be
//! made to come back with somebody else's answer (they would be signed in as that one), and an answer
//! that was overheard is of no use elsewhere. Nothing is stored for who is sent away, so that no
//! stranger can fill the store; for who has come back, that they have, so that nobody does twice.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{Caller, SignedIn};
use crate::{
    access::{Actor, ActorKind},
    ids::LinkId,
    ports::{self, IdentityError, Inbound, Outbound},
    said::Said,
    say,
    service::{Error, Service, identity::Federation},
    time::{DurationUs, MINUTE, Time},
    user::{Link, Purpose},
};

/// How long somebody may take at the provider: to find a second factor, not to have lunch.
pub const SIGN_IN_US: DurationUs = 10 * MINUTE;
/// What a ticket is sealed as, so that no other ciphertext of this key is one.
const CONTEXT: &[u8] = b"sign-in:";
/// Who is behind what an identity provider's word changes.
const ACTOR: &str = "identity provider";
/// When to come back when too many sign in.
const BUSY_S: u32 = 2;

/// A browser is to be sent to the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Departure {
    /// Where to.
    pub url: String,
    /// What the browser has to hold when it comes back, for [`SIGN_IN_US`]: for a cookie.
    pub ticket: String,
}

impl std::fmt::Debug for Departure {
    /// Never shows the ticket, nor the URL with the state.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Departure").finish_non_exhaustive()
    }
}

/// A browser came back from the provider.
#[derive(Clone, Copy, Default)]
pub struct Arrival<'a> {
    /// What it was sent away with.
    pub state: &'a str,
    /// The provider's yes.
    pub code: Option<&'a str>,
    /// The provider's no.
    pub error: Option<&'a str>,
    /// Who says so.
    pub issuer: Option<&'a str>,
    /// What the browser holds.
    pub ticket: Option<&'a str>,
}

/// What a ticket says.
#[derive(Serialize, Deserialize)]
struct Ticket {
    id: LinkId,
    nonce: String,
    verifier: String,
    return_to: String,
    expires_at: Time,
}

impl Service {
    /// Whether people can sign in through an identity provider.
    #[must_use]
    pub fn has_identity_provider(&self) -> bool {
        self.federation().is_some()
    }

    fn provider(&self) -> Result<&Federation, Error> {
        self.federation()
            .ok_or(Error::NotFound("identity provider"))
    }

    /// Sends a browser to the identity provider, which sends it back to `redirect_uri`; in the end it
    /// is to be at `return_to`.
    ///
    /// # Errors
    /// [`Error::NotFound`] without a provider; [`Error::SignIn`] (`provider_unavailable`).
    pub async fn begin_sign_in(
        &self,
        redirect_uri: &str,
        return_to: &str,
    ) -> Result<Departure, Error> {
        let federation = self.provider()?;
        let now = self.now();
        let ticket = Ticket {
            id: self.new_id(),
            nonce: self.random_text(),
            verifier: self.random_text(),
            return_to: return_to.to_owned(),
            expires_at: now + SIGN_IN_US,
        };
        let state = self.random_text();
        let outbound = Outbound {
            redirect_uri,
            state: &state,
            nonce: &ticket.nonce,
            verifier: &ticket.verifier,
        };
        let url = federation.provider.begin(outbound, now).await;
        let url = url.map_err(not_signed_in)?;
        let plain = serde_json::to_vec(&ticket)
            .map_err(|error| Error::Internal(format!("a ticket: {error}")))?;
        let mut nonce = [0; 24];
        self.entropy().fill(&mut nonce);
        let sealed = self.keyring().seal(&plain, &context(&state), nonce);
        Ok(Departure {
            url,
            ticket: URL_SAFE_NO_PAD.encode(sealed),
        })
    }

    /// Signs in whoever came back from the provider; gives where they are to be in the end.
    ///
    /// # Errors
    /// [`Error::NotFound`] without a provider; [`Error::SignIn`] (`sign_in_expired`: begin again;
    /// `sign_in_refused`; `provider_unavailable`); [`Error::TooMany`] (`busy`).
    pub async fn finish_sign_in(
        &self,
        redirect_uri: &str,
        came: Arrival<'_>,
        caller: &Caller,
    ) -> Result<(SignedIn, String), Error> {
        let federation = self.provider()?;
        let ticket = self.ticket(came)?;
        if self.store().link(ticket.id).await?.is_some() {
            return Err(again());
        }
        if let Some(error) = came.error {
            tracing::info!(error, "the identity provider refused a sign-in");
            return Err(refused(said_no(error)));
        }
        let code = came.code.filter(|code| !code.is_empty());
        let inbound = Inbound {
            code: code.ok_or_else(|| {
                refused(say!("oidc-no-code", "the identity provider sent no code"))
            })?,
            issuer: came.issuer,
            redirect_uri,
            nonce: &ticket.nonce,
            verifier: &ticket.verifier,
        };
        let claims = federation.provider.finish(inbound, self.now()).await;
        let claims = claims.map_err(not_signed_in)?;
        self.used_up(&ticket).await?;
        let by = Actor {
            address: caller.address,
            request: caller.request.clone(),
            ..Actor::named(ActorKind::System, ACTOR)
        };
        let user = self.user_of(&claims, &federation.rules, &by).await?;
        let signed_in = self.start_session(user.into(), caller).await?;
        Ok((signed_in, ticket.return_to))
    }

    /// What the browser was given when it was sent away with this state.
    fn ticket(&self, came: Arrival<'_>) -> Result<Ticket, Error> {
        let Some(sealed) = came.ticket.filter(|ticket| !ticket.is_empty()) else {
            return Err(expired(say!(
                "oidc-not-begun",
                "no sign-in is under way in this browser: it took longer than ten minutes, or \
                     was begun elsewhere, or has come to its end; begin again"
            )));
        };
        let foreign = || {
            refused(say!(
                "oidc-other",
                "what came back belongs to another sign-in than the one that this browser began \
                 last; begin again"
            ))
        };
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| foreign())?;
        let plain = self.keyring().open(&sealed, &context(came.state));
        let plain = plain.map_err(|_| foreign())?;
        let ticket: Ticket = serde_json::from_slice(&plain).map_err(|_| foreign())?;
        if self.now() >= ticket.expires_at {
            return Err(expired(say!(
                "oidc-slow",
                "this sign-in took longer than ten minutes; begin again"
            )));
        }
        Ok(ticket)
    }

    /// Notes that a sign-in has come to its end: of all who try, on whichever node, one succeeds.
    async fn used_up(&self, ticket: &Ticket) -> Result<(), Error> {
        let now = self.now();
        let link = Link {
            id: ticket.id,
            purpose: Purpose::SignIn,
            created_at: now,
            created_by: ACTOR.to_owned(),
            expires_at: ticket.expires_at,
            used_at: Some(now),
            revoked_at: None,
        };
        match self.store().create_link(link, None).await {
            Err(ports::Error::Taken(_)) => Err(again()),
            stored => Ok(stored?),
        }
    }

    /// 256 random bits as text.
    fn random_text(&self) -> String {
        let mut bytes = [0; 32];
        self.entropy().fill(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}

fn context(state: &str) -> Vec<u8> {
    [CONTEXT, state.as_bytes()].concat()
}

/// A provider's no, by its code (OpenID Connect Core 3.1.2.6, RFC 6749 4.1.2.1). Nothing else of what
/// came with it is shown: whoever made the link wrote it.
fn said_no(error: &str) -> Said {
    let why = match error {
        "access_denied" => say!("oidc-denied", "you, or a rule of its own, said no"),
        "login_required" | "interaction_required" | "account_selection_required" => {
            say!("oidc-signed-out", "you are not signed in there")
        }
        "consent_required" => say!(
            "oidc-consent",
            "you have not allowed it to tell who you are"
        ),
        "temporarily_unavailable" | "server_error" => {
            say!("oidc-later", "it cannot answer now; try again later")
        }
        "invalid_scope" | "invalid_request" | "unauthorized_client" => say!(
            "oidc-registration",
            "Bellwire is not registered there for what it asks; tell whoever operates it"
        ),
        _ => say!(
            "oidc-other-reason",
            "it gives a reason that Bellwire does not know; the log has it"
        ),
    };
    say!("oidc-refuses", "the identity provider refuses: {why}", why)
}

fn not_signed_in(error: IdentityError) -> Error {
    match error {
        IdentityError::Busy => Error::TooMany {
            code: "busy",
            retry_after_s: BUSY_S,
            message: say!(
                "refused-busy",
                "too many people sign in at this moment; try again in a few seconds"
            ),
        },
        IdentityError::Unreachable(ref why) => {
            tracing::warn!(%error, "nobody can sign in through the identity provider");
            Error::SignIn {
                code: "provider_unavailable",
                message: say!(
                    "oidc-unreachable",
                    "the identity provider does not answer: {why}; try again later",
                    why = Said::from(why.clone())
                ),
            }
        }
        IdentityError::Misconfigured(ref why) => {
            tracing::error!(%error, "nobody can sign in through the identity provider");
            Error::SignIn {
                code: "provider_unavailable",
                message: say!(
                    "oidc-misconfigured",
                    "sign-in is not set up rightly: {why}; tell whoever operates Bellwire",
                    why = Said::from(why.clone())
                ),
            }
        }
        IdentityError::Refused(ref why) => {
            tracing::warn!(%error, "nobody was signed in");
            refused(say!(
                "oidc-refuses",
                "the identity provider refuses: {why}",
                why = Said::from(why.clone())
            ))
        }
        IdentityError::Untrusted(ref why) => {
            tracing::warn!(%error, "nobody was signed in");
            refused(say!(
                "oidc-untrusted",
                "the answer of the identity provider cannot be trusted: {why}",
                why = Said::from(why.clone())
            ))
        }
    }
}

pub(super) fn refused(message: Said) -> Error {
    Error::SignIn {
        code: "sign_in_refused",
        message,
    }
}

fn expired(message: Said) -> Error {
    Error::SignIn {
        code: "sign_in_expired",
        message,
    }
}

fn again() -> Error {
    expired(say!(
        "oidc-again",
        "this answer of the identity provider was used before, and works once; begin again"
    ))
}
