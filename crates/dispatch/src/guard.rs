//! The guard: which addresses a webhook may reach. Part of stage 5 (send).
//!
//! Customers choose the URLs, so a URL must never reach what only we can reach: the guard refuses
//! every address that is not public unicast, unless the operator's allow-list names its network.
//! It judges addresses, never names, at the moment of connecting: what a name meant earlier, or
//! how the address was spelled, makes no difference. [`Admitted`] is the proof of a passed check
//! and all that the connector accepts.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What a refused address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `0.0.0.0/8`, `::`.
    Unspecified,
    /// The networks of RFC 1918, and unique local addresses (`fc00::/7`).
    Private,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// `169.254.0.0/16`, `fe80::/10`, and what used to be site-local.
    LinkLocal,
    /// Where clouds keep their metadata services.
    Metadata,
    /// Carrier-grade NAT, `100.64.0.0/10`.
    SharedSpace,
    /// Set aside by IETF or IANA for protocols, benchmarks and the like.
    SpecialPurpose,
    /// For documentation and examples.
    Documentation,
    /// Multicast or broadcast.
    Multicast,
    /// Not assigned to anybody.
    Reserved,
    /// An IPv6 spelling that stands for an IPv4 address: mapped, compatible, 6to4, Teredo, NAT64.
    EmbeddedV4,
}

impl Kind {
    /// With its article, to be put after "is".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unspecified => "an unspecified address",
            Self::Private => "a private address",
            Self::Loopback => "a loopback address",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "a cloud metadata address",
            Self::SharedSpace => "a carrier-grade NAT address",
            Self::SpecialPurpose => "a special-purpose address",
            Self::Documentation => "a documentation address",
            Self::Multicast => "a multicast or broadcast address",
            Self::Reserved => "a reserved address",
            Self::EmbeddedV4 => "an IPv6 form of an IPv4 address",
        }
    }
}

/// An address that must not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Refusal {
    /// The address.
    pub address: IpAddr,
    /// What it is.
    pub kind: Kind,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}, and webhooks reach public addresses only; an operator can allow its network \
             in the configuration",
            self.address,
            self.kind.as_str()
        )
    }
}

/// A socket address that passed the guard. Nothing else can be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted(SocketAddr);

impl Admitted {
    /// The address.
    #[must_use]
    pub fn address(self) -> SocketAddr {
        self.0
    }
}

/// Judges addresses.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    allow: Vec<IpNet>,
}

impl Guard {
    /// A guard with these exceptions. An exception for an IPv4 network does not cover IPv6 forms of
    /// its addresses (`::ffff:10.0.0.1`): those have to be named as IPv6 networks.
    #[must_use]
    pub fn new(allow: Vec<IpNet>) -> Self {
        Self { allow }
    }

    /// Whether this address may be reached.
    ///
    /// # Errors
    /// When it is not public unicast and no exception covers it.
    pub fn check(&self, address: IpAddr) -> Result<(), Refusal> {
        let kind = match address {
            IpAddr::V4(v4) => kind_of_v4(v4),
            IpAddr::V6(v6) => kind_of_v6(v6),
        };
        match kind {
            Some(kind) if !self.allow.iter().any(|net| net.contains(&address)) => {
                Err(Refusal { address, kind })
            }
            _ => Ok(()),
        }
    }

    /// The same for a socket address, with the proof.
    ///
    /// # Errors
    /// As [`Guard::check`].
    pub fn admit(&self, address: SocketAddr) -> Result<Admitted, Refusal> {
        self.check(address.ip()).map(|()| Admitted(address))
    }
}

/// IANA IPv4 Special-Purpose Address Registry, multicast, class E, and metadata services that live
/// on otherwise ordinary addresses. The first match decides, so the particular precede the general.
const V4: &[(Ipv4Net, Kind)] = &[
    (v4([0, 0, 0, 0], 8), Kind::Unspecified),
    (v4([10, 0, 0, 0], 8), Kind::Private),
    (v4([172, 16, 0, 0], 12), Kind::Private),
    (v4([192, 168, 0, 0], 16), Kind::Private),
    (v4([127, 0, 0, 0], 8), Kind::Loopback),
    // AWS, Google, Azure, DigitalOcean, …; AWS ECS; Alibaba; Oracle; Azure's wire server.
    (v4([169, 254, 169, 254], 32), Kind::Metadata),
    (v4([169, 254, 170, 2], 32), Kind::Metadata),
    (v4([100, 100, 100, 200], 32), Kind::Metadata),
    (v4([192, 0, 0, 192], 32), Kind::Metadata),
    (v4([168, 63, 129, 16], 32), Kind::Metadata),
    (v4([169, 254, 0, 0], 16), Kind::LinkLocal),
    (v4([100, 64, 0, 0], 10), Kind::SharedSpace),
    (v4([192, 0, 0, 0], 24), Kind::SpecialPurpose),
    (v4([192, 0, 2, 0], 24), Kind::Documentation),
    (v4([198, 51, 100, 0], 24), Kind::Documentation),
    (v4([203, 0, 113, 0], 24), Kind::Documentation),
    (v4([192, 88, 99, 0], 24), Kind::SpecialPurpose),
    (v4([198, 18, 0, 0], 15), Kind::SpecialPurpose),
    (v4([224, 0, 0, 0], 4), Kind::Multicast),
    (v4([255, 255, 255, 255], 32), Kind::Multicast),
    (v4([240, 0, 0, 0], 4), Kind::Reserved),
];

/// IANA IPv6 Special-Purpose Address Registry. What is in no row is public if it is in `2000::/3`,
/// the only block from which unicast addresses are given out, else reserved.
const V6: &[(Ipv6Net, Kind)] = &[
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Kind::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Kind::Loopback),
    (v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96), Kind::EmbeddedV4), // mapped
    (v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96), Kind::EmbeddedV4), // translated, RFC 2765
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 96), Kind::EmbeddedV4),      // compatible
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), Kind::EmbeddedV4), // NAT64
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Kind::EmbeddedV4), // NAT64, local
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Kind::EmbeddedV4), // 6to4
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Kind::EmbeddedV4), // Teredo
    (
        v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        Kind::Documentation,
    ),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Kind::Documentation),
    // Benchmarks, ORCHID (both), drone ids, anycast of protocols: no web servers among them.
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Kind::SpecialPurpose),
    (
        v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48),
        Kind::SpecialPurpose,
    ), // AS112
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), Kind::SpecialPurpose), // discard
    (v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16), Kind::SpecialPurpose), // segment routing
    (
        v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254], 128),
        Kind::Metadata,
    ),
    (
        v6([0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254], 128),
        Kind::Metadata,
    ),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Kind::Private),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Kind::LinkLocal),
    (v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10), Kind::LinkLocal), // site-local
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Kind::Multicast),
];

const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

const fn v4(octets: [u8; 4], bits: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), bits)
}

const fn v6(groups: [u16; 8], bits: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = groups;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), bits)
}

fn kind_of_v4(address: Ipv4Addr) -> Option<Kind> {
    V4.iter()
        .find(|(net, _)| net.contains(&address))
        .map(|(_, kind)| *kind)
}

fn kind_of_v6(address: Ipv6Addr) -> Option<Kind> {
    let listed = V6
        .iter()
        .find(|(net, _)| net.contains(&address))
        .map(|(_, kind)| *kind);
    listed.or_else(|| (!PUBLIC_V6.contains(&address)).then_some(Kind::Reserved))
}

#[cfg(test)]
mod tests;
