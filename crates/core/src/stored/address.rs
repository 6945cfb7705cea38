//! Socket addresses in 6 or 18 bytes: port, then address.

use std::net::{IpAddr, SocketAddr};

/// An address as an attempt's row holds it.
#[must_use]
pub fn encode(address: SocketAddr) -> Vec<u8> {
    let mut bytes = address.port().to_be_bytes().to_vec();
    match address.ip() {
        IpAddr::V4(ip) => bytes.extend_from_slice(&ip.octets()),
        IpAddr::V6(ip) => bytes.extend_from_slice(&ip.octets()),
    }
    bytes
}

/// `None` when the bytes are not what [`encode`] makes.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<SocketAddr> {
    let (port, ip) = bytes.split_first_chunk::<2>()?;
    let ip = match ip.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(ip).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(ip).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes(*port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_as_they_went() {
        for text in ["127.0.0.1:80", "[2001:db8::1]:65535", "[::ffff:10.0.0.1]:1"] {
            let address: SocketAddr = text.parse().expect("an address");
            assert_eq!(decode(&encode(address)), Some(address));
        }
        let local = SocketAddr::from(([127, 0, 0, 1], 80));
        assert_eq!(encode(local), [0, 80, 127, 0, 0, 1]);
        assert_eq!(decode(&[0, 80, 1]), None);
    }
}
