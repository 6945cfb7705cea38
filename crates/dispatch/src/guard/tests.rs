//! Every network at its borders: the first and the last address inside are refused, the neighbours
//! outside are public where the neighbour network is.

use super::*;

fn kind(text: &str) -> Option<Kind> {
    let address = text.parse().unwrap();
    Guard::default()
        .check(address)
        .err()
        .map(|refusal| refusal.kind)
}

#[test]
fn networks_are_refused_from_their_first_to_their_last_address() {
    use Kind::*;
    for (kind_, addresses) in [
        (Unspecified, &["0.0.0.0", "0.255.255.255", "::"] as &[&str]),
        (
            Private,
            &[
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.0",
                "172.31.255.255",
                "192.168.0.0",
                "192.168.255.255",
                "fc00::",
                "fdff:ffff::1",
            ],
        ),
        (
            Loopback,
            &["127.0.0.0", "127.0.0.1", "127.255.255.255", "::1"],
        ),
        (
            LinkLocal,
            &[
                "169.254.0.0",
                "169.254.255.255",
                "fe80::1",
                "febf::1",
                "fec0::1",
                "feff::1",
            ],
        ),
        (
            Metadata,
            &[
                "169.254.169.254",
                "169.254.170.2",
                "100.100.100.200",
                "192.0.0.192",
                "168.63.129.16",
                "fd00:ec2::254",
            ],
        ),
        (SharedSpace, &["100.64.0.0", "100.127.255.255"]),
        (
            SpecialPurpose,
            &[
                "192.0.0.0",
                "192.0.0.255",
                "192.88.99.1",
                "198.18.0.0",
                "198.19.255.255",
                "100::1",
                "5f00::1",
                "2001:10::1",
                "2001:20::1",
                "2001:2::1",
                "2001:1ff:ffff::1",
            ],
        ),
        (
            Documentation,
            &[
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.255",
                "2001:db8::1",
                "3fff::1",
                "3fff:fff:ffff::1",
            ],
        ),
        (
            Multicast,
            &[
                "224.0.0.0",
                "239.255.255.255",
                "255.255.255.255",
                "ff02::1",
                "ffff::1",
            ],
        ),
        (
            Reserved,
            &[
                "240.0.0.0",
                "255.255.255.254",
                "4000::1",
                "100:0:0:1::1",
                "1::1",
                "e000::1",
            ],
        ),
        (
            EmbeddedV4,
            &[
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::ffff:0:10.0.0.1",
                "::127.0.0.1",
                "::2",
                "64:ff9b::7f00:1",
                "64:ff9b:1::a00:1",
                "2002:7f00:1::",
                "2002:808:808::1",
                "2001::1",
                "2001:0:ffff::1",
            ],
        ),
    ] {
        for address in addresses {
            assert_eq!(kind(address), Some(kind_), "{address}");
        }
    }
}

#[test]
fn what_is_next_to_them_is_public() {
    for address in [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "203.0.114.0",
        "223.255.255.255",
        "8.8.8.8",
        "2000::1",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700::1111",
        "3ffe::1",
    ] {
        assert_eq!(kind(address), None, "{address}");
    }
}

#[test]
fn an_exception_opens_its_network_and_no_other_spelling_of_it() {
    let guard = Guard::new(vec![
        "127.0.0.0/8".parse().unwrap(),
        "fd00:1::/32".parse().unwrap(),
    ]);
    for (address, allowed) in [
        ("127.0.0.1", true),
        ("127.9.9.9", true),
        ("fd00:1::7", true),
        ("::ffff:127.0.0.1", false),
        ("::127.0.0.1", false),
        ("64:ff9b::7f00:1", false),
        ("2002:7f00:1::1", false),
        ("::1", false),
        ("10.0.0.1", false),
        ("fd00:2::7", false),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(guard.check(address).is_ok(), allowed, "{address}");
    }
    let mapped = Guard::new(vec!["::ffff:127.0.0.0/104".parse().unwrap()]);
    assert!(mapped.check("::ffff:127.0.0.1".parse().unwrap()).is_ok());
    assert!(mapped.check("127.0.0.1".parse().unwrap()).is_err());
}

#[test]
fn a_refusal_names_address_kind_and_the_way_out() {
    let refusal = Guard::default()
        .check("10.1.2.3".parse().unwrap())
        .unwrap_err()
        .to_string();
    for part in ["10.1.2.3", "a private address", "configuration"] {
        assert!(refusal.contains(part), "{refusal}");
    }
}
