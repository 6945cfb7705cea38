//! Small charts as SVG, made on the server: what was delivered and what failed, step by step.

use std::fmt::Write as _;

/// What one step counts: delivered and failed.
pub(crate) type Step = (u64, u64);

/// Bars of what was delivered, with what failed on top of it. `label` says the same in words. The
/// numbers are escaped by being numbers; the label is escaped here.
pub(crate) fn bars(steps: &[Step], class: &str, height: u32, label: &str) -> String {
    const WIDTH: u32 = 10;
    const GAP: u32 = 3;
    let most = steps.iter().map(|(ok, bad)| ok + bad).max().unwrap_or(0);
    let width = (steps.len() as u32 * WIDTH).max(1);
    let mut svg = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    for (index, (ok, bad)) in (0_u32..).zip(steps) {
        let x = index * WIDTH;
        let (ok, bad) = (tall(*ok, most, height), tall(*bad, most, height));
        // Writing to a String never fails.
        let mut bar = |class: &str, y: u32, tall: u32| {
            if tall > 0 {
                let wide = WIDTH - GAP;
                let _ = write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" \
                     height=\"{tall}\" rx=\"1\"/>"
                );
            }
        };
        let bad = bad.min(height - ok.min(height));
        bar("bar-ok", height - ok, ok);
        bar("bar-bad", height - ok - bad, bad);
        if ok + bad == 0 {
            bar("bar-none", height - 1, 1);
        }
    }
    svg.push_str("</svg>");
    svg
}

/// The part of the height that a count takes; something of it is always seen.
fn tall(count: u64, most: u64, height: u32) -> u32 {
    if count == 0 || most == 0 {
        return 0;
    }
    let part = count as f64 / most as f64 * f64::from(height);
    (part as u32).clamp(2, height)
}

/// A bar of consecutive parts, each with its class and how long it is.
pub(crate) fn parts(parts: &[(&str, u64)], label: &str) -> String {
    const WIDTH: u64 = 1000;
    let total: u64 = parts.iter().map(|(_, long)| long).sum::<u64>().max(1);
    let mut svg = format!(
        "<svg class=\"timing\" viewBox=\"0 0 {WIDTH} 10\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    let mut x = 0;
    for (class, long) in parts {
        let wide = long * WIDTH / total;
        if wide > 0 {
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x}\" y=\"0\" width=\"{wide}\" height=\"10\"/>"
            );
        }
        x += wide;
    }
    svg.push_str("</svg>");
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_within_their_height_and_small_ones_are_seen() {
        let svg = bars(&[(1000, 1), (0, 0), (0, 5)], "spark", 28, "a \"b\" <c>");
        assert!(
            svg.contains("aria-label=\"a &quot;b&quot; &lt;c&gt;\""),
            "{svg}"
        );
        assert!(svg.contains("class=\"bar-ok\" x=\"0\" y=\"1\""), "{svg}");
        assert!(svg.contains("class=\"bar-none\" x=\"10\""), "{svg}");
        assert!(svg.contains("class=\"bar-bad\" x=\"20\" y=\"26\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 4, "{svg}");
    }

    #[test]
    fn parts_of_nothing_are_nothing() {
        assert!(!parts(&[("a", 0)], "x").contains("<rect"));
        let svg = parts(&[("a", 1), ("b", 3)], "x");
        assert!(
            svg.contains("class=\"b\" x=\"250\" y=\"0\" width=\"750\""),
            "{svg}"
        );
    }
}
