//! Numbers over time as bars of one line.

/// From a little to all.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A bar for each number, the highest for the largest; a blank for none. More numbers than columns
/// are added up to as many.
pub(super) fn sparkline(numbers: &[u64], columns: usize) -> String {
    let each = numbers.len().div_ceil(columns.max(1)).max(1);
    let sums: Vec<u64> = numbers.chunks(each).map(|part| part.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let bar = |sum: u64| match sum {
        0 => ' ',
        sum => {
            let height = (u128::from(sum) * BARS.len() as u128).div_ceil(u128::from(most));
            BARS[height as usize - 1]
        }
    };
    sums.into_iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_share_of_the_largest() {
        assert_eq!(sparkline(&[0, 1, 4, 8], 10), " ▁▄█");
        assert_eq!(sparkline(&[1, 1, 0, 0, 3, 1], 3), "▄ █");
        assert_eq!(sparkline(&[0, 0], 4), "  ");
        assert_eq!(sparkline(&[], 4), "");
        assert_eq!(sparkline(&[u64::MAX, 1], 4), "█▁");
    }
}
