//! An organization as bytes, the same whichever store it comes from; see `canonical.rs`.

use super::{Organization, canonical::Form};
use crate::{appearance::Appearance, organization};

impl Form {
    pub(super) fn organization(&mut self, one: &Organization) {
        let Organization {
            organization,
            generation,
            deleted_at,
        } = one;
        let organization::Organization {
            id,
            slug,
            name,
            default_profile,
            strict_event_types,
            appearance,
            created_at,
            updated_at,
        } = organization;
        self.raw(id.as_bytes());
        self.text(slug);
        self.text(name);
        self.text(default_profile);
        self.flag(*strict_event_types);
        let Appearance { accent, logo } = appearance;
        self.option(*accent, |form, accent| form.raw(&accent.0));
        self.option(logo.as_ref(), |form, logo| form.raw(logo.bytes()));
        self.time(*created_at);
        self.time(*updated_at);
        self.raw(&generation.to_be_bytes());
        self.maybe(*deleted_at);
    }
}
