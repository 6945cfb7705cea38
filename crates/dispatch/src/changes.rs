//! What other processes on the same store did: their changes of a catalogue become this process's,
//! and what a dead one held is looked for at once.

use bellwire_core::{ports::Change, service::Service};

use crate::{dispatcher::Dispatcher, pager::Page};

pub(crate) async fn run(dispatcher: Dispatcher, service: Service) {
    let mut feed = dispatcher.0.parts.store.changes();
    loop {
        let change = feed.next().await;
        let followed = match change {
            Change::Organization(id) => service.refresh(id).await,
            Change::Platform => service.refresh_platform().await,
            Change::Everything => service.start().await,
            Change::Freed => Ok(()),
        };
        if let Err(error) = followed {
            tracing::warn!(%error, ?change, "a change made elsewhere could not be read; it is read with the next one");
        }
        if matches!(change, Change::Freed | Change::Everything) {
            dispatcher.page(Page::Walk);
        }
    }
}
