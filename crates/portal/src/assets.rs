//! Style and scripts: part of the program, compressed once, named after what is in them and so kept
//! by browsers for good.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bellwire_web::{AppState, problem::Problem};
use bytes::Bytes;
use flate2::Compression;
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest as _, Sha256};

use crate::pack::{gzip, takes_gzip};

/// A file that pages name.
pub(crate) struct Asset {
    /// Its name, with the hash of what is in it.
    pub(crate) name: String,
    kind: &'static str,
    plain: &'static [u8],
    packed: Bytes,
}

impl Asset {
    fn new(stem: &str, extension: &str, kind: &'static str, plain: &'static [u8]) -> Self {
        let hash: String = Sha256::digest(plain)
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            name: format!("{stem}-{hash}.{extension}"),
            kind,
            plain,
            packed: gzip(plain, Compression::best()),
        }
    }

    /// Its path.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// The style of every page.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("../assets/portal.css");
    Asset::new("portal", "css", "text/css; charset=utf-8", plain)
});
/// Our own script.
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("../assets/portal.js");
    Asset::new("portal", "js", "text/javascript; charset=utf-8", plain)
});
/// htmx, as its package has it (`assets/vendored.toml`).
pub(crate) static HTMX: LazyLock<Asset> = LazyLock::new(|| {
    let plain = include_bytes!("../assets/htmx.min.js");
    Asset::new("htmx", "js", "text/javascript; charset=utf-8", plain)
});

pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let all = [&*STYLE, &*SCRIPT, &*HTMX];
    let Some(asset) = all.into_iter().find(|asset| asset.name == name) else {
        return Problem::not_found("file").into_response();
    };
    let packed = !asset.packed.is_empty() && takes_gzip(&headers);
    let body = match packed {
        true => asset.packed.clone(),
        false => Bytes::from_static(asset.plain),
    };
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if packed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_what_is_in_the_file() {
        let one = Asset::new("a", "css", "text/css", b"a{}");
        let other = Asset::new("a", "css", "text/css", b"b{}");
        assert_ne!(one.name, other.name);
        assert!(one.name.starts_with("a-") && one.name.ends_with(".css"));
    }

    /// Everything but the page itself, packed: what a first visit costs. The limit is issue 7's 60 kB
    /// for all of a page.
    #[test]
    fn all_files_together_are_small() {
        let all: usize = [&*STYLE, &*SCRIPT, &*HTMX]
            .iter()
            .map(|asset| asset.packed.len())
            .sum();
        assert!(all < 32_000, "{all} bytes");
    }
}
