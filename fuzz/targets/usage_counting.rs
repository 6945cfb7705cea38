//! Counting in any steps against any target (APG-27c): each percentage fires once, in order, for the
//! same webhooks as if everything had been reported at once.
#![no_main]

use bellwire_core::{
    ids::{ConditionId, WebhookId},
    usage::{Condition, Counter, UsageTarget, fired},
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, arbitrary::Arbitrary)]
struct Input {
    target: u64,
    steps: Vec<u64>,
    /// Percentages and webhooks of each condition.
    conditions: Vec<(Vec<u16>, Vec<u8>)>,
}

fuzz_target!(|input: Input| {
    let conditions: Vec<Condition> = input
        .conditions
        .iter()
        .filter_map(|(percentages, webhooks)| {
            let percentages: Vec<u64> = percentages.iter().map(|one| u64::from(*one)).collect();
            Some(Condition {
                id: ConditionId::from_bytes([1; 16]),
                rate_plan: "plan".to_owned(),
                targets: vec![UsageTarget::list(&percentages).ok()?],
                webhooks: webhooks
                    .iter()
                    .map(|n| WebhookId::from_bytes([*n; 16]))
                    .collect(),
            })
        })
        .collect();
    let mut counter = Counter::default();
    let mut all = Vec::new();
    for step in &input.steps {
        if let Some(rise) = counter.add(*step, input.target) {
            assert!(rise.to > rise.from);
            all.extend(fired(rise, &conditions));
        }
    }
    let sum = input
        .steps
        .iter()
        .fold(0_u64, |sum, step| sum.saturating_add(*step));
    assert_eq!(counter.count, sum.min(Counter::MAX));
    let at_once = Counter::default().add(sum, input.target);
    let at_once = at_once.map_or_else(Vec::new, |rise| fired(rise, &conditions));
    assert_eq!(all, at_once);
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0));
});
