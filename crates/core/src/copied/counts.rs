//! Counts of attempts as bytes.

use super::{Statistic, Unfolded, canonical::Form};
use crate::statistics;

impl Form {
    pub(super) fn statistic(&mut self, one: &Statistic) {
        let Statistic {
            period,
            key,
            counts,
        } = one;
        let statistics::Key {
            organization_id,
            webhook_id,
            event_type,
            answer,
            success,
        } = key;
        let statistics::Counts {
            attempts,
            exhausted,
            total_us,
            max_us,
            latency,
            first_at,
            last,
        } = counts;
        let statistics::Example {
            at,
            delivery_id,
            number,
        } = last;
        self.number(period.code(key.types()));
        self.option(*organization_id, |form, id| form.raw(id.as_bytes()));
        self.option(*webhook_id, |form, id| form.raw(id.as_bytes()));
        self.text(event_type);
        self.text(&statistics::result_text(*answer));
        self.flag(*success);
        for count in [attempts, exhausted, total_us] {
            self.raw(&count.to_be_bytes());
        }
        self.number(*max_us);
        self.bytes(&latency.to_bytes());
        self.time(*first_at);
        self.time(*at);
        self.raw(delivery_id.as_bytes());
        self.number(*number);
    }

    pub(super) fn unfolded(&mut self, one: &Unfolded) {
        let Unfolded { number, body } = one;
        self.number(*number);
        self.bytes(body);
    }
}
