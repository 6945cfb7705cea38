//! Reading and writing: the next page is read and hashed while the former one is written.

use std::sync::Arc;

use bellwire_core::{
    copied::{Checksum, Item},
    ports::{CopySource, CopyTarget, Position, Reached, Result, Section},
};
use tokio::sync::mpsc;

use super::{progress::Progress, sums::Sums};

/// Pages that were read and are not written yet, beside the two that are being worked on.
const AHEAD: usize = 2;

/// A page, and the checksum of everything up to its end.
struct Read {
    items: Vec<Item>,
    reached: Reached,
    sum: Checksum,
}

/// Copies every section; the checksums of the source.
pub(super) async fn run(
    source: &Arc<dyn CopySource>,
    target: &dyn CopyTarget,
    progress: &Progress,
) -> Result<Sums> {
    let mut sums = Sums::default();
    for section in Section::ALL {
        progress.begin("counting", section, None);
        let total = source.count(section).await?;
        let stood = target.reached(section).await?;
        let label = match stood {
            Reached::Nothing => "copying",
            _ => "going on with",
        };
        progress.begin(label, section, Some(total));
        let (sender, mut pages) = mpsc::channel(AHEAD);
        let reader = tokio::spawn(read(Arc::clone(source), section, sender));
        let mut sum = Checksum::default();
        while let Some(page) = pages.recv().await {
            let page = page?;
            if page.reached > stood {
                target.write(section, page.items, &page.reached).await?;
            }
            sum = page.sum;
            progress.reach(sum.count);
        }
        // It has ended: it holds the other end of the channel.
        if let Err(error) = reader.await {
            return Err(bellwire_core::ports::Error::Corrupt(format!(
                "a part of the copy failed: {error}"
            )));
        }
        progress.begin("settling", section, None);
        target.settle(section).await?;
        sums.add(section, sum);
    }
    Ok(sums)
}

async fn read(source: Arc<dyn CopySource>, section: Section, sender: mpsc::Sender<Result<Read>>) {
    let mut sum = Checksum::default();
    let mut after: Option<Position> = None;
    loop {
        let page = match source.page(section, after.as_ref()).await {
            Ok(page) => page,
            Err(error) => {
                // Whoever reads it ends with it; if nobody does, it has ended.
                let _ = sender.send(Err(error)).await;
                return;
            }
        };
        page.items.iter().for_each(|item| sum.add(item));
        after = page.next;
        let reached = after.clone().map_or(Reached::End, Reached::UpTo);
        let read = Read {
            items: page.items,
            reached,
            sum,
        };
        if sender.send(Ok(read)).await.is_err() || after.is_none() {
            return;
        }
    }
}
