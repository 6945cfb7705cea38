//! What serde_json does not answer about a JSON text that is kept verbatim: how deep it nests.
//!
//! Data is stored and sent as the producer's bytes and never becomes a tree on its way. Where it
//! does (an envelope that looks inside, a schema), recursion follows its depth, so ingest refuses
//! what is too deep before anything recurses.

/// How deep event data may nest. serde_json reads a tree of one level less.
pub const MAX_DEPTH: usize = 128;

/// Whether no value lies inside more than `max` arrays and objects. Needs no stack, and is meant for
/// text that is valid JSON; of other text it says something, and no more.
#[must_use]
pub fn check_depth(json: &[u8], max: usize) -> bool {
    // Most data opens fewer of them than that in all, wherever they stand; counting them goes many
    // bytes at a time.
    opened(json) <= max || walk(json, max)
}

/// How many brackets open, in strings too.
fn opened(json: &[u8]) -> usize {
    json.chunks(usize::from(u8::MAX))
        .map(|chunk| {
            let count = chunk.iter().fold(0_u8, |count, byte| {
                // The two differ in this bit only, and no other byte is one of them without it.
                count + u8::from(byte | 0x20 == b'{')
            });
            usize::from(count)
        })
        .sum()
}

/// The same, byte for byte.
fn walk(json: &[u8], max: usize) -> bool {
    let mut depth = 0_usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next() {
                    Some(b'\\') => {
                        bytes.next();
                    }
                    Some(b'"') | None => break,
                    Some(_) => {}
                }
            },
            b'[' | b'{' => {
                depth += 1;
                if depth > max {
                    return false;
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}
