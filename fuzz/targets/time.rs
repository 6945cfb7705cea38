//! Text that should be a time: it is refused, or what is written of it reads back.
#![no_main]

use bellwire_core::time::Time;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(time) = text.parse::<Time>() {
        assert_eq!(time.to_string().parse(), Ok(time));
    }
});
