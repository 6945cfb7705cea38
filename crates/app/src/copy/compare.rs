//! Reading the target back, and naming what differs.
//!
//! Equal sums of hashes say that both sides hold the same items. When they differ, both are read
//! again, once to see in which of many small heaps of items a difference is, and once to hold the
//! items of such heaps side by side. So nothing needs an order, nor memory for everything.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use bellwire_core::{
    copied::{Checksum, Item},
    ports::{CopySource, CopyTarget, Result, Section},
};

use super::{progress::Progress, sums::Sums};

/// Heaps that a section is divided into.
const HEAPS: usize = 1024;
/// Items held side by side, at most; one heap at least.
const AT_ONCE: u64 = 500_000;

/// The checksums of what is stored.
pub(super) async fn read_back(
    target: &dyn CopyTarget,
    read: &Sums,
    progress: &Progress,
) -> Result<Sums> {
    let mut sums = Sums::default();
    for section in Section::ALL {
        progress.begin("comparing", section, Some(read.of(section).count));
        let mut sum = Checksum::default();
        each(target, section, |item| {
            sum.add(item);
            progress.reach(sum.count);
        })
        .await?;
        sums.add(section, sum);
    }
    Ok(sums)
}

/// Where source and target differ, in words.
pub(super) async fn differences<S: CopySource + ?Sized, T: CopyTarget + ?Sized>(
    source: &S,
    target: &T,
    read: &Sums,
    stored: &Sums,
    progress: &Progress,
) -> Result<String> {
    let mut text = String::new();
    for section in Section::ALL {
        let (here, there) = (read.of(section), stored.of(section));
        if here == there {
            continue;
        }
        progress.begin("looking for what differs in", section, None);
        if !text.is_empty() {
            text.push_str("; ");
        }
        let first = first(source, target, section).await?;
        let _ = write!(
            text,
            "{section} ({} there, {} here): {}",
            here.count,
            there.count,
            first.unwrap_or_else(|| "one that changed meanwhile".to_owned())
        );
    }
    Ok(text)
}

/// The first item, by its key, that is not the same on both sides.
async fn first<S: CopySource + ?Sized, T: CopyTarget + ?Sized>(
    source: &S,
    target: &T,
    section: Section,
) -> Result<Option<String>> {
    let mut heaps = vec![(Checksum::default(), Checksum::default()); HEAPS];
    each(source, section, |item| heaps[heap(item)].0.add(item)).await?;
    each(target, section, |item| heaps[heap(item)].1.add(item)).await?;
    let mut chosen = BTreeSet::new();
    let mut items = 0;
    for (number, (here, there)) in heaps.iter().enumerate() {
        if here != there && (chosen.is_empty() || items < AT_ONCE) {
            chosen.insert(number);
            items += here.count + there.count;
        }
    }
    let mut sides: BTreeMap<String, (Option<u128>, Option<u128>)> = BTreeMap::new();
    let wanted = |item: &Item| chosen.contains(&heap(item));
    each(source, section, |item| {
        if wanted(item) {
            sides.entry(item.key().to_string()).or_default().0 = Some(item.hash());
        }
    })
    .await?;
    each(target, section, |item| {
        if wanted(item) {
            sides.entry(item.key().to_string()).or_default().1 = Some(item.hash());
        }
    })
    .await?;
    let differs = sides.into_iter().find(|(_, (here, there))| here != there);
    Ok(differs.map(|(key, sides)| match sides {
        (Some(_), None) => format!("{key} is missing"),
        (None, Some(_)) => format!("{key} is not on the source"),
        _ => format!("{key} is not as on the source"),
    }))
}

/// The heap of an item, by its key.
fn heap(item: &Item) -> usize {
    let mut hasher = DefaultHasher::new();
    item.key().to_string().hash(&mut hasher);
    (hasher.finish() % HEAPS as u64) as usize
}

/// Calls for each item of a section.
async fn each<S: CopySource + ?Sized>(
    store: &S,
    section: Section,
    mut body: impl FnMut(&Item),
) -> Result<()> {
    let mut after = None;
    loop {
        let page = store.page(section, after.as_ref()).await?;
        page.items.iter().for_each(&mut body);
        if page.next.is_none() {
            return Ok(());
        }
        after = page.next;
    }
}
