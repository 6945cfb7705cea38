//! Which percentages of a target a count has reached (APG-24). What fires from that is `counter`.

/// How many whole percent of the target a count is; `None` when there is no target, which turns
/// notifications off.
///
/// `count × 100 ≥ target × percent` holds exactly when this is not less than `percent`: rounding
/// down loses nothing, because percentages are whole.
#[must_use]
pub fn level(count: u64, target: u64) -> Option<u64> {
    let percent = (u128::from(count) * 100).checked_div(u128::from(target))?;
    Some(u64::try_from(percent).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        ids::{ConditionId, WebhookId},
        usage::{Condition, Counter, Named, Rise, UsageTarget},
    };

    fn named(percentages: &[u32]) -> Named {
        let list: Vec<u64> = percentages.iter().copied().map(u64::from).collect();
        Named::by(&[Condition {
            id: ConditionId::from_bytes([1; 16]),
            rate_plan: "plan".to_owned(),
            targets: vec![UsageTarget::list(&list).expect("percentages")],
            webhooks: vec![WebhookId::from_bytes([2; 16])],
        }])
    }

    fn fires(target: u64, before: u64, after: u64, percentages: &[u32]) -> Vec<u32> {
        let level = |count| level(count, target).unwrap_or_default();
        let rise = Rise {
            from: level(before),
            to: level(after),
            count: after,
        };
        let named = named(percentages);
        named.fired(rise).map(|(percent, _)| percent).collect()
    }

    /// APG-24: 80 % of 1000 is 800, 100 % is 1000, 150 % is 1500.
    #[test]
    fn apg_24_a_percentage_fires_when_its_count_is_reached() {
        assert!(fires(1000, 0, 799, &[80]).is_empty());
        assert_eq!(fires(1000, 799, 800, &[80]), [80]);
        assert!(fires(1000, 800, 801, &[80]).is_empty());
        assert_eq!(fires(1000, 999, 1000, &[80, 100]), [100]);
        assert_eq!(fires(1000, 1499, 1500, &[150]), [150]);
    }

    /// APG-27c: a jump over several fires each, ascending; a small target fires when it is passed.
    #[test]
    fn apg_27c_a_jump_fires_each_in_ascending_order() {
        assert_eq!(fires(1000, 750, 1010, &[100, 80, 90, 110]), [80, 90, 100]);
        assert!(fires(3, 0, 2, &[80]).is_empty());
        assert_eq!(fires(3, 2, 3, &[80]), [80]);
        assert_eq!(fires(1000, 750, 1010, &[80, 80, 90]), [80, 90]);
    }

    /// APG-27c: a target of 0 turns notifications off.
    #[test]
    fn apg_27c_without_a_target_nothing_is_reached() {
        assert_eq!(level(5, 0), None);
        assert!(fires(0, 0, u64::MAX, &[1, 100]).is_empty());
    }

    proptest! {
        #[test]
        fn a_level_says_what_the_multiplication_says(
            count in any::<u64>(), target in 1_u64.., percent in 1_u32..=1_000_000,
        ) {
            let reached = u128::from(count) * 100 >= u128::from(target) * u128::from(percent);
            prop_assert_eq!(level(count, target).unwrap_or(0) >= u64::from(percent), reached);
        }

        /// However the counts are reported, each percentage fires once and in order.
        #[test]
        fn steps_fire_what_one_jump_would(
            target in 1_u64..2000, steps in prop::collection::vec(0_u64..400, 1..20),
        ) {
            let percentages: Vec<u32> = (1..40).map(|tenth| tenth * 10).collect();
            let named = named(&percentages);
            let (mut count, mut counter, mut fired) = (0, Counter::default(), Vec::new());
            for step in steps {
                count += step;
                let rise = counter.add(step, target);
                fired.extend(rise.into_iter().flat_map(|rise| named.fired(rise)));
            }
            let fired: Vec<u32> = fired.into_iter().map(|(percent, _)| percent).collect();
            prop_assert_eq!(fired, fires(target, 0, count, &percentages));
        }
    }
}
