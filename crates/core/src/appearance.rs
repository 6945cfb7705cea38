//! How an organization's pages look: a colour of its own and a logo. Rules only: what a colour and a
//! picture must be, and what is told of a wrong one. Shades that can be read are the portal's business.
//!
//! A picture is judged by its first bytes and by the size that it says it has; it is never decoded
//! here, only handed to browsers, which decode pictures in a place of their own.

use crate::{said::Said, say};

use std::{fmt, str::FromStr};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// The largest logo, in bytes: it is in memory for each organization, and part of each first visit.
pub const MAX_LOGO_BYTES: usize = 64 << 10;
/// The shortest and the longest side of a logo, in pixels.
pub const LOGO_SIDE_PX: std::ops::RangeInclusive<u32> = 16..=2048;
/// How many times as long as the other a side can be: what is longer is a line.
const MAX_RATIO: u32 = 10;

/// How an organization's pages look. What is absent is as Bellwire's own pages have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Appearance {
    /// The colour of what can be clicked on.
    pub accent: Option<Colour>,
    /// What stands at the top of the navigation.
    pub logo: Option<Logo>,
}

/// A colour (sRGB): red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Colour(pub [u8; 3]);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = Said;

    fn from_str(text: &str) -> Result<Self, Said> {
        let wrong = || {
            say!(
                "rule-colour",
                "a colour is `#` and six hexadecimal digits, such as `#0b6e4f`"
            )
        };
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

/// The kinds of pictures that browsers know and that cannot carry scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Picture {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
}

impl Picture {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }
}

/// A logo that was looked at: a picture of a kind that is taken, of a size that it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    bytes: Bytes,
    picture: Picture,
    width: u32,
    height: u32,
    digest: [u8; 32],
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bytes,
            picture,
            width,
            height,
            digest: _,
        } = self;
        write!(f, "{picture:?} {width}x{height}, {} bytes", bytes.len())
    }
}

impl Logo {
    /// Looks at a picture.
    ///
    /// # Errors
    /// What is wrong with it and what to do, as a sentence.
    pub fn parse(bytes: Bytes) -> Result<Self, Said> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(say!(
                "logo-bytes",
                "a logo has at most {max} bytes (64 KiB), this has {length}; save it smaller",
                max = MAX_LOGO_BYTES,
                length = bytes.len()
            ));
        }
        let found = png(&bytes)
            .map(|size| (Picture::Png, size))
            .or_else(|| jpeg(&bytes).map(|size| (Picture::Jpeg, size)))
            .or_else(|| webp(&bytes).map(|size| (Picture::Webp, size)));
        let Some((picture, (width, height))) = found else {
            let start = bytes.trim_ascii_start();
            let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
            return Err(match start.first() {
                Some(b'<') => say!(
                    "logo-svg",
                    "an SVG can carry scripts and is not taken; export it as PNG, JPEG or WebP"
                ),
                _ => say!("logo-kind", "this is no PNG, JPEG or WebP picture"),
            });
        };
        if !LOGO_SIDE_PX.contains(&width) || !LOGO_SIDE_PX.contains(&height) {
            return Err(say!(
                "logo-sides",
                "each side of a logo has {min} to {max} pixels, this is {width} by {height}",
                min = LOGO_SIDE_PX.start(),
                max = LOGO_SIDE_PX.end(),
                width,
                height
            ));
        }
        if width > height * MAX_RATIO || height > width * MAX_RATIO {
            return Err(say!(
                "logo-ratio",
                "one side of a logo is at most {max} times the other, this is {width} by {height}",
                max = MAX_RATIO,
                width,
                height
            ));
        }
        Ok(Self {
            digest: Sha256::digest(&bytes).into(),
            bytes,
            picture,
            width,
            height,
        })
    }

    /// The picture as it came.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// SHA-256 of it: what a path names it by.
    #[must_use]
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What kind it is.
    #[must_use]
    pub const fn picture(&self) -> Picture {
        self.picture
    }

    /// How wide it says it is, in pixels.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.width
    }

    /// How high it says it is, in pixels.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.height
    }
}

type Size = (u32, u32);

/// Width and height of a PNG: its first chunk has them (PNG, 11.2.2).
fn png(bytes: &[u8]) -> Option<Size> {
    let head = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// Those of a JPEG: the first frame header has them (ITU-T T.81, B.2.2), wherever it stands.
fn jpeg(bytes: &[u8]) -> Option<Size> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let (marker, after) = match rest {
            // Fill bytes may stand before any marker.
            [0xff, 0xff, ..] => {
                rest = &rest[1..];
                continue;
            }
            [0xff, marker, after @ ..] => (*marker, after),
            _ => return None,
        };
        match marker {
            // Markers without a segment; the picture itself, before any frame header; the end.
            0x01 | 0xd0..=0xd7 => {
                rest = after;
                continue;
            }
            0x00 | 0xd8..=0xda => return None,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(after.get(..2)?.try_into().ok()?));
        let segment = after.get(2..length)?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let side = |at: usize| {
                let pair = segment.get(at..at + 2)?.try_into().ok()?;
                Some(u32::from(u16::from_be_bytes(pair)))
            };
            return Some((side(3)?, side(1)?));
        }
        rest = after.get(length..)?;
    }
}

