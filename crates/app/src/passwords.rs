//! Hashing of passwords: argon2id, on one thread of the lowest priority behind a short queue.
//!
//! A hash is made to take long and to need much memory. However many people try passwords at once,
//! this takes 19 MiB and what the processors have to spare, and events go on as they would.

use std::{
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use async_trait::async_trait;
use bellwire_core::{
    entropy::Entropy,
    ports::{Busy, Passwords},
};
use tokio::sync::oneshot;

/// How many may wait.
const QUEUE: usize = 64;
/// Memory of one hash in KiB, passes over it, lanes: what OWASP's Password Storage Cheat Sheet asks
/// of argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Where nothing is more important: the nice value of the thread.
#[cfg(target_os = "linux")]
const NICE: i32 = 19;

/// Hashes passwords. The thread starts with the first of them.
pub struct Hasher {
    entropy: Arc<dyn Entropy>,
    jobs: OnceLock<Option<SyncSender<Job>>>,
}

enum Job {
    Hash {
        password: String,
        salt: [u8; 16],
        answer: oneshot::Sender<Option<String>>,
    },
    Verify {
        password: String,
        phc: Option<String>,
        answer: oneshot::Sender<bool>,
    },
}

impl Hasher {
    /// A hasher that salts from this randomness.
    #[must_use]
    pub fn new(entropy: Arc<dyn Entropy>) -> Self {
        Self {
            entropy,
            jobs: OnceLock::new(),
        }
    }

    fn submit(&self, job: Job) -> Result<(), Busy> {
        let jobs = self.jobs.get_or_init(|| {
            let (jobs, inbox) = sync_channel(QUEUE);
            let started = thread::Builder::new()
                .name("passwords".to_owned())
                .spawn(move || work(&inbox));
            started
                .inspect_err(|error| tracing::error!(%error, "passwords cannot be hashed"))
                .ok()
                .map(|_| jobs)
        });
        let jobs = jobs.as_ref().ok_or(Busy)?;
        jobs.try_send(job).map_err(|_| Busy)
    }
}

#[async_trait]
impl Passwords for Hasher {
    async fn hash(&self, password: &str) -> Result<String, Busy> {
        let (answer, asked) = oneshot::channel();
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        self.submit(Job::Hash {
            password: password.to_owned(),
            salt,
            answer,
        })?;
        asked.await.ok().flatten().ok_or(Busy)
    }

    async fn verify(&self, password: &str, phc: Option<&str>) -> Result<bool, Busy> {
        let (answer, asked) = oneshot::channel();
        self.submit(Job::Verify {
            password: password.to_owned(),
            phc: phc.map(str::to_owned),
            answer,
        })?;
        asked.await.map_err(|_| Busy)
    }
}

/// Ends when the hasher is dropped.
fn work(inbox: &Receiver<Job>) {
    // On Linux each thread has a nice value of its own; elsewhere it is the whole process's.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::warn!(%error, "passwords are hashed at the priority of everything else");
    }
    let Some(argon2) = argon2() else {
        return;
    };
    // Compared with when there is no hash: of a salt and a password that nobody has.
    let decoy = hash(&argon2, b"", b"no such user yet");
    for job in inbox {
        match job {
            // Whoever asked has gone; a hash for nobody would only keep others waiting.
            Job::Hash { answer, .. } if answer.is_closed() => {}
            Job::Verify { answer, .. } if answer.is_closed() => {}
            Job::Hash {
                password,
                salt,
                answer,
            } => {
                let _ = answer.send(hash(&argon2, password.as_bytes(), &salt));
            }
            Job::Verify {
                password,
                phc,
                answer,
            } => {
                let compared = phc.as_ref().or(decoy.as_ref());
                let same = compared.is_some_and(|phc| {
                    let verified = argon2.verify_password(password.as_bytes(), phc.as_str());
                    verified.is_ok()
                });
                let _ = answer.send(same && phc.is_some());
            }
        }
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    Params::new(memory, passes, lanes, None)
        .inspect_err(|error| tracing::error!(%error, "passwords cannot be hashed"))
        .ok()
        .map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(argon2: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Option<String> {
    argon2
        .hash_password_with_salt(password, salt)
        .inspect_err(|error| tracing::error!(%error, "a password could not be hashed"))
        .ok()
        .map(|hash| hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[tokio::test]
    async fn a_hash_is_salted_and_verifies_its_password_only() {
        let hasher = Hasher::new(Arc::new(SystemEntropy));
        let one = hasher.hash("plover quartz").await.unwrap();
        let two = hasher.hash("plover quartz").await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert_eq!(hasher.verify("plover quartz", Some(&one)).await, Ok(true));
        assert_eq!(hasher.verify("plover", Some(&one)).await, Ok(false));
        assert_eq!(hasher.verify("", None).await, Ok(false));
        assert_eq!(hasher.verify("x", Some("nonsense")).await, Ok(false));
    }

    #[tokio::test]
    async fn a_flood_waits_in_a_short_queue_and_the_rest_is_refused() {
        let hasher = Arc::new(Hasher::new(Arc::new(SystemEntropy)));
        let tries: Vec<_> = (0..500)
            .map(|_| {
                let hasher = Arc::clone(&hasher);
                async move { hasher.verify("wrong", None).await }
            })
            .collect();
        // All of them are submitted before the first is awaited to its end.
        let answers = futures_util::future::join_all(tries).await;
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert!(refused >= 500 - 2 * QUEUE, "{refused} of 500 were refused");
        assert!(answers.contains(&Ok(false)), "some were looked at");
        assert_eq!(hasher.verify("wrong", None).await, Ok(false));
    }
}
