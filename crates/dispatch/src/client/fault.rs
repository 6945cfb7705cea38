//! Why sending failed: the cause the rules look at, and one sentence for who reads the record.

use std::{error::Error as StdError, io, net::SocketAddr};

use bellwire_core::{outcome::Cause, said::Said, say};

use super::tls;

/// An attempt that ended without a status.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) detail: String,
    /// The address it was about, where one was chosen.
    pub(super) address: Option<SocketAddr>,
}

impl Fault {
    pub(super) fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self {
            cause,
            detail: detail.into(),
            address: None,
        }
    }

    pub(super) fn at(mut self, address: SocketAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// Why this host would not be called. Which address a name of somebody's network leads to is not
    /// told to who only asks.
    pub(super) fn said(self, host: &str) -> Said {
        let ip = self.address.map(|address| address.ip().to_string());
        match (self.cause, ip) {
            (Cause::Guard, Some(ip)) if host.trim_matches(['[', ']']) == ip => say!(
                "barred-address",
                "{ip} is not a public address, and webhooks reach public addresses only; whoever \
                 runs this server can allow its network with `delivery.allow_networks`",
                ip
            ),
            (Cause::Guard, _) => say!(
                "barred-name",
                "{host} leads to an address that is not public, and webhooks reach public \
                 addresses only; whoever runs this server can allow its network with \
                 `delivery.allow_networks`",
                host
            ),
            (Cause::Dns, _) => say!(
                "barred-dns",
                "the name {host} does not exist, has no address, or was not found just now",
                host
            ),
            _ => self.detail.into(),
        }
    }
}

/// TCP said no.
pub(super) fn of_connect(error: &io::Error, address: SocketAddr) -> Fault {
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused => Cause::Refused,
        io::ErrorKind::TimedOut => Cause::ConnectTimeout,
        _ => Cause::Unreachable,
    };
    let detail = match cause {
        Cause::Refused => format!("{address} refused the connection"),
        Cause::ConnectTimeout => format!("{address} did not answer to the connection"),
        _ => format!("{address} cannot be reached: {error}"),
    };
    Fault::new(cause, detail).at(address)
}

/// The exchange broke off before there was a head.
pub(super) fn of_exchange(error: &hyper::Error) -> Fault {
    if error.is_parse_too_large() {
        return Fault::new(
            Cause::Malformed,
            "the head of the response is too large: more than 64 KiB or 100 headers",
        );
    }
    if error.is_parse() {
        let detail = format!("what came back is not HTTP: {}", innermost(error));
        return Fault::new(Cause::Malformed, detail);
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        return Fault::new(
            Cause::Reset,
            "the endpoint closed the connection before it answered",
        );
    }
    let mut source = error.source();
    while let Some(inner) = source {
        // A TLS 1.3 server may reject the handshake only after the client thinks it is done.
        if let Some(tls) = inner.downcast_ref::<io::Error>().and_then(tls::inside) {
            return Fault::new(Cause::Tls, tls::in_words(tls));
        }
        if let Some(h2) = inner.downcast_ref::<h2::Error>() {
            return of_h2(h2);
        }
        source = inner.source();
    }
    let detail = format!(
        "the connection broke before an answer came: {}",
        innermost(error)
    );
    Fault::new(Cause::Reset, detail)
}

fn of_h2(error: &h2::Error) -> Fault {
    if error.is_io() || error.is_remote() || error.reason() == Some(h2::Reason::NO_ERROR) {
        let detail = format!("the endpoint ended the HTTP/2 stream: {error}");
        return Fault::new(Cause::Reset, detail);
    }
    let detail = format!("what came back is not proper HTTP/2: {error}");
    Fault::new(Cause::Malformed, detail)
}

/// The error at the bottom says what happened; those above say where.
fn innermost(error: &dyn StdError) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tcp_says_becomes_a_cause() {
        let address = SocketAddr::from(([192, 0, 2, 1], 443));
        for (kind, cause) in [
            (io::ErrorKind::ConnectionRefused, Cause::Refused),
            (io::ErrorKind::TimedOut, Cause::ConnectTimeout),
            (io::ErrorKind::NetworkUnreachable, Cause::Unreachable),
            (io::ErrorKind::HostUnreachable, Cause::Unreachable),
            (io::ErrorKind::PermissionDenied, Cause::Unreachable),
        ] {
            let fault = of_connect(&kind.into(), address);
            assert_eq!(fault.cause, cause);
            assert_eq!(fault.address, Some(address));
            assert!(fault.detail.contains("192.0.2.1:443"), "{}", fault.detail);
        }
    }
}
