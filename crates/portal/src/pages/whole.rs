//! Who sees the whole organization: what carries no channel, such as who has bought what, is for its
//! own people, not for customers who came through a link.

use bellwire_core::say;
use bellwire_web::problem::{Code, Problem};

use crate::{refusal::Refusal, visit::Visit};

/// Lets the organization's own people through.
pub(crate) fn whole<R>(visit: &Visit<R>) -> Result<(), Refusal> {
    let access = visit.access();
    if !access.portal && access.channels.is_empty() {
        return Ok(());
    }
    Err(visit.refuse(Problem::new(
        Code::Forbidden,
        say!(
            "page-whole",
            "This is about all of the organization; it is for whoever made the link."
        ),
    )))
}
