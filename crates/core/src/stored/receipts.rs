//! An idempotency key and the answer it stands for, as they are kept: 16 bytes for the key, 21 for
//! each event of the answer.

use sha2::{Digest as _, Sha256};

use crate::{ids::EventId, ports::Receipt};

/// A key as it is kept: the beginning of its hash, short and of one length.
pub type ShortKey = [u8; 16];

/// The key as it is kept.
///
/// # Panics
/// Never: SHA-256 has 32 bytes.
#[must_use]
pub fn short(key: &str) -> ShortKey {
    let digest = Sha256::digest(key.as_bytes());
    let (short, _) = digest
        .as_slice()
        .split_first_chunk()
        .expect("SHA-256 has 32 bytes");
    *short
}

/// Id, count of deliveries, flag.
const RECEIPT_BYTES: usize = 21;

/// The receipts of an answer, to be stored.
#[must_use]
pub fn encode(receipts: &[Receipt]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(receipts.len() * RECEIPT_BYTES);
    for receipt in receipts {
        bytes.extend_from_slice(receipt.event_id.as_bytes());
        bytes.extend_from_slice(&receipt.matched.to_be_bytes());
        bytes.push(u8::from(receipt.unknown_type));
    }
    bytes
}

/// The receipts of a stored answer, as a repeat gets them; `None` when the bytes are not what
/// [`encode`] makes.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Vec<Receipt>> {
    let (chunks, rest) = bytes.as_chunks::<RECEIPT_BYTES>();
    if !rest.is_empty() {
        return None;
    }
    chunks
        .iter()
        .map(|chunk| {
            let (id, rest) = chunk.split_first_chunk::<16>()?;
            let (matched, rest) = rest.split_first_chunk::<4>()?;
            Some(Receipt {
                event_id: EventId::from_bytes(*id),
                matched: u32::from_be_bytes(*matched),
                unknown_type: *rest.first()? != 0,
                repeated: true,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_come_back_as_those_of_a_repeat() {
        let receipt = |byte, matched, unknown_type| Receipt {
            event_id: EventId::from_bytes([byte; 16]),
            matched,
            unknown_type,
            repeated: true,
        };
        let receipts = vec![receipt(1, 0, true), receipt(2, u32::MAX, false)];
        let bytes = encode(&receipts);
        assert_eq!(bytes.len(), 42);
        assert_eq!(decode(&bytes), Some(receipts));
        assert_eq!(decode(&[]), Some(Vec::new()));
        assert_eq!(decode(&bytes[1..]), None);
    }
}
