//! From a name to addresses. Part of stage 5 (send); the guard judges what comes out of here.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use hickory_resolver::{
    TokioResolver,
    config::{LookupIpStrategy, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
};

/// Resolves names. The client bounds its time and judges every address.
#[async_trait]
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a name, at least one.
    ///
    /// # Errors
    /// When the name has none, or that could not be found out.
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError>;
}

/// A name without addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// The name does not exist, or has no addresses.
    #[error("the name {0} does not exist or has no address")]
    NotFound(String),
    /// The name servers did not answer, or not properly.
    #[error("the name {host} could not be resolved: {reason}")]
    Failed {
        /// The name.
        host: String,
        /// What went wrong.
        reason: String,
    },
}

/// How long an answer may be kept at most, whatever its TTL: an endpoint that moved is found again
/// within this time.
const MAX_TTL: Duration = Duration::from_secs(300);
/// How long "no such name" is believed at most.
const MAX_NEGATIVE_TTL: Duration = Duration::from_secs(10);
/// How long one name server gets before the next try. Below the connect time-outs of the profiles,
/// so that a lost packet does not cost the attempt.
const TRY: Duration = Duration::from_millis(1500);
/// How many answers are kept.
const CACHE_SIZE: u64 = 1024;

/// Asks the name servers of the system's configuration; `/etc/hosts` and `localhost` first.
///
/// Names are taken as they are: the search domains of the system are not tried.
#[derive(Debug)]
pub struct SystemResolver(TokioResolver);

impl SystemResolver {
    /// Reads the system's configuration, once.
    ///
    /// # Errors
    /// When the resolver cannot be made of it.
    pub fn new() -> Result<Self, ResolveError> {
        let failed = |error: NetError| ResolveError::Failed {
            host: String::new(),
            reason: error.to_string(),
        };
        let mut builder = TokioResolver::builder_tokio().unwrap_or_else(|error| {
            // /etc/hosts and IP addresses still work; names will fail one by one.
            tracing::warn!(%error, "the system's resolver configuration cannot be read");
            TokioResolver::builder_with_config(
                ResolverConfig::from_parts(None, Vec::new(), Vec::new()),
                TokioRuntimeProvider::default(),
            )
        });
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.cache_size = CACHE_SIZE;
        options.positive_max_ttl = Some(MAX_TTL);
        options.negative_max_ttl = Some(MAX_NEGATIVE_TTL);
        options.timeout = options.timeout.min(TRY);
        options.attempts = options.attempts.max(2);
        builder.build().map(Self).map_err(failed)
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        // The dot at the end says that the name is complete.
        let name = format!("{}.", host.trim_end_matches('.'));
        match self.0.lookup_ip(name).await {
            Ok(found) => {
                let addresses: Vec<IpAddr> = found.iter().collect();
                if addresses.is_empty() {
                    return Err(ResolveError::NotFound(host.to_owned()));
                }
                Ok(addresses)
            }
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                Err(ResolveError::NotFound(host.to_owned()))
            }
            Err(error) => Err(ResolveError::Failed {
                host: host.to_owned(),
                reason: error.to_string(),
            }),
        }
    }
}

/// Knows what it was told: for tests, which must not ask anybody.
#[derive(Debug, Default)]
pub struct StaticResolver {
    names: HashMap<String, Answers>,
}

#[derive(Debug)]
struct Answers {
    in_turn: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

impl StaticResolver {
    /// Knows no name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Also knows this name.
    #[must_use]
    pub fn with(self, host: &str, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.with_turns(host, [addresses.into_iter().collect()])
    }

    /// Also knows this name, and answers differently each time; the last answer stays.
    #[must_use]
    pub fn with_turns(
        mut self,
        host: &str,
        answers: impl IntoIterator<Item = Vec<IpAddr>>,
    ) -> Self {
        let answers = Answers {
            in_turn: answers.into_iter().collect(),
            asked: AtomicUsize::new(0),
        };
        self.names.insert(host.to_owned(), answers);
        self
    }
}

#[async_trait]
impl Resolve for StaticResolver {
    async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, ResolveError> {
        let answers = self
            .names
            .get(host)
            .filter(|answers| !answers.in_turn.is_empty());
        let Some(answers) = answers else {
            return Err(ResolveError::NotFound(host.to_owned()));
        };
        let turn = answers.asked.fetch_add(1, Ordering::SeqCst);
        let last = answers.in_turn.len() - 1;
        match &answers.in_turn[turn.min(last)] {
            none if none.is_empty() => Err(ResolveError::NotFound(host.to_owned())),
            addresses => Ok(addresses.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_and_the_hosts_file_need_no_name_server() {
        let resolver = SystemResolver::new().unwrap();
        for name in ["localhost", "LOCALHOST", "localhost.", "hooks.localhost"] {
            let addresses = resolver.resolve(name).await.unwrap();
            assert!(
                addresses.iter().all(IpAddr::is_loopback),
                "{name}: {addresses:?}"
            );
        }
    }

    #[tokio::test]
    async fn static_answers_come_in_turn_and_the_last_one_stays() {
        let (first, last) = (IpAddr::from([1, 1, 1, 1]), IpAddr::from([127, 0, 0, 1]));
        let resolver = StaticResolver::new().with_turns("turns.test", [vec![first], vec![last]]);
        for expected in [first, last, last] {
            assert_eq!(resolver.resolve("turns.test").await, Ok(vec![expected]));
        }
        assert_eq!(
            resolver.resolve("other.test").await,
            Err(ResolveError::NotFound("other.test".to_owned()))
        );
    }
}
