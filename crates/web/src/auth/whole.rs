//! Who belongs to the organization: what is no channel's, such as who has bought what, is neither for
//! customers who came through a portal link nor for somebody restricted to some channels.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::rights::{Needed, Read, Within};
use crate::{
    AppState,
    problem::{Code, Problem},
};

/// A request as [`Within`] lets it through, by somebody who is nobody's customer and not restricted to
/// some channels: for routes about things that carry no channel, such as who has bought what.
#[derive(Debug, Clone)]
pub struct Whole<R = Read>(pub Within<R>);

impl<R> Deref for Whole<R> {
    type Target = Within<R>;

    fn deref(&self) -> &Within<R> {
        &self.0
    }
}

impl<R: Needed> FromRequestParts<AppState> for Whole<R> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let within = Within::from_request_parts(parts, state).await?;
        let access = within.access();
        if access.channels.is_empty() && !access.portal {
            return Ok(Self(within));
        }
        Err(Problem::new(
            Code::Forbidden,
            "This is about all of the organization, and for those who belong to it; a portal link \
             opens webhooks and what was sent to them.",
        ))
    }
}
