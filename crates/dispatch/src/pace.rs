//! How fast a lane may send: a bucket of tokens, one for each request, in whole numbers.
//!
//! Tokens come in at the rate and stay until the burst is full. A worker is started with the promise
//! of a token and takes it when its request goes out: between the two it may wait for a permit, and
//! tokens that were taken before the wait would all be spent at its end. So in no stretch of time do
//! more requests go out than the burst and what the rate brings in it. The bucket begins empty, with
//! a process and with an owner: whoever sent before may have spent the burst a moment ago.
//!
//! Nothing is rounded: the level is in millionths of a token, of which each microsecond brings as
//! many as there are tokens in a second. The time is a parameter.

use bellwire_core::{
    time::{SECOND, Time},
    webhook::RateLimit,
};

/// A token, in millionths: what a microsecond brings at one request a second.
const TOKEN: i64 = SECOND;

/// A limit, and the lease it is kept under: under another one, somebody else may have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// The limit.
    pub(crate) limit: RateLimit,
    /// The store's lease, if there is one.
    pub(crate) lease: Option<u64>,
}

/// The promise of a token, by the number of the bucket that gave it; or none.
pub(crate) type Promise = Option<u64>;

/// The bucket of one lane.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Rate,
    /// Millionths of tokens, at `at`.
    level: i64,
    at: Time,
    /// Tokens promised to workers that have not taken them yet.
    promised: usize,
    /// Tells its promises from those of a bucket before it.
    number: u64,
}

impl Pace {
    /// An empty bucket.
    pub(crate) fn new(rate: Rate, now: Time, number: u64) -> Self {
        Self {
            rate,
            level: 0,
            at: now,
            promised: 0,
            number,
        }
    }

    /// Whether it can go on under this lease.
    pub(crate) fn is_under(&self, rate: Rate) -> bool {
        self.rate.lease == rate.lease
    }

    /// Sets another limit. What is in the bucket stays, as far as it fits.
    pub(crate) fn adjust(&mut self, rate: Rate, now: Time) {
        if self.rate.limit != rate.limit {
            self.settle(now);
            self.rate = rate;
            self.level = self.level.min(self.full());
        }
    }

    /// How many more workers may be started.
    pub(crate) fn free(&mut self, now: Time) -> usize {
        self.settle(now);
        let tokens = usize::try_from(self.level / TOKEN).unwrap_or(0);
        tokens.saturating_sub(self.promised)
    }

    /// Promises this many of the free ones.
    pub(crate) fn promise(&mut self, count: usize) -> Promise {
        self.promised += count;
        Some(self.number)
    }

    /// A worker does not send after all.
    pub(crate) fn give_back(&mut self, promise: Promise) {
        if promise == Some(self.number) {
            self.promised = self.promised.saturating_sub(1);
        }
    }

    /// Takes a token for a request that goes out now; `false` when there is none, which happens
    /// without a promise, or when the limit has become a smaller one since.
    pub(crate) fn pay(&mut self, promise: Promise, now: Time) -> bool {
        self.give_back(promise);
        let paid = match promise == Some(self.number) {
            true => {
                self.settle(now);
                self.level >= TOKEN
            }
            // What others were promised is not for this one.
            false => self.free(now) > 0,
        };
        if paid {
            self.level -= TOKEN;
        }
        paid
    }

    /// When one more worker may be started; `None` while all that fits is promised: then the next
    /// request that goes out makes room.
    pub(crate) fn next_at(&mut self, now: Time) -> Option<Time> {
        self.settle(now);
        let wanted = TOKEN * i64::try_from(self.promised + 1).unwrap_or(i64::MAX / TOKEN);
        if wanted > self.full() {
            return None;
        }
        let missing = (wanted - self.level).max(0);
        let per_us = i64::from(self.rate.limit.per_second.max(1));
        Some(now + (missing + per_us - 1) / per_us)
    }

    fn full(&self) -> i64 {
        TOKEN * i64::from(self.rate.limit.burst().max(1))
    }

    /// What has come in since. A clock that goes back brings nothing and takes nothing.
    fn settle(&mut self, now: Time) {
        let elapsed = now.since(self.at);
        if elapsed > 0 {
            let per_us = i64::from(self.rate.limit.per_second);
            let came = elapsed.saturating_mul(per_us);
            self.level = self.level.saturating_add(came).min(self.full());
        }
        self.at = now;
    }
}

#[cfg(test)]
mod tests;
