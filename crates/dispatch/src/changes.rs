//! What other processes on the same store did: their changes of a catalogue become this process's,
//! what a dead one held is looked for at once, and so is what they found in a lane that is owned here.

use bellwire_core::{
    ports::{Change, Lanes as _},
    service::Service,
};

use crate::{dispatcher::Dispatcher, pager::Page};

pub(crate) async fn run(dispatcher: Dispatcher, service: Service) {
    let mut feed = dispatcher.0.parts.store.changes();
    loop {
        let change = feed.next().await;
        if matches!(change, Change::Platform | Change::Everything) {
            // Somebody may do less than they could, or is not let in any more.
            service.forget();
        }
        let followed = match change {
            Change::Organization(id) => service.refresh(id).await,
            Change::Platform => service.refresh_platform().await,
            Change::Everything => service.start().await,
            Change::Freed | Change::Due(_) => Ok(()),
        };
        if let Err(error) = followed {
            tracing::warn!(%error, ?change, "a change made elsewhere could not be read; it is read with the next one");
        }
        // A webhook may be one now that is another's to send to, or paused, or resumed.
        let snapshot = service.snapshot();
        let changed = match change {
            Change::Organization(id) => snapshot.organization_by_id(id).into_iter().collect(),
            Change::Everything => snapshot.organizations(),
            Change::Platform | Change::Freed | Change::Due(_) => Vec::new(),
        };
        for tenant in changed {
            dispatcher.recheck_lanes(&tenant).await;
        }
        match change {
            Change::Due(webhook_id) => dispatcher.wake_test(webhook_id),
            Change::Freed | Change::Everything => {
                dispatcher.page(Page::Walk);
                dispatcher.start_jobs();
            }
            Change::Organization(_) | Change::Platform => {}
        }
    }
}
