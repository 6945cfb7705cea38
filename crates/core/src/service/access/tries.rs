//! How often somebody may be wrong. Asked before anything is hashed, because a hash is what a flood
//! of tries costs us.
//!
//! | limit on | at once | then one more every | why |
//! |---|---|---|---|
//! | failures of an e-mail address, known or not | 10 | minute | guessing one password |
//! | failures from a client address | 30 | 20 s | guessing many |
//! | failures of all strangers | 60 | 250 ms | the processor |
//! | sign-ins of an e-mail address, right ones too | 60 | second | the processor |
//!
//! Somebody who signed in before from the same address is no stranger: their failures are counted
//! on their own, so that nobody locks them out by guessing. A try counts from its beginning, and is
//! given back when it was right, so that tries made at once cannot pass a limit together.
//!
//! The number of counters is bounded by the limits: each failure of a stranger took one of the four
//! that are given out in a second, and a counter lasts ten minutes.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::time::{DurationUs, MINUTE, SECOND, Time};

/// Failures of one e-mail address.
const EMAIL: Rate = Rate::new(10, MINUTE);
/// Failures from one client address.
const ADDRESS: Rate = Rate::new(30, 20 * SECOND);
/// Failures of all who are not acquainted.
const STRANGERS: Rate = Rate::new(60, SECOND / 4);
/// Tries of one e-mail address, right or wrong.
const ACCOUNT: Rate = Rate::new(60, SECOND);
/// How many counters there may be. More than there can be by the limits; if there are, nobody is let
/// through until some have run out.
const MOST_COUNTERS: usize = 16_384;
/// How many pairs of e-mail and client address are known to belong together.
const MOST_ACQUAINTED: usize = 4_096;
/// The longest e-mail address there is (RFC 5321), in bytes; a counter needs no more of one.
const EMAIL_BYTES: usize = 254;

/// So many at once, then one more each time this has passed.
#[derive(Debug, Clone, Copy)]
struct Rate {
    every: DurationUs,
    /// What may have been taken: `burst * every`.
    most: DurationUs,
}

impl Rate {
    const fn new(burst: i64, every: DurationUs) -> Self {
        Self {
            every,
            most: burst * every,
        }
    }

    /// How long until one more is allowed.
    fn wait(self, level: Time, now: Time) -> DurationUs {
        (level.since(now).max(0) + self.every - self.most).max(0)
    }
}

/// What is counted. An e-mail address here is as it was sent, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Counter {
    Email(String),
    /// Of somebody who signed in from there before.
    Acquainted(String, IpAddr),
    Address(IpAddr),
    Account(String),
    Strangers,
}

impl Counter {
    const fn rate(&self) -> Rate {
        match self {
            Self::Email(_) | Self::Acquainted(..) => EMAIL,
            Self::Address(_) => ADDRESS,
            Self::Account(_) => ACCOUNT,
            Self::Strangers => STRANGERS,
        }
    }
}

/// A try under way. Dropping it leaves it counted, as a failure.
#[derive(Debug)]
pub(super) struct Try {
    email: String,
    address: Option<IpAddr>,
    counters: Vec<Counter>,
}

/// The counters.
#[derive(Debug, Default)]
pub(super) struct Tries(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// The time at which a counter is empty again.
    levels: HashMap<Counter, Time>,
    acquainted: HashMap<(String, IpAddr), Time>,
}

impl Tries {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a try, or says after how long the next is allowed.
    pub(super) fn begin(
        &self,
        email: &str,
        address: Option<IpAddr>,
        now: Time,
    ) -> Result<Try, DurationUs> {
        let email: String = email
            .char_indices()
            .take_while(|(at, _)| *at < EMAIL_BYTES)
            .map(|(_, letter)| letter)
            .collect();
        let address = address.map(network);
        let mut counted = self.lock();
        let acquainted =
            address.filter(|at| counted.acquainted.contains_key(&(email.clone(), *at)));
        let mut counters = vec![Counter::Account(email.clone())];
        match (acquainted, address) {
            (Some(address), _) => counters.push(Counter::Acquainted(email.clone(), address)),
            (None, address) => {
                counters.push(Counter::Email(email.clone()));
                counters.extend(address.map(Counter::Address));
                counters.push(Counter::Strangers);
            }
        }
        let wait = counters
            .iter()
            .filter_map(|counter| {
                let level = counted.levels.get(counter)?;
                Some(counter.rate().wait(*level, now))
            })
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(wait);
        }
        if counted.levels.len() + counters.len() > MOST_COUNTERS {
            counted.levels.retain(|_, level| now < *level);
            if counted.levels.len() + counters.len() > MOST_COUNTERS {
                return Err(MINUTE);
            }
        }
        for counter in &counters {
            let level = counted.levels.entry(counter.clone()).or_insert(now);
            *level = (*level).max(now) + counter.rate().every;
        }
        Ok(Try {
            email,
            address,
            counters,
        })
    }

    /// It was right: it is no failure, and who tried is no stranger from now on.
    pub(super) fn right(&self, tried: Try, now: Time) {
        let mut counted = self.lock();
        counted.give_back(&tried, |counter| !matches!(counter, Counter::Account(_)));
        if let Some(address) = tried.address {
            if counted.acquainted.len() >= MOST_ACQUAINTED {
                forget_half(&mut counted.acquainted);
            }
            counted.acquainted.insert((tried.email, address), now);
        }
    }

    /// Nobody knows whether it was right: it does not count at all.
    pub(super) fn undecided(&self, tried: &Try) {
        self.lock().give_back(tried, |_| true);
    }
}

