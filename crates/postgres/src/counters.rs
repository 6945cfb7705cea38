//! Stage 6: webhooks' counters onto disk, those of a batch in one statement.

use tokio_postgres::types::ToSql;

use crate::{
    rows::{Key as _, time},
    settle::Counted,
};

pub(crate) const COUNT: &str = "\
INSERT INTO health (webhook_id, redirects, client_errors, server_errors, failures, failing_since,
                    told_at)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                     $6::bigint[], $7::bigint[])
ON CONFLICT (webhook_id) DO UPDATE
SET redirects = excluded.redirects, client_errors = excluded.client_errors,
    server_errors = excluded.server_errors, failures = excluded.failures,
    failing_since = excluded.failing_since, told_at = excluded.told_at";

/// Rows of [`COUNT`].
pub(crate) struct CounterRows {
    ids: Vec<uuid::Uuid>,
    counts: [Vec<i64>; 4],
    failing_since: Vec<Option<i64>>,
    told_at: Vec<Option<i64>>,
}

impl CounterRows {
    pub(crate) fn new(counted: &[Counted]) -> Self {
        let count = |of: fn(&Counted) -> u32| counted.iter().map(|one| of(one).into()).collect();
        Self {
            ids: counted.iter().map(|one| one.webhook.uuid()).collect(),
            counts: [
                count(|one| one.counters.redirects),
                count(|one| one.counters.client_errors),
                count(|one| one.counters.server_errors),
                count(|one| one.counters.failures),
            ],
            failing_since: counted
                .iter()
                .map(|one| time(one.counters.failing_since))
                .collect(),
            told_at: counted
                .iter()
                .map(|one| time(one.counters.told_at))
                .collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(crate) fn params(&self) -> [&(dyn ToSql + Sync); 7] {
        let [redirects, client_errors, server_errors, failures] = &self.counts;
        [
            &self.ids,
            redirects,
            client_errors,
            server_errors,
            failures,
            &self.failing_since,
            &self.told_at,
        ]
    }
}
