//! Who asks: from a token, a session's secret, or e-mail address and password to a [`Principal`].
//!
//! Cast:
//! - a **caller** is what the wire says of a request: where from, with which program;
//! - a **principal** is who it turned out to be, and what they may reach;
//! - the **memories** spare the store a look for each request. Whoever changes what is remembered
//!   forgets it ([`Service::forget`]), and hears of others' changes as `Change::Platform`; what is
//!   not heard of is forgotten by itself in seconds;
//! - the **tries** limit how often somebody may be wrong, before anything is hashed.
//!
//! What a right is needed for is decided where requests come in; which rights there are, in
//! [`crate::access`].

mod basic;
mod federation;
mod flight;
mod links;
mod memory;
mod passwords;
mod provision;
mod restricted;
mod sessions;
mod setup;
mod sign_in_links;
mod tries;
mod weakness;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

pub use self::{
    federation::{Arrival, Departure, SIGN_IN_US},
    links::LINK_PREFIX,
    passwords::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS},
    restricted::check_channels,
    sessions::{SESSION_PREFIX, SignedIn},
    setup::PASSWORD_LINK_US,
    sign_in_links::SIGN_IN_LINK_US,
};
use self::{flight::Flights, memory::Memory, tries::Tries};
pub(super) use self::{passwords::check as check_password, setup::taken};
use super::{Error, Service};
use crate::{
    access::{Access, Actor, ActorKind},
    ids::{LinkId, SessionId, TokenId, UserId},
    ports::Token,
    time::{DurationUs, MINUTE, SECOND, Time},
    user::{Portal, Session, User},
};

/// How long a token, a session or a user is taken for what it was without asking the store.
pub const MEMORY_US: DurationUs = 5 * SECOND;
/// How long e-mail address and password are taken for right without hashing.
pub const CREDENTIALS_US: DurationUs = MINUTE;
/// How many entries each memory holds.
const MEMORY_ENTRIES: usize = 4096;
/// Characters of 32 bytes in base64 without padding.
const SECRET_CHARS: usize = 43;

/// What the wire says of who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// From where.
    pub address: Option<IpAddr>,
    /// The program, as it calls itself.
    pub agent: Option<String>,
    /// The id of the request.
    pub request: Option<String>,
}

impl Caller {
    pub(super) fn actor(&self, kind: ActorKind, id: String, name: String) -> Actor {
        Actor {
            kind,
            id: Some(id),
            name,
            address: self.address,
            request: self.request.clone(),
        }
    }

    fn user(&self, user: &User) -> Actor {
        self.actor(ActorKind::User, user.id.to_string(), user.email.clone())
    }
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What their changes are signed with.
    pub actor: Actor,
    /// What they may reach.
    pub access: Access,
    /// Which of the kinds they are.
    pub who: Who,
}

/// The kinds of those who ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody who signed in, or (without a session) who sent e-mail address and password.
    User {
        /// Who.
        user: Arc<User>,
        /// Their session.
        session: Option<Presence>,
    },
    /// A program.
    Token(Arc<Token>),
    /// A customer who came through a portal link.
    Portal {
        /// The link.
        link_id: LinkId,
        /// What it lets them do.
        portal: Portal,
        /// Their session.
        session: Presence,
    },
}

/// A session, as its own holder sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Its id.
    pub id: SessionId,
    /// What unsafe requests with its cookie must send too.
    pub csrf: String,
    /// Ends then unless they are here before.
    pub expires_at: Time,
    /// Ends then in any case.
    pub ends_at: Time,
}

impl Principal {
    /// The session they came with.
    #[must_use]
    pub const fn session(&self) -> Option<&Presence> {
        match &self.who {
            Who::User { session, .. } => session.as_ref(),
            Who::Portal { session, .. } => Some(session),
            Who::Token(_) => None,
        }
    }

    /// The user, when it is one.
    #[must_use]
    pub const fn user(&self) -> Option<&Arc<User>> {
        match &self.who {
            Who::User { user, .. } => Some(user),
            Who::Token(_) | Who::Portal { .. } => None,
        }
    }
}

/// What came of people's attempts to sign in, since the start of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignIns {
    /// E-mail address and password were right.
    pub right: u64,
    /// They were not.
    pub wrong: u64,
    /// Refused without looking, for too many tries.
    pub limited: u64,
}

