//! Pages for people, without scripts: the first operator, a password by a link, a way in by a link
//! of the machine, a customer's way in through a portal link, and who that customer is.
//!
//! They call the same use cases as the API. A form posts to the URL of its page: the link in it is
//! the secret, so nobody else can make a browser send it ([`SameSite`](crate::auth::cross_site)
//! stands before it all the same).

mod enter;
mod form;
mod html;
mod oidc;
mod password;
mod portal;
mod setup;
mod sign_in_link;
pub mod told;

pub use oidc::stays_here;

use axum::{Router, routing::get};

use crate::AppState;

/// The routes of pages. They are for browsers, and not in the description of the API.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/setup/{link}", get(setup::show).post(setup::submit))
        .route(
            "/password/{link}",
            get(password::show).post(password::submit),
        )
        .route("/enter/{link}", get(enter::enter))
        .route("/sign-in/link/{link}", get(sign_in_link::enter))
        .route("/sign-in/oidc", get(oidc::begin))
        .route("/sign-in/oidc/callback", get(oidc::callback))
}

/// The page of whoever is in an organization, where there is no portal.
pub(crate) fn organization() -> Router<AppState> {
    Router::new().route("/portal/{org}", get(portal::show).post(portal::sign_out))
}
