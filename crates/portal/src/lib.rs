//! The portal: the pages that customers and operators live in. Stage 7 (view), and every change that
//! a person makes by hand.
//!
//! Pages call the use cases of [`bellwire_core::service`] themselves, not the API over HTTP, and
//! obey the same sessions, rights and restrictions as it ([`visit`]). What a page shows is made
//! ready in Rust (`pages`), laid out by a template (`templates`) and told in one of four languages
//! ([`language`], `locales`). No template calculates, and no Rust file holds a sentence for people.
//!
//! Everything works without scripts; `assets/portal.js` and htmx only make it livelier. Why this is
//! a crate of its own is in docs/adr/0016.

mod assets;
mod brand;
mod colours;
mod crumbs;
mod dressed;
mod form;
mod frame;
mod html;
mod icons;
mod language;
mod look;
mod moment;
mod multipart;
mod navigation;
mod operating;
mod pack;
mod pages;
mod preferred;
mod refusal;
mod somebody;
mod spark;
mod spoken;
mod visit;

use axum::{Router, middleware};
use bellwire_web::AppState;

/// The routes of the portal, for [`bellwire_web::router_with`].
pub fn router() -> Router<AppState> {
    pages::router()
        .merge(dressed::router())
        .layer(middleware::from_fn(pack::pages))
        .merge(assets::router())
        .merge(brand::router())
}
