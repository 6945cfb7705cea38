//! What was most likely meant by a word that nobody knows.

/// What to say about an unknown word: the nearest known one, or where to find all.
pub(super) fn hint<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`bellwire config` lists every one".to_owned(),
    }
}

/// The known word that was most likely meant: near as it is written, or with the same last part
/// (`listen` for `server.listen`).
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| {
            let tail = candidate.rsplit('.').next().unwrap_or(candidate);
            (
                distance(word, candidate).min(distance(word, tail)),
                candidate,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= (word.len() / 3).clamp(1, 4))
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour to turn one
/// word into the other.
pub(super) fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings;

    #[test]
    fn the_distance_counts_a_swap_as_one() {
        assert_eq!(distance("store", "stroe"), 1);
        assert_eq!(distance("listen", "listen"), 0);
        assert_eq!(distance("", "abc"), 3);
    }

    #[test]
    fn the_nearest_is_found_by_its_last_part_too() {
        let keys = || settings().map(|setting| setting.key);
        assert_eq!(nearest("listen", keys()), Some("server.listen"));
        assert_eq!(nearest("server.lisen", keys()), Some("server.listen"));
        assert_eq!(nearest("weather.tomorrow", keys()), None);
    }
}
