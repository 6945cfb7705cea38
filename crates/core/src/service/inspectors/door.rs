//! What arrives at an inspector: from strangers, so it is counted before anything is asked of the
//! store, and kept before it is answered.
//!
//! | limit on | at once | then one more every | why |
//! |---|---|---|---|
//! | requests at one inspector | 30 | 100 ms | one customer's flood |
//! | requests at all of one organization | 60 | 25 ms | one organization keeping the others out |
//! | requests at all of this process | 200 | 10 ms | the store's writer, which events need |
//!
//! Only ids that we have signed are counted, so nobody can fill the memory with inventions.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;

use super::Service;
use crate::{
    headers::HeaderList,
    ids::{InspectorId, OrganizationId},
    inspector::{Inspected, Inspector, MAX_PATH_BYTES},
    ports,
    service::Error,
    time::{DurationUs, SECOND, Time},
};

/// Requests at one inspector.
const EACH: Rate = Rate::new(30, SECOND / 10);
/// Requests at all of an organization's.
const OF_ONE: Rate = Rate::new(60, SECOND / 40);
/// Requests at all of them.
const ALL: Rate = Rate::new(200, SECOND / 100);
/// How many inspectors, and organizations, are counted at a time. Those that are empty again make room.
const MOST_COUNTED: usize = 4_096;

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

    /// The level after one more, or how long until one more is allowed.
    fn take(self, level: Time, now: Time) -> Result<Time, DurationUs> {
        let next = level.max(now) + self.every;
        match next.since(now) - self.most {
            wait if wait > 0 => Err(wait),
            _ => Ok(next),
        }
    }
}

/// How fast requests come, in this process.
#[derive(Debug, Default)]
pub(in crate::service) struct Pace(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    /// The time at which a counter is empty again.
    each: HashMap<InspectorId, Time>,
    organizations: HashMap<OrganizationId, Time>,
    all: Time,
}

impl Pace {
    /// Counts a request, or says after how long the next one is let in.
    fn take(&self, id: InspectorId, now: Time) -> Result<(), DurationUs> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let level = counted.each.get(&id).copied().unwrap_or(now);
        let each = EACH.take(level, now)?;
        let all = ALL.take(counted.all, now)?;
        make_room(&mut counted.each, &id, now)?;
        counted.each.insert(id, each);
        counted.all = all;
        Ok(())
    }

    /// Counts a request to an inspector that there is, for its organization.
    fn take_of(&self, id: OrganizationId, now: Time) -> Result<(), DurationUs> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let level = counted.organizations.get(&id).copied().unwrap_or(now);
        let next = OF_ONE.take(level, now)?;
        make_room(&mut counted.organizations, &id, now)?;
        counted.organizations.insert(id, next);
        Ok(())
    }
}

/// Forgets counters that are empty again when there are many; refuses a new one when that does not help.
fn make_room<I: Eq + Hash>(
    levels: &mut HashMap<I, Time>,
    id: &I,
    now: Time,
) -> Result<(), DurationUs> {
    if levels.len() >= MOST_COUNTED && !levels.contains_key(id) {
        levels.retain(|_, level| *level > now);
        if levels.len() >= MOST_COUNTED {
            return Err(SECOND);
        }
    }
    Ok(())
}

/// Whether a request is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// There is no such inspector (any more).
    Unknown,
    /// Too many come; one more may, after so many seconds.
    Busy {
        /// Rounded up.
        retry_after_s: u32,
    },
    /// Let in.
    Open(Box<Inspector>),
}

impl Door {
    fn busy(wait: DurationUs) -> Self {
        let seconds = (wait + SECOND - 1) / SECOND;
        Self::Busy {
            retry_after_s: u32::try_from(seconds).unwrap_or(1).max(1),
        }
    }
}

/// A request as the wire has it.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// From where.
    pub address: Option<IpAddr>,
    /// `POST`.
    pub method: String,
    /// What stands behind the secret part of the URL, query included.
    pub path: String,
    /// Its headers.
    pub headers: HeaderList,
    /// Its body.
    pub body: Bytes,
}

impl Service {
    /// Whether a request to the URL that ends with this text is let in. It is counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn inspector_door(&self, text: &str) -> Result<Door, Error> {
        let Some(id) = self.inspector_id(text) else {
            return Ok(Door::Unknown);
        };
        let now = self.now();
        if let Err(wait) = self.inspector_pace().take(id, now) {
            return Ok(Door::busy(wait));
        }
        let found = self.store().inspector(id).await?;
        let Some(inspector) = found.filter(|inspector| now < inspector.expires_at()) else {
            return Ok(Door::Unknown);
        };
        let counted = self
            .inspector_pace()
            .take_of(inspector.organization_id, now);
        Ok(match counted {
            Ok(()) => Door::Open(Box::new(inspector)),
            Err(wait) => Door::busy(wait),
        })
    }

    /// Keeps a request that was let in; `false` when the inspector was removed meanwhile.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_inspected(
        &self,
        inspector: &Inspector,
        arrived: Arrived,
    ) -> Result<bool, Error> {
        let mut path = arrived.path;
        if path.len() > MAX_PATH_BYTES {
            path.truncate(path.floor_char_boundary(MAX_PATH_BYTES));
        }
        let inspected = Inspected {
            id: self.new_id(),
            inspector_id: inspector.id,
            at: self.now(),
            address: arrived.address,
            method: arrived.method,
            path,
            headers: arrived.headers,
            body_bytes: u32::try_from(arrived.body.len()).unwrap_or(u32::MAX),
            answered: inspector.answering.status,
        };
        match self.store().keep_inspected(inspected, arrived.body).await {
            Ok(()) => Ok(true),
            Err(ports::Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> InspectorId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        InspectorId::from_bytes(bytes)
    }

    /// EVI-16: a flood at one inspector is refused, and the others go on.
    #[test]
    fn each_inspector_has_its_own_pace() {
        let (pace, now) = (Pace::default(), Time::from_millis(1_000));
        let let_in = (0..100).filter(|_| pace.take(id(1), now).is_ok()).count();
        assert_eq!(let_in, 30);
        assert_eq!(pace.take(id(1), now), Err(SECOND / 10));
        assert_eq!(pace.take(id(2), now), Ok(()));
        assert_eq!(pace.take(id(1), now + SECOND / 10), Ok(()));
        assert!(pace.take(id(1), now + SECOND / 10).is_err());
    }

    /// Ten inspectors of one organization do not take all of it.
    #[test]
    fn an_organization_has_its_own_pace() {
        let (pace, now) = (Pace::default(), Time::from_millis(1_000));
        let (one, other) = (
            OrganizationId::from_bytes([1; 16]),
            OrganizationId::from_bytes([2; 16]),
        );
        let let_in = (0..100).filter(|_| pace.take_of(one, now).is_ok()).count();
        assert_eq!(let_in, 60);
        assert_eq!(pace.take_of(other, now), Ok(()));
        let later = now + SECOND;
        let let_in = (0..100)
            .filter(|_| pace.take_of(one, later).is_ok())
            .count();
        assert_eq!(let_in, 40);
    }

    /// However many inspectors there are, the store is asked to write so much and no more.
    #[test]
    fn all_together_have_a_pace() {
        let (pace, now) = (Pace::default(), Time::from_millis(1_000));
        let let_in = (0..1_000)
            .filter(|n| pace.take(id(*n), now).is_ok())
            .count();
        assert_eq!(let_in, 200);
        let later = now + SECOND;
        let let_in = (0..1_000)
            .filter(|n| pace.take(id(*n), later).is_ok())
            .count();
        assert_eq!(let_in, 100);
    }
}