/// Those of a WebP (RFC 9649): extended, lossless or lossy.
fn webp(bytes: &[u8]) -> Option<Size> {
    let body = bytes.strip_prefix(b"RIFF")?.get(4..)?;
    let chunk = body.strip_prefix(b"WEBP")?;
    let data = chunk.get(8..)?;
    let small = |at: usize| -> Option<u32> {
        Some(u32::from(u16::from_le_bytes(
            data.get(at..at + 2)?.try_into().ok()?,
        )))
    };
    match chunk.get(..4)? {
        b"VP8X" => {
            let side = |at: usize| Some(small(at)? + (u32::from(*data.get(at + 2)?) << 16) + 1);
            Some((side(4)?, side(7)?))
        }
        b"VP8L" => {
            let bits = u32::from_le_bytes(data.strip_prefix(b"\x2f")?.get(..4)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8 " => {
            data.get(3..)?.strip_prefix(b"\x9d\x01\x2a")?;
            Some((small(6)? & 0x3fff, small(8)? & 0x3fff))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn a_png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0]);
        bytes
    }

    fn seen(bytes: &[u8]) -> Result<(Picture, u32, u32), String> {
        let logo = Logo::parse(Bytes::copy_from_slice(bytes))?;
        Ok((logo.picture(), logo.width(), logo.height()))
    }

    #[test]
    fn a_colour_is_six_digits_behind_a_hash() {
        assert_eq!("#0B6e4f".parse(), Ok(Colour([11, 110, 79])));
        assert_eq!(Colour([11, 110, 79]).to_string(), "#0b6e4f");
        for wrong in [
            "", "0b6e4f", "#0b6", "#0b6e4f0", "#0b6e4g", "red", "#+b6e4f", "#é12345",
        ] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_size_is_read_from_each_kind() {
        assert_eq!(seen(&a_png(320, 64)), Ok((Picture::Png, 320, 64)));
        let mut jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
        jpeg.extend(b"\xff\xff\xc2\x00\x11\x08\x00\x40\x01\x40\x03");
        jpeg.extend([0; 16]);
        assert_eq!(seen(&jpeg), Ok((Picture::Jpeg, 320, 64)));
        let riff =
            |kind: &[u8], data: &[u8]| [b"RIFF\0\0\0\0WEBP", kind, b"\0\0\0\0", data].concat();
        let extended = riff(b"VP8X", b"\0\0\0\0\x3f\x01\0\x3f\0\0");
        assert_eq!(seen(&extended), Ok((Picture::Webp, 320, 64)));
        let bits = (319_u32 | (63 << 14)).to_le_bytes();
        let lossless = riff(b"VP8L", &[&b"\x2f"[..], &bits].concat());
        assert_eq!(seen(&lossless), Ok((Picture::Webp, 320, 64)));
        let lossy = riff(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x40\x01\x40\x00");
        assert_eq!(seen(&lossy), Ok((Picture::Webp, 320, 64)));
    }

    #[test]
    fn what_is_no_logo_is_told_what_to_do() {
        for svg in [
            &b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"[..],
            b"  \n<?xml version='1.0'?><svg/>",
            b"\xef\xbb\xbf<svg/>",
        ] {
            assert!(seen(svg).unwrap_err().contains("scripts"));
        }
        assert!(seen(b"GIF89a").unwrap_err().contains("no PNG"));
        assert!(seen(b"").unwrap_err().contains("no PNG"));
        assert!(seen(&a_png(8, 64)).unwrap_err().contains("8 by 64"));
        assert!(seen(&a_png(4000, 64)).unwrap_err().contains("2048"));
        assert!(seen(&a_png(1000, 20)).unwrap_err().contains("10 times"));
        let mut large = a_png(64, 64);
        large.resize(MAX_LOGO_BYTES + 1, 0);
        assert!(seen(&large).unwrap_err().contains("64 KiB"));
    }

    proptest! {
        /// Whatever is sent, it is judged and nothing breaks.
        #[test]
        fn any_bytes_are_judged(
            start in prop::sample::select(vec![
                &b""[..], b"\xff\xd8", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"RIFF....WEBPVP8X",
                b"RIFF....WEBPVP8L....", b"RIFF....WEBPVP8 ....",
            ]),
            rest in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let bytes = [start, &rest].concat();
            if let Ok(logo) = Logo::parse(bytes.clone().into()) {
                prop_assert!(LOGO_SIDE_PX.contains(&logo.width()));
                prop_assert!(LOGO_SIDE_PX.contains(&logo.height()));
                prop_assert_eq!(logo.bytes(), &bytes);
            }
        }
    }
}
