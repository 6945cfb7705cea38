//! Certificates for the receiver: a root of its own, and below it a good one or a bad one.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// What the receiver's certificate is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// For `localhost`, `hooks.test`, `*.hooks.test` and `127.0.0.1`, signed by the receiver's root.
    Valid,
    /// The same, but past its end.
    Expired,
    /// The same, but before its beginning.
    NotYetValid,
    /// For another name.
    WrongName,
}

/// A certificate with its root, ready to accept connections.
pub struct TlsSetup {
    root_pem: String,
    acceptor: TlsAcceptor,
}

impl std::fmt::Debug for TlsSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsSetup").finish_non_exhaustive()
    }
}

impl TlsSetup {
    /// Makes root and certificate, offering these ALPN protocols.
    ///
    /// # Panics
    /// When a certificate cannot be made, which is a defect of this file.
    #[must_use]
    pub fn new(identity: Identity, alpn: &[&[u8]]) -> Self {
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name
            .push(DnType::CommonName, "Root of a test");
        let root = CertifiedIssuer::self_signed(root, KeyPair::generate().expect("a key"))
            .expect("a root signs itself");

        let names: &[&str] = match identity {
            Identity::WrongName => &["elsewhere.test"],
            _ => &["localhost", "hooks.test", "*.hooks.test", "127.0.0.1"],
        };
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut leaf = CertificateParams::new(names).expect("valid names");
        (leaf.not_before, leaf.not_after) = match identity {
            Identity::Expired => (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1)),
            Identity::NotYetValid => (date_time_ymd(2900, 1, 1), date_time_ymd(2901, 1, 1)),
            _ => (date_time_ymd(2020, 1, 1), date_time_ymd(2900, 1, 1)),
        };
        let key = KeyPair::generate().expect("a key");
        let leaf = leaf.signed_by(&key, &root).expect("the root signs");

        // The provider is named: the process may have another default, or none.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .expect("key and certificate belong together");
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        Self {
            root_pem: root.pem(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    /// The root as PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        &self.root_pem
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}
