//! Beside the stages: hashing passwords, which is slow on purpose and so is done elsewhere.

use async_trait::async_trait;

/// More passwords wait to be hashed than may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait to be hashed")]
pub struct Busy;

/// Hashes passwords in a bounded place, so that no flood of tries takes the processor from
/// everything else.
#[async_trait]
pub trait Passwords: Send + Sync + 'static {
    /// A salted hash in PHC form.
    async fn hash(&self, password: &str) -> Result<String, Busy>;

    /// Whether a hash is this password's. Without a hash the answer is no, after as much work: an
    /// unknown user must not be told from a wrong password by the time it takes.
    async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, Busy>;
}
