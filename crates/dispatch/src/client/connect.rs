//! A new connection: resolve, guard, TCP, TLS, handshake of HTTP.
//!
//! Only addresses that passed the guard get here as [`Admitted`], and only those are connected to,
//! never a name: what a name resolves to a moment later cannot matter (DNS rebinding).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use bellwire_core::outcome::{Cause, Timing};
use futures_util::{StreamExt, stream::FuturesUnordered};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{
    fault::{self, Fault},
    link::Link,
    stream::Stream,
    target::{Name, Target},
    tls,
};
use crate::{
    guard::{Admitted, Guard, Refusal},
    resolve::{Resolve, ResolveError},
};

/// How long an address has before the next one is tried beside it (RFC 8305, 8).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);
/// How many addresses of a name are tried.
const MAX_ADDRESSES: usize = 8;

/// Opens connections.
pub(super) struct Connector {
    pub(super) guard: Guard,
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) tls: Arc<ClientConfig>,
}

/// How far connecting got: read when it was cut off by a time-out.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) timing: Timing,
    pub(super) step: Step,
    pub(super) address: Option<SocketAddr>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    #[default]
    Resolve,
    Tcp,
    Tls,
}

impl Step {
    /// To be put after "while".
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolving the name",
            Self::Tcp => "opening the connection",
            Self::Tls => "shaking hands for TLS",
        }
    }
}

impl Connector {
    pub(super) async fn connect(
        &self,
        target: &Arc<Target>,
        progress: &mut Progress,
    ) -> Result<Link, Fault> {
        let addresses = self.addresses(target, progress).await?;
        progress.step = Step::Tcp;
        // Known already when there is but one, so that a time-out can name it.
        progress.address = (addresses.len() == 1).then(|| addresses[0].address());
        let started = Instant::now();
        let (stream, address) = first_of(&addresses).await?;
        progress.timing.connect_us = Some(micros_since(started));
        progress.address = Some(address);
        // Without it requests are only slower.
        let _ = stream.set_nodelay(true);
        if !target.https {
            return Link::http1(Stream::plain(stream), address, target.clone()).await;
        }
        progress.step = Step::Tls;
        let started = Instant::now();
        let stream = self
            .tls_handshake(stream, target)
            .await
            .map_err(|detail| Fault::new(Cause::Tls, detail).at(address))?;
        progress.timing.tls_us = Some(micros_since(started));
        let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let stream = Stream::tls(stream);
        if h2 {
            Link::http2(stream, address, target.clone()).await
        } else {
            Link::http1(stream, address, target.clone()).await
        }
    }

    /// The addresses that may be connected to; the guard's refusal when there are only others.
    pub(super) async fn addresses(
        &self,
        target: &Target,
        progress: &mut Progress,
    ) -> Result<Vec<Admitted>, Fault> {
        let name = match &target.host {
            Name::Address(address) => {
                let address = SocketAddr::new(*address, target.port);
                let admitted = self
                    .guard
                    .admit(address)
                    .map_err(|refusal| refused(&refusal, None, target.port))?;
                return Ok(vec![admitted]);
            }
            Name::Dns(name) => name,
        };
        let started = Instant::now();
        let found = self.resolver.resolve(name).await;
        progress.timing.dns_us = Some(micros_since(started));
        let found = found.map_err(|error| Fault::new(Cause::Dns, error.to_string()))?;
        let mut refusal = None;
        let mut admitted = Vec::with_capacity(found.len().min(MAX_ADDRESSES));
        for address in by_turns(&found) {
            match self.guard.admit(SocketAddr::new(address, target.port)) {
                Ok(address) if admitted.len() < MAX_ADDRESSES => admitted.push(address),
                Ok(_) => {}
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        match refusal {
            _ if !admitted.is_empty() => Ok(admitted),
            Some(refusal) => Err(refused(&refusal, Some(name), target.port)),
            None => {
                let error = ResolveError::NotFound(name.clone());
                Err(Fault::new(Cause::Dns, error.to_string()))
            }
        }
    }

    async fn tls_handshake(
        &self,
        stream: TcpStream,
        target: &Target,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, String> {
        let name = match &target.host {
            Name::Address(address) => ServerName::from(*address),
            // Certificates never have the dot that ends a complete name.
            Name::Dns(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|_| format!("{name} is a name that no certificate can be for"))?,
        };
        TlsConnector::from(self.tls.clone())
            .connect(name, stream)
            .await
            .map_err(|error| tls::of_handshake(&error))
    }
}

fn refused(refusal: &Refusal, name: Option<&str>, port: u16) -> Fault {
    let detail = match name {
        Some(name) => format!("{name} resolves to {refusal}"),
        None => refusal.to_string(),
    };
    Fault::new(Cause::Guard, detail).at(SocketAddr::new(refusal.address, port))
}

/// IPv6 and IPv4 by turns, beginning with the kind that came first (RFC 8305, 4).
fn by_turns(addresses: &[IpAddr]) -> impl Iterator<Item = IpAddr> {
    let first_is_v4 = addresses.first().is_some_and(IpAddr::is_ipv4);
    let (first, second): (Vec<IpAddr>, Vec<IpAddr>) = addresses
        .iter()
        .partition(|address| address.is_ipv4() == first_is_v4);
    let rounds = first.len().max(second.len());
    (0..rounds).flat_map(move |round| {
        let turn = [first.get(round).copied(), second.get(round).copied()];
        turn.into_iter().flatten()
    })
}

/// The first connection that is established ("happy eyeballs"): the next address is tried when one
/// has failed, or has not answered for a while. The losers are dropped.
async fn first_of(addresses: &[Admitted]) -> Result<(TcpStream, SocketAddr), Fault> {
    let mut waiting = addresses.iter();
    let mut tries = FuturesUnordered::new();
    let mut failure: Option<Fault> = None;
    loop {
        if let Some(address) = waiting.next() {
            tries.push(open(*address));
        }
        tokio::select! {
            Some(result) = tries.next() => match result {
                Ok(connected) => return Ok(connected),
                Err(fault) => failure = Some(graver(failure, fault)),
            },
            () = tokio::time::sleep(NEXT_ADDRESS), if waiting.len() > 0 => {}
            // Not one address was given.
            else => {}
        }
        if tries.is_empty() && waiting.len() == 0 {
            return Err(failure.unwrap_or_else(|| Fault::new(Cause::Dns, "there is no address")));
        }
    }
}

async fn open(address: Admitted) -> Result<(TcpStream, SocketAddr), Fault> {
    let address = address.address();
    match TcpStream::connect(address).await {
        // Who is at the other end by the kernel's account: this is what the record shows.
        Ok(stream) => match stream.peer_addr() {
            Ok(peer) => Ok((stream, peer)),
            Err(error) => Err(fault::of_connect(&error, address)),
        },
        Err(error) => Err(fault::of_connect(&error, address)),
    }
}

/// Of several failures the one that says most: somebody refused, rather than there is no route.
fn graver(before: Option<Fault>, now: Fault) -> Fault {
    match before {
        Some(before) if now.cause != Cause::Refused || before.cause == Cause::Refused => before,
        _ => now,
    }
}

pub(super) fn micros_since(start: Instant) -> u32 {
    u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_addresses_take_turns() {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        let given: Vec<IpAddr> = ["::1", "::2", "1.1.1.1", "::3"].map(parse).to_vec();
        let turns: Vec<IpAddr> = by_turns(&given).collect();
        assert_eq!(turns, ["::1", "1.1.1.1", "::2", "::3"].map(parse));
    }
}
