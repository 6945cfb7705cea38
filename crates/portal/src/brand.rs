//! An organization's own colour and logo on its pages: where they are, and the routes that give them.
//! Both are named after what is in them, so browsers keep them for good, and both are for everybody:
//! who signs in sees them before anybody knows who it is.

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use bellwire_core::{appearance::Appearance, organization::Organization};
use bellwire_web::{AppState, problem::Problem};
use bytes::Bytes;
use http::{HeaderValue, header};

use crate::{assets, colours};

/// The largest that a logo is shown, in pixels.
const SHOWN_PX: (u32, u32) = (168, 32);

/// What pages of an organization look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Brand {
    /// Path of the style with its colour.
    pub(crate) style: Option<String>,
    /// Its logo.
    pub(crate) logo: Option<Shown>,
}

/// A logo as it is shown. Its size is known before it is there, so nothing moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its path.
    pub(crate) src: String,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
    /// Whose it is.
    pub(crate) name: String,
}

impl Brand {
    /// Of this organization.
    pub(crate) fn of(organization: &Organization) -> Self {
        let path = |name: String| format!("/portal/{}/appearance/{name}", organization.slug);
        let appearance = &organization.appearance;
        Self {
            style: style_name(appearance).map(path),
            logo: appearance.logo.as_ref().map(|logo| {
                let (width, height) = fitting(logo.width(), logo.height());
                Shown {
                    src: logo_name(appearance).map(path).unwrap_or_default(),
                    width,
                    height,
                    name: organization.name.clone(),
                }
            }),
        }
    }
}

/// The size within [`SHOWN_PX`], in the same proportion. A small picture stays as it is.
fn fitting(width: u32, height: u32) -> (u32, u32) {
    let (most_wide, most_high) = SHOWN_PX;
    let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
    let (most_wide, most_high) = (u64::from(most_wide), u64::from(most_high));
    let (wide, high) = match (width * most_high > height * most_wide, height > most_high) {
        (true, _) if width > most_wide => (most_wide, height * most_wide / width),
        (false, true) => (width * most_high / height, most_high),
        _ => (width, height),
    };
    let pixels = |number: u64| u32::try_from(number.max(1)).unwrap_or(1);
    (pixels(wide), pixels(high))
}

/// Named after the colour, and after the style whose tokens it sets.
fn style_name(appearance: &Appearance) -> Option<String> {
    let accent = appearance.accent?.to_string();
    let accent = accent.trim_start_matches('#');
    Some(format!("{accent}-{}", assets::STYLE.name))
}

fn logo_name(appearance: &Appearance) -> Option<String> {
    let logo = appearance.logo.as_ref()?;
    let digest = logo.digest();
    let hash: String = digest
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let kind = logo.picture().media_type();
    Some(format!("{hash}.{}", kind.trim_start_matches("image/")))
}

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/portal/{org}/appearance/{file}", get(serve))
}

async fn serve(
    State(state): State<AppState>,
    Path((slug, file)): Path<(String, String)>,
) -> Response {
    let missing = || Problem::not_found("file").into_response();
    let Some(tenant) = state.service.snapshot().organization(&slug) else {
        return missing();
    };
    let appearance = &tenant.organization.appearance;
    let file = Some(file);
    if let (true, Some(accent)) = (file == style_name(appearance), appearance.accent) {
        let css = colours::stylesheet(accent);
        return kept(css.into(), "text/css; charset=utf-8");
    }
    match &appearance.logo {
        Some(logo) if file == logo_name(appearance) => {
            kept(logo.bytes().clone(), logo.picture().media_type())
        }
        _ => missing(),
    }
}

fn kept(body: Bytes, kind: &'static str) -> Response {
    let fixed = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Opened by itself, a picture is a picture and nothing more.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (fixed, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_logo_fits_its_place_in_its_own_proportion() {
        assert_eq!(fitting(320, 64), (160, 32));
        assert_eq!(fitting(2000, 200), (168, 16));
        assert_eq!(fitting(64, 640), (3, 32));
        assert_eq!(fitting(24, 24), (24, 24));
        assert_eq!(fitting(512, 512), (32, 32));
    }
}
