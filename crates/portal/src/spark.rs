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

/// A bar of what was used of a target: `percent` of it, on a scale up to `end` percent, with a tick
/// at each of these percentages and a stronger one at the target. Ticks too close to tell apart are
/// one.
pub(crate) fn usage(percent: u64, class: &str, ticks: &[u64], end: u64, label: &str) -> String {
    const WIDTH: u64 = 1000;
    const APART: u64 = 12;
    let end = end.max(1);
    let at = |percent: u64| percent.min(end) * WIDTH / end;
    let mut svg = format!(
        "<svg class=\"usage\" viewBox=\"0 0 {WIDTH} 12\" preserveAspectRatio=\"none\" \
         role=\"img\" aria-label=\"{}\">",
        escaped(label)
    );
    if percent > 0 {
        let wide = at(percent).max(6);
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"0\" y=\"3\" width=\"{wide}\" height=\"6\"/>"
        );
    }
    let mut path = String::new();
    let mut last = None;
    for x in ticks
        .iter()
        .filter(|tick| **tick <= end)
        .map(|tick| at(*tick))
    {
        if last.is_none_or(|last| x >= last + APART) {
            last = Some(x);
            let _ = write!(path, "M{} 0v12", x.min(WIDTH - 1));
        }
    }
    if !path.is_empty() {
        let _ = write!(svg, "<path class=\"tick\" d=\"{path}\"/>");
    }
    let target = at(100).min(WIDTH - 2);
    let _ = write!(
        svg,
        "<path class=\"tick target\" d=\"M{target} 0v12\"/></svg>"
    );
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
    fn usage_is_measured_from_nothing_to_beyond_the_target() {
        let svg = usage(75, "use-ok", &[80, 81, 120], 150, "a \"b\"");
        assert!(svg.contains("width=\"500\""), "{svg}");
        assert!(svg.contains("d=\"M533 0v12M800 0v12\""), "{svg}");
        assert!(svg.contains("d=\"M666 0v12\""), "{svg}");
        assert!(svg.contains("aria-label=\"a &quot;b&quot;\""), "{svg}");
        let full = usage(900, "use-full", &[], 100, "x");
        assert!(full.contains("width=\"1000\""), "{full}");
        assert!(!usage(0, "use-ok", &[], 100, "x").contains("<rect"));
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
