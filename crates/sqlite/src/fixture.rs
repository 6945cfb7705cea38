//! What tests of several parts of the store begin with.

use std::{path::Path, sync::Arc};

use bellwire_core::{
    crypt::{Key, Keyring},
    ids::OrganizationId,
};
use bellwire_testkit::entropy::SeededEntropy;
use rusqlite::Connection;

use crate::{Options, Sqlite};

pub(crate) fn open(place: &Path) -> Sqlite {
    Sqlite::open(
        &Options::new(place.join("bellwire.db")),
        Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key"),
        Arc::new(SeededEntropy::new(1)),
    )
    .expect("it opens")
}

/// A row for an organization, called by its number.
pub(crate) fn insert_organization(conn: &Connection, seq: i64, id: OrganizationId) {
    conn.execute(
        "INSERT INTO organizations (seq, id, slug, name, generation, created_at, default_profile,
                                    strict_types, updated_at)
         VALUES (?1, ?2, ?1, ?1, 1, 1, 'standard', 0, 1)",
        rusqlite::params![seq, id.as_bytes()],
    )
    .expect("an organization");
}
