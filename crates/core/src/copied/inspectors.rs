//! Inspectors as bytes. What arrived at them is not copied.

use super::canonical::Form;
use crate::inspector::{Answering, Inspector};

impl Form {
    pub(super) fn inspector(&mut self, one: &Inspector) {
        let Inspector {
            id,
            organization_id,
            name,
            channels,
            answering,
            created_at,
            created_by,
            used_at,
        } = one;
        let Answering { status, delay_s } = answering;
        self.raw(id.as_bytes());
        self.raw(organization_id.as_bytes());
        self.text(name);
        self.number(channels.len() as i64);
        for channel in channels {
            self.text(channel);
        }
        self.number(*status);
        self.number(*delay_s);
        self.time(*created_at);
        self.text(created_by);
        self.time(*used_at);
    }
}
