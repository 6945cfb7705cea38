//! How an organization's pages look: stored byte by byte, and taken away again.

use bellwire_core::{
    appearance::{Appearance, Colour, Logo},
    time::HOUR,
};

use super::{Subject, World};
use crate::people::any;

/// As much of a PNG of 64 by 32 pixels as anybody looks at, with bytes that are no text.
const A_PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x20\x08\x06\0\0\0\xff\xfe\0'";

/// A colour and a picture come back as they were, one by one, and go again; another organization has
/// none of it.
pub async fn a_colour_and_a_logo_come_back_as_they_were<S: Subject>(subject: S) {
    let world = World::new(subject);
    let mut cool = world.organization("cool").await;
    let other = world.organization("other").await;
    let logo = Logo::parse(A_PNG.into()).expect("a picture");
    let accent = Some(Colour([11, 110, 79]));
    for (accent, logo) in [
        (accent, Some(logo.clone())),
        (None, Some(logo)),
        (accent, None),
        (None, None),
    ] {
        let former = cool.updated_at;
        cool.appearance = Appearance { accent, logo };
        cool.updated_at = former + HOUR;
        let store = world.store();
        let changed = store.update_organization(cool.clone(), former, any()).await;
        changed.expect("changed");
        let read = store.load_organization(cool.id).await;
        let read = read.expect("read").expect("there");
        assert_eq!(read.organization, cool);
    }
    let read = world.store().load_organization(other.id).await;
    let read = read.expect("read").expect("there");
    assert_eq!(read.organization.appearance, Appearance::default());
}
