//! The store passes the suite that every store must pass.

mod fixture;

use std::sync::Arc;

use async_trait::async_trait;
use bellwire_core::ports::Store;
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::conformance::Subject;
use fixture::{entropy, keyring};
use tempfile::TempDir;

struct OnDisk {
    store: Sqlite,
    /// The directories of this store and of those that crashed, which still run.
    places: Vec<(TempDir, Option<Sqlite>)>,
}

fn open(place: &TempDir) -> Sqlite {
    let options = Options::new(place.path().join("bellwire.db"));
    Sqlite::open(&options, keyring(), entropy()).expect("the database opens")
}

async fn fresh() -> OnDisk {
    let place = TempDir::new().expect("a directory");
    OnDisk {
        store: open(&place),
        places: vec![(place, None)],
    }
}

#[async_trait]
impl Subject for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    /// Goes on with a copy of the files as they are while the store runs, which is what a killed
    /// process leaves behind: no close, no checkpoint, and nothing of its memory.
    async fn reopen(&mut self) {
        let next = TempDir::new().expect("a directory");
        if let Some((place, _)) = self.places.last() {
            for name in ["bellwire.db", "bellwire.db-wal"] {
                let from = place.path().join(name);
                std::fs::copy(from, next.path().join(name)).expect("a copy");
            }
        }
        let crashed = std::mem::replace(&mut self.store, open(&next));
        if let Some((_, running)) = self.places.last_mut() {
            *running = Some(crashed);
        }
        self.places.push((next, None));
    }
}

bellwire_testkit::store_conformance!(fresh);