impl Counted {
    fn give_back(&mut self, tried: &Try, which: impl Fn(&Counter) -> bool) {
        for counter in tried.counters.iter().filter(|counter| which(counter)) {
            if let Some(level) = self.levels.get_mut(counter) {
                *level = *level - counter.rate().every;
            }
        }
    }
}

/// Forgets those who were here longest ago.
fn forget_half(acquainted: &mut HashMap<(String, IpAddr), Time>) {
    let mut times: Vec<Time> = acquainted.values().copied().collect();
    times.sort_unstable();
    let middle = times[times.len() / 2];
    acquainted.retain(|_, seen| *seen > middle);
}

/// What one client can be expected to have: an address of IPv4, or a network of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let high = u128::from(address) & (u128::MAX << 64);
            IpAddr::V6(Ipv6Addr::from(high))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Option<IpAddr> = Some(IpAddr::V6(Ipv6Addr::LOCALHOST));

    fn address(n: u32) -> Option<IpAddr> {
        Some(IpAddr::V4(n.into()))
    }

    /// How many of these tries are let through.
    fn failures(tries: &Tries, email: &str, now: Time, many: u32) -> u32 {
        (0..many)
            .filter(|n| tries.begin(email, address(*n), now).is_ok())
            .count() as u32
    }

    #[test]
    fn an_address_may_be_wrong_ten_times_and_then_once_a_minute() {
        let tries = Tries::default();
        assert_eq!(failures(&tries, "ann@example.com", Time::EPOCH, 50), 10);
        assert_eq!(
            tries
                .begin("ann@example.com", HERE, Time::EPOCH)
                .unwrap_err(),
            MINUTE
        );
        let later = Time::EPOCH + MINUTE;
        assert_eq!(failures(&tries, "ann@example.com", later, 50), 1);
        let much_later = later + 15 * MINUTE;
        assert_eq!(failures(&tries, "ann@example.com", much_later, 50), 10);
    }

    #[test]
    fn a_client_may_be_wrong_thirty_times_whomever_it_tries() {
        let tries = Tries::default();
        let passed = (0..50).filter(|n| {
            tries
                .begin(&format!("{n}@example.com"), HERE, Time::EPOCH)
                .is_ok()
        });
        assert_eq!(passed.count(), 30);
        // Its neighbours on the same network are the same client.
        let neighbour = Some("::2".parse().unwrap());
        assert!(
            tries
                .begin("x@example.com", neighbour, Time::EPOCH)
                .is_err()
        );
    }

    #[test]
    fn all_strangers_together_may_be_wrong_four_times_a_second() {
        let tries = Tries::default();
        let storm = |from: Time, seconds: i64| {
            (0..seconds * 1_000)
                .filter(|n| {
                    let client = address(u32::try_from(n + from.as_secs() * 1_000).unwrap());
                    let email = format!("{n}@example.com");
                    tries.begin(&email, client, from + n * 1_000).is_ok()
                })
                .count()
        };
        assert_eq!(storm(Time::EPOCH, 60), 60 + 239);
        assert!(tries.lock().levels.len() <= 3 * 300 + 1);
        assert_eq!(storm(Time::EPOCH + MINUTE, 60), 240);
    }

    #[test]
    fn nobody_is_locked_out_where_they_signed_in_before() {
        let tries = Tries::default();
        let tried = tries.begin("ann@example.com", HERE, Time::EPOCH).unwrap();
        tries.right(tried, Time::EPOCH);
        assert_eq!(failures(&tries, "ann@example.com", Time::EPOCH, 100), 10);
        assert_eq!(failures(&tries, "bob@example.com", Time::EPOCH, 100), 10);
        assert!(tries.begin("ann@example.com", HERE, Time::EPOCH).is_ok());
        // A thief of her laptop is still limited.
        let passed = (0..50).filter(|_| tries.begin("ann@example.com", HERE, Time::EPOCH).is_ok());
        assert_eq!(passed.count(), 9);
    }

    #[test]
    fn right_tries_and_those_without_an_answer_are_no_failures() {
        let tries = Tries::default();
        for n in 0..60 {
            let tried = tries.begin("ann@example.com", address(1), Time::EPOCH);
            let tried = tried.unwrap_or_else(|wait| panic!("try {n} has to wait {wait}"));
            tries.right(tried, Time::EPOCH);
        }
        assert!(
            tries
                .begin("ann@example.com", address(1), Time::EPOCH)
                .is_err(),
            "even right ones cost a hash each"
        );
        for _ in 0..100 {
            let tried = tries
                .begin("bob@example.com", address(2), Time::EPOCH)
                .unwrap();
            tries.undecided(&tried);
        }
        assert_eq!(failures(&tries, "bob@example.com", Time::EPOCH, 50), 10);
    }

    #[test]
    fn the_acquainted_are_bounded_and_the_newest_stay() {
        let tries = Tries::default();
        for n in 0..10_000_u32 {
            let now = Time::from_micros(i64::from(n) * MINUTE);
            let tried = tries.begin(&format!("{n}@example.com"), address(n), now);
            tries.right(tried.unwrap(), now);
            let counted = tries.lock();
            assert!(counted.acquainted.len() <= MOST_ACQUAINTED);
            assert!(counted.levels.len() <= MOST_COUNTERS);
        }
        let newest = ("9999@example.com".to_owned(), address(9_999).unwrap());
        assert!(tries.lock().acquainted.contains_key(&newest));
    }
}
