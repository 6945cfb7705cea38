//! From one colour to the shades that pages need, light and dark, each of which can be read: text in
//! the colour keeps 4.5:1 against everything that it stands on, and so does what stands on the colour
//! (WCAG 2.2, 1.4.3). Whatever colour somebody chooses is darkened or lightened until that is so.

use std::fmt::Write as _;

use bellwire_core::appearance::Colour;

/// The least contrast of text.
const LEAST: f64 = 4.5;
/// What text in the colour stands on, in the light: `--page`, `--card`, `--sunken` and the washes of
/// `assets/portal.css`.
const LIGHT: [&str; 8] = [
    "#ffffff", "#f7f7f8", "#f1f1f4", "#e4f5ec", "#fdecea", "#fdf1dc", "#e7f0fb", "#ececf0",
];
/// The same in the dark, with `--raised`.
const DARK: [&str; 9] = [
    "#191a20", "#111216", "#14151a", "#22242c", "#14301f", "#3a1917", "#35270f", "#15293f",
    "#26272e",
];
const WHITE: Colour = Colour([255; 3]);
const BLACK: Colour = Colour([0; 3]);
/// What stands on the colour, in the dark.
const INK: Colour = Colour([14, 15, 20]);
/// Steps from a colour to white or black.
const STEPS: u32 = 100;

/// The shades of a colour, in the light or in the dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shades {
    /// Of links and buttons.
    pub(crate) accent: Colour,
    /// When they are pointed at.
    pub(crate) strong: Colour,
    /// Of what stands on a button.
    pub(crate) on: Colour,
    /// Behind the place of the navigation where one is.
    pub(crate) wash: Colour,
}

/// In the light.
pub(crate) fn light(colour: Colour) -> Shades {
    let wash = mixed(colour, WHITE, 91);
    let accent = readable(colour, BLACK, &LIGHT, wash);
    Shades {
        accent,
        strong: mixed(accent, BLACK, 20),
        on: WHITE,
        wash,
    }
}

/// In the dark.
pub(crate) fn dark(colour: Colour) -> Shades {
    let wash = mixed(colour, Colour([25, 26, 32]), 78);
    let accent = readable(colour, WHITE, &DARK, wash);
    Shades {
        accent,
        strong: mixed(accent, WHITE, 30),
        on: INK,
        wash,
    }
}

/// The first shade on the way to `end` that can be read on all of these. `end` itself can.
fn readable(colour: Colour, end: Colour, grounds: &[&str], wash: Colour) -> Colour {
    let grounds: Vec<Colour> = grounds
        .iter()
        .filter_map(|ground| ground.parse().ok())
        .chain([wash])
        .collect();
    let reads = |shade: &Colour| {
        grounds
            .iter()
            .all(|ground| contrast(*shade, *ground) >= LEAST)
    };
    (0..=STEPS)
        .map(|step| mixed(colour, end, step))
        .find(reads)
        .unwrap_or(end)
}

/// A colour with so many hundredths of another.
fn mixed(colour: Colour, other: Colour, hundredths: u32) -> Colour {
    let mut mixed = colour.0;
    for (own, other) in mixed.iter_mut().zip(other.0) {
        let sum = u32::from(*own) * (STEPS - hundredths) + u32::from(other) * hundredths;
        *own = u8::try_from((sum + STEPS / 2) / STEPS).unwrap_or(u8::MAX);
    }
    Colour(mixed)
}

/// How far apart two colours are (WCAG 2.2, contrast ratio): 1 to 21.
fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How bright a colour is (WCAG 2.2, relative luminance).
fn luminance(colour: Colour) -> f64 {
    let [red, green, blue] = colour.0.map(|part| {
        let part = f64::from(part) / 255.0;
        match part <= 0.040_45 {
            true => part / 12.92,
            false => ((part + 0.055) / 1.055).powf(2.4),
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The tokens of `assets/portal.css` in this colour.
pub(crate) fn stylesheet(colour: Colour) -> String {
    let tokens = |shades: Shades| {
        let Shades {
            accent,
            strong,
            on,
            wash,
        } = shades;
        format!("--accent:{accent};--accent-strong:{strong};--on-accent:{on};--accent-wash:{wash}")
    };
    let (light, dark) = (tokens(light(colour)), tokens(dark(colour)));
    let mut css = format!(":root{{{light}}}\n");
    // Writing to a String never fails.
    let _ = write!(
        css,
        ":root[data-theme=\"dark\"]{{{dark}}}\n@media (prefers-color-scheme: \
         dark){{:root:not([data-theme=\"light\"]){{{dark}}}}}\n"
    );
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contrast_is_the_one_of_the_standard() {
        assert!((contrast(WHITE, BLACK) - 21.0).abs() < 1e-9);
        assert!((contrast(WHITE, WHITE) - 1.0).abs() < 1e-9);
        // The lightest grey that is text on white.
        assert!(contrast(Colour([0x76; 3]), WHITE) >= 4.5);
        assert!(contrast(Colour([0x77; 3]), WHITE) < 4.5);
    }

    /// Every sixteenth of each part of a colour, with both ends: 4,913 colours.
    #[test]
    fn whatever_colour_is_chosen_everything_can_be_read() {
        let parts: Vec<u8> = (0..=255).step_by(16).chain([255]).collect();
        let parse = |all: &[&str]| -> Vec<Colour> {
            all.iter().map(|ground| ground.parse().unwrap()).collect()
        };
        let (on_light, on_dark) = (parse(&LIGHT), parse(&DARK));
        for &red in &parts {
            for &green in &parts {
                for &blue in &parts {
                    let colour = Colour([red, green, blue]);
                    for (shades, grounds) in [(light(colour), &on_light), (dark(colour), &on_dark)]
                    {
                        let Shades {
                            accent,
                            strong,
                            on,
                            wash,
                        } = shades;
                        for ground in grounds.iter().chain([&wash]) {
                            for text in [accent, strong] {
                                let found = contrast(text, *ground);
                                assert!(found >= LEAST, "{colour}: {text} on {ground}: {found}");
                            }
                        }
                        for button in [accent, strong] {
                            let found = contrast(on, button);
                            assert!(found >= LEAST, "{colour}: {on} on {button}: {found}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_was_chosen() {
        let green: Colour = "#0b6e4f".parse().unwrap();
        assert_eq!(light(green).accent, green);
        let pale: Colour = "#a5b0ff".parse().unwrap();
        assert_eq!(dark(pale).accent, pale);
        let css = stylesheet(green);
        assert!(css.starts_with(":root{--accent:#0b6e4f;"), "{css}");
        assert!(!css.contains(['<', '\\']), "{css}");
    }

    /// What text stands on is written down twice; this keeps both the same.
    #[test]
    fn the_grounds_are_those_of_the_style() {
        let css = include_str!("../assets/portal.css");
        for ground in LIGHT.iter().chain(&DARK) {
            assert!(css.contains(ground), "{ground}");
        }
    }
}
