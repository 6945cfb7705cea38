//! What both stores say when the state of things forbids something.

use crate::{delivery::State, said::Said, say};

/// A delivery that is to be cancelled, and is in this state.
#[must_use]
pub fn settled(state: State) -> Said {
    say!(
        "refused-settled",
        "the delivery is not pending any more; it is {state}",
        state = state.said()
    )
}

/// A webhook that is to be sent to.
#[must_use]
pub fn deleted() -> Said {
    say!(
        "refused-deleted",
        "the webhook is deleted and receives nothing any more"
    )
}

/// The same.
#[must_use]
pub fn disabled() -> Said {
    say!(
        "refused-enable-first",
        "the webhook is disabled; enable it first"
    )
}

/// A change that would leave nobody who may do everything.
#[must_use]
pub fn last_operator() -> Said {
    say!(
        "refused-last-operator",
        "this is the last operator who may sign in; make somebody else an operator first"
    )
}
