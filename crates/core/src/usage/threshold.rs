//! Which percentages of a target were reached, and which were reached now (APG-24, APG-27c).

use std::collections::BTreeSet;

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

/// The percentages that are reached at `now` and were not at `before`, ascending, each once.
/// `before` is the highest level that was looked at in this period, so that a percentage fires once
/// in it even when the target is raised in between.
pub fn crossed(
    before: u64,
    now: u64,
    percentages: impl IntoIterator<Item = u32>,
) -> impl Iterator<Item = u32> {
    let crossed: BTreeSet<u32> = percentages
        .into_iter()
        .filter(|percent| (before + 1..=now).contains(&u64::from(*percent)))
        .collect();
    crossed.into_iter()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fires(target: u64, before: u64, after: u64, percentages: &[u32]) -> Vec<u32> {
        let level = |count| level(count, target).unwrap_or_default();
        crossed(level(before), level(after), percentages.iter().copied()).collect()
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
            let (mut count, mut before, mut fired) = (0, 0, Vec::new());
            for step in steps {
                count += step;
                let now = level(count, target).unwrap_or(0);
                fired.extend(crossed(before, now, percentages.iter().copied()));
                before = before.max(now);
            }
            prop_assert_eq!(fired, fires(target, 0, count, &percentages));
        }
    }
}
