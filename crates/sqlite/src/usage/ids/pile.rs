//! Ids in memory, by their first byte: quick to look into, and sorted a shelf at a time, so that no
//! chunk of a report waits until a hundred thousand of them are in order.

use std::collections::HashSet;

use super::Key;

/// Hashes quickly, with a seed that nobody outside knows.
pub(crate) type Quick = foldhash::fast::RandomState;

/// Shelves: one for each first byte.
const SHELVES: usize = 1 << 8;

/// Ids, and how many of them were handed out in order.
#[derive(Debug, Default)]
pub(super) struct Pile {
    ids: HashSet<Key, Quick>,
    /// How many were ever added.
    added: usize,
    /// The same ids and some that were forgotten; none at all, or one for each first byte.
    shelves: Vec<Vec<Key>>,
    /// The shelf that is handed out; those before are done.
    shelf: usize,
    /// How many of that shelf were; it is sorted when there are any.
    place: usize,
}

impl Pile {
    /// With room for so many: a set that grows stands still for milliseconds.
    pub(super) fn with_room(ids: usize) -> Self {
        Self {
            ids: HashSet::with_capacity_and_hasher(ids, Quick::default()),
            ..Self::default()
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// How many there is memory for: those that were forgotten, too.
    pub(super) const fn holds(&self) -> usize {
        self.added
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.ids.contains(key)
    }

    /// Adds ids. None is added any more when some were handed out.
    pub(super) fn add(&mut self, keys: impl Iterator<Item = Key>) {
        self.shelves.resize_with(SHELVES, Vec::new);
        for key in keys {
            if self.ids.insert(key) {
                self.added += 1;
                self.shelves[usize::from(key[0])].push(key);
            }
        }
    }

    /// The next in order; none after the last.
    pub(super) fn next(&mut self) -> Option<Key> {
        while let Some(shelf) = self.shelves.get_mut(self.shelf) {
            if self.place == 0 {
                shelf.sort_unstable();
            }
            match shelf.get(self.place) {
                Some(key) => {
                    self.place += 1;
                    if self.ids.contains(key) {
                        return Some(*key);
                    }
                }
                None => {
                    *shelf = Vec::new();
                    self.shelf += 1;
                    self.place = 0;
                }
            }
        }
        None
    }

    /// Goes on behind this one.
    pub(super) fn skip(&mut self, last: &Key) {
        self.shelf = usize::from(last[0]);
        if let Some(shelf) = self.shelves.get_mut(self.shelf) {
            shelf.sort_unstable();
            self.place = shelf.partition_point(|key| key <= last);
        }
    }

    pub(super) fn forget(&mut self, key: &Key) {
        self.ids.remove(key);
    }
}
