//! Text that should be a `UsageTarget` (APG-26, APG-27b): it is refused, or it names percentages as it
//! should, and what is written of it reads back.
#![no_main]

use bellwire_core::usage::{MAX_PERCENT, MAX_VALUES, UsageTarget};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(target) = text.parse::<UsageTarget>() else {
        return;
    };
    let percentages: Vec<u32> = target.percentages().collect();
    assert!((1..=MAX_VALUES).contains(&(percentages.len() as u64)));
    assert!(percentages.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(
        percentages
            .iter()
            .all(|one| (1..=MAX_PERCENT).contains(one))
    );
    assert_eq!(target.to_string().parse(), Ok(target));
});
