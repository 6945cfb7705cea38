//! Who sees the whole organization: what is no channel's is not for somebody restricted to some.

use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::rights::{Needed, Read, Within};
use crate::{
    AppState,
    problem::{Code, Problem},
};

/// A request as [`Within`] lets it through, by somebody who is not restricted to some channels: for
/// routes about things that carry no channel, such as who has bought what.
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
        if within.access().channels.is_empty() {
            return Ok(Self(within));
        }
        Err(Problem::new(
            Code::Forbidden,
            "You see some channels of the organization only, and this is about all of it; it is for \
             whoever made the link.",
        ))
    }
}
