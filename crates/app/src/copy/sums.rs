//! The checksums of all sections, and the report.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use bellwire_core::{copied::Checksum, ports::Section};

use super::Place;
use crate::{
    say,
    table::Table,
    terminal::{accent, faint, good},
};

/// A checksum for each section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums(BTreeMap<Section, Checksum>);

impl Sums {
    pub(super) fn add(&mut self, section: Section, sum: Checksum) {
        self.0.insert(section, sum);
    }

    pub(super) fn of(&self, section: Section) -> Checksum {
        self.0.get(&section).copied().unwrap_or_default()
    }

    /// Says what was copied.
    pub(super) fn tell(&self, copied: Duration, all: Duration, to: &Place) -> Result<()> {
        let mut table = Table::new(&["section", "count", "checksum"]);
        for (section, sum) in &self.0 {
            table.row([
                section.to_string(),
                sum.count.to_string(),
                faint(format!("{:032x}", sum.sum)).to_string(),
            ]);
        }
        table.print("nothing")?;
        let (count, bytes) = self.0.values().fold((0, 0), |(count, bytes), sum| {
            (count + sum.count, bytes + sum.bytes)
        });
        let seconds = copied.as_secs_f64().max(0.001);
        say!(
            "{} {count} rows, {:.1} MB, in {:.1} s ({:.0} rows/s, {:.1} MB/s); reading back and \
             comparing took {:.1} s",
            good("Copied and compared"),
            bytes as f64 / 1e6,
            copied.as_secs_f64(),
            count as f64 / seconds,
            bytes as f64 / 1e6 / seconds,
            all.saturating_sub(copied).as_secs_f64(),
        )?;
        match to {
            Place::Postgres(_) => say!(
                "Next: {} with {} and {} as they were for this command",
                accent("bellwire serve"),
                accent("store.url"),
                accent("secrets.keys"),
            )?,
            Place::Sqlite(path) => say!(
                "Next: {} {}",
                accent("bellwire serve --store"),
                accent(path.display())
            )?,
        }
        Ok(())
    }
}