/// What a service keeps in memory of who asks.
pub(super) struct Memories {
    pub(super) tokens: Memory<[u8; 32], Arc<Token>>,
    sessions: Memory<[u8; 32], Arc<Session>>,
    users: Memory<UserId, Arc<User>>,
    /// By a keyed hash of e-mail address and password; the revision that they were right for.
    credentials: Memory<[u8; 32], (UserId, u32)>,
    /// The key of that hash.
    key: OnceLock<[u8; 32]>,
    flights: Flights,
    tries: Tries,
    /// Tokens that were used, until the store knows.
    uses: Mutex<HashMap<TokenId, Time>>,
    right: AtomicU64,
    wrong: AtomicU64,
    limited: AtomicU64,
}

impl Default for Memories {
    fn default() -> Self {
        Self {
            tokens: Memory::new(MEMORY_US, MEMORY_ENTRIES),
            sessions: Memory::new(MEMORY_US, MEMORY_ENTRIES),
            users: Memory::new(MEMORY_US, MEMORY_ENTRIES),
            credentials: Memory::new(CREDENTIALS_US, MEMORY_ENTRIES),
            key: OnceLock::new(),
            flights: Flights::default(),
            tries: Tries::default(),
            uses: Mutex::default(),
            right: AtomicU64::new(0),
            wrong: AtomicU64::new(0),
            limited: AtomicU64::new(0),
        }
    }
}

impl Memories {
    /// Notes that a token is in use. Whom this would be too many of are noted next time.
    pub(super) fn used(&self, id: TokenId, at: Time) {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        if uses.len() < MEMORY_ENTRIES || uses.contains_key(&id) {
            let last = uses.entry(id).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// Takes what was noted.
    pub(super) fn take_uses(&self) -> Vec<(TokenId, Time)> {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *uses).into_iter().collect()
    }
}

impl Service {
    /// Forgets who was recognised: what they are or may do has changed, here or elsewhere.
    pub fn forget(&self) {
        let memories = self.memories();
        memories.tokens.forget(|_| true);
        memories.sessions.forget(|_| true);
        memories.users.forget(|_| true);
        memories.credentials.forget(|_| true);
    }

    /// What came of people's attempts to sign in, for metrics.
    #[must_use]
    pub fn sign_ins(&self) -> SignIns {
        let memories = self.memories();
        SignIns {
            right: memories.right.load(Ordering::Relaxed),
            wrong: memories.wrong.load(Ordering::Relaxed),
            limited: memories.limited.load(Ordering::Relaxed),
        }
    }

    /// Forgets sessions and links that ended long enough ago; one chunk, how many. Called until it
    /// says none, hours apart.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn sweep_people(&self) -> Result<u64, Error> {
        Ok(self.store().sweep_people(self.now() - KEPT_US).await?)
    }

    /// A user as they were a moment ago; `None` when there is no such user.
    async fn known_user(&self, id: UserId) -> Result<Option<Arc<User>>, Error> {
        let now = self.now();
        match self.memories().users.recall(&id, now) {
            Ok(user) => Ok(Some(user)),
            Err(forgotten) => {
                let user = self.store().user(id).await?.map(Arc::new);
                if let Some(user) = &user {
                    let memory = &self.memories().users;
                    memory.remember(id, Arc::clone(user), now, forgotten);
                }
                Ok(user)
            }
        }
    }

    /// A new secret with this before it.
    pub(super) fn bearer_secret(&self, prefix: &str) -> String {
        let mut bytes = [0; 32];
        self.entropy().fill(&mut bytes);
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// How long a session or a link that has ended is kept: whoever comes with it late is told that it
/// is over, and not that there was none.
const KEPT_US: DurationUs = 7 * crate::time::DAY;

/// The hash that the store knows a secret by; `None` for text that cannot be one, which spares the
/// store the question.
pub(super) fn secret_hash(prefix: &str, secret: &str) -> Option<[u8; 32]> {
    let rest = secret.strip_prefix(prefix)?;
    let right = rest.len() == SECRET_CHARS
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    right.then(|| Sha256::digest(secret.as_bytes()).into())
}

/// An e-mail address as it is stored and looked for. Letters beyond ASCII stay as they are: some of
/// them would become another one's.
pub(super) fn lower(email: &str) -> String {
    email.trim().to_ascii_lowercase()
}
