//! TLS: which certificates are believed, and what went wrong in plain words.

use std::{io, sync::Arc};

use rustls::{
    AlertDescription, CertificateError, ClientConfig, RootCertStore,
    client::Resumption,
    pki_types::{CertificateDer, pem::PemObject},
};

use super::ClientError;

/// Sessions kept for resumption, over all webhooks. A session needs a few hundred bytes.
const SESSIONS: usize = 512;

/// The configuration of every TLS connection, made once.
pub(super) fn config(
    extra_roots: &[String],
    http2: bool,
) -> Result<Arc<ClientConfig>, ClientError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    for (index, pem) in extra_roots.iter().enumerate() {
        let wrong = |reason: String| ClientError::Root { index, reason };
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| wrong(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(wrong("there is no CERTIFICATE block in it".to_owned()));
        }
    }
    // The provider is named, so that nobody's choice of a process-wide default matters.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS);
    config.alpn_protocols = if http2 {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    Ok(Arc::new(config))
}

/// The TLS error inside an I/O error.
pub(super) fn inside(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

/// Why a handshake failed.
pub(super) fn of_handshake(error: &io::Error) -> String {
    match inside(error) {
        Some(tls) => in_words(tls),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            "the endpoint closed the connection during the TLS handshake".to_owned()
        }
        None => format!("the connection broke during the TLS handshake: {error}"),
    }
}

/// A TLS error for people.
pub(super) fn in_words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(error) => certificate(error),
        rustls::Error::AlertReceived(AlertDescription::CertificateRequired) => {
            "the endpoint asks for a client certificate".to_owned()
        }
        rustls::Error::AlertReceived(alert) => {
            format!("the endpoint broke off the TLS handshake: {alert:?}")
        }
        rustls::Error::PeerIncompatible(_) => {
            format!("the endpoint and we have no version or cipher of TLS in common: {error}")
        }
        rustls::Error::InvalidMessage(_) => {
            "what came back is not TLS; is it an http:// endpoint?".to_owned()
        }
        other => format!("the TLS handshake failed: {other}"),
    }
}

fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate of the endpoint has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate of the endpoint is not valid yet".to_owned()
        }
        CertificateError::NotValidForName => {
            "the certificate of the endpoint is for another name".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "the certificate of the endpoint is for another name: for {}, not for {}",
            names(presented),
            expected.to_str(),
        ),
        CertificateError::UnknownIssuer => {
            "the certificate of the endpoint is from an unknown issuer: self-signed, or an \
             intermediate certificate is missing"
                .to_owned()
        }
        CertificateError::Revoked => "the certificate of the endpoint was revoked".to_owned(),
        other => format!("the certificate of the endpoint is not valid: {other}"),
    }
}

/// rustls gives the names of a certificate as `DnsName("a.test")` and `IpAddress(127.0.0.1)`.
fn names(presented: &[String]) -> String {
    let bare = |name: &String| {
        let inner = name
            .split_once('(')
            .map_or(name.as_str(), |(_, inner)| inner);
        inner.trim_end_matches(')').trim_matches('"').to_owned()
    };
    match presented {
        [] => "none".to_owned(),
        names => names.iter().map(bare).collect::<Vec<_>>().join(", "),
    }
}
