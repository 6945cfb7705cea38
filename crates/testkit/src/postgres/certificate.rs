//! Certificates for servers that offer TLS.

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt as _, chown},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

use super::cluster::unprivileged;

/// A certificate of an authority of its own, in files; removed when this is dropped.
#[derive(Debug)]
pub struct Certificate {
    place: PathBuf,
}

impl Certificate {
    /// For this name.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Relaxed);
        let place = std::env::temp_dir().join(format!(
            "bellwire-certificate-{}-{number}",
            std::process::id()
        ));
        let made = issue(name).expect("a certificate");
        write_certificate(&place, &made).expect("its files");
        Self { place }
    }

    /// The authority, in PEM.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.place.join("ca.pem")
    }

    /// The path of a file, which belongs to the server's user from now on: what it reads must be
    /// its user's, and nobody else's.
    pub(super) fn given(&self, name: &str) -> String {
        let path = self.place.join(name);
        if let Some((user, group)) = unprivileged() {
            chown(&path, Some(user), Some(group)).expect("the server may read it");
        }
        path.display().to_string()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.place);
    }
}

/// Authority, certificate and key, in PEM.
fn issue(name: &str) -> Result<[String; 3], rcgen::Error> {
    let authority_key = rcgen::KeyPair::generate()?;
    let mut authority = rcgen::CertificateParams::new(Vec::new())?;
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key)?;
    let key = rcgen::KeyPair::generate()?;
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let certificate =
        rcgen::CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &issuer)?;
    Ok([root.pem(), certificate.pem(), key.serialize_pem()])
}

fn write_certificate(place: &Path, [root, certificate, key]: &[String; 3]) -> io::Result<()> {
    fs::create_dir_all(place)?;
    for (name, text) in [
        ("ca.pem", root),
        ("server.pem", certificate),
        ("server.key", key),
    ] {
        let path = place.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
