//! Links that work once. The text of a link is its id and a signature over it, so that an altered or
//! invented one is refused without asking the store, and nothing that is stored lets anybody in.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    ids::LinkId,
    ports::LinkUse,
    say,
    service::{Error, Service},
    time::Time,
    user::{Link, Purpose},
};

/// What the text of every link begins with.
pub const LINK_PREFIX: &str = "bwl_";
/// What is signed, so that no other signature of this key is one of a link.
const CONTEXT: &str = "link";
/// How much of the signature is in the text.
const SIGNATURE_BYTES: usize = 16;

impl Service {
    pub(in crate::service) fn link_text(&self, id: LinkId) -> String {
        let mut bytes = id.as_bytes().to_vec();
        let signature = self.keyring().sign(CONTEXT, id.as_bytes());
        bytes.extend_from_slice(&signature[..SIGNATURE_BYTES]);
        format!("{LINK_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The id that a link's text is signed for.
    fn link_id(&self, text: &str) -> Option<LinkId> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text.strip_prefix(LINK_PREFIX)?)
            .ok()?;
        let (id, signature) = bytes.split_first_chunk::<16>()?;
        let right =
            signature.len() == SIGNATURE_BYTES && self.keyring().verifies(CONTEXT, id, signature);
        right.then(|| LinkId::from_bytes(*id))
    }

    /// The link of this text, if it is for this and would work now. It is not used up.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is no link, or is for something else; [`Error::Gone`].
    pub(in crate::service) async fn look_at_link(
        &self,
        text: &str,
        is_for: impl Fn(&Purpose) -> bool,
    ) -> Result<Link, Error> {
        let id = self.link_id(text).ok_or(Error::NotFound("link"))?;
        let link = self.store().link(id).await?;
        let link = link
            .filter(|link| is_for(&link.purpose))
            .ok_or(Error::NotFound("link"))?;
        match state(&link, self.now()) {
            Ok(()) => Ok(link),
            Err(gone) => Err(gone),
        }
    }

    /// Uses a link up. Of all who try, on whichever node, one succeeds.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Gone`].
    pub(in crate::service) async fn use_link(&self, id: LinkId) -> Result<Link, Error> {
        match self.store().use_link(id, self.now()).await? {
            LinkUse::Good(link) => Ok(*link),
            LinkUse::Used => Err(used()),
            LinkUse::Expired => Err(expired()),
            LinkUse::Revoked => Err(revoked()),
            LinkUse::Unknown => Err(Error::NotFound("link")),
        }
    }
}

fn state(link: &Link, now: Time) -> Result<(), Error> {
    if link.revoked_at.is_some() {
        Err(revoked())
    } else if link.used_at.is_some() {
        Err(used())
    } else if now >= link.expires_at {
        Err(expired())
    } else {
        Ok(())
    }
}

fn used() -> Error {
    Error::Gone {
        code: "link_used",
        message: say!(
            "refused-link-used",
            "this link was used before, and works once; ask for a new one"
        ),
    }
}

fn expired() -> Error {
    Error::Gone {
        code: "link_expired",
        message: say!(
            "refused-link-expired",
            "this link has expired; ask for a new one"
        ),
    }
}

fn revoked() -> Error {
    Error::Gone {
        code: "link_revoked",
        message: say!(
            "refused-link-revoked",
            "this link was taken back; ask for a new one"
        ),
    }
}
