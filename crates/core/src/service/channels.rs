//! Channels: what a form offers to choose from. Events and webhooks may carry others too.

use std::ops::Bound;

use super::{
    Error, STALE_RETRIES, Service,
    audit::ChannelOf,
    validate::{self, Findings, page},
};
use crate::{
    access::Actor,
    matching,
    organization::Channel,
    ports::{self, Page},
    said::Said,
    say,
};

/// The longest kind, in bytes.
pub const MAX_KIND_BYTES: usize = 64;

/// A channel to make.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewChannel {
    /// The key that events and webhooks carry, such as `account:cool`; never changed afterwards.
    pub key: String,
    /// For people; the key, when absent.
    pub label: Option<String>,
    /// What it stands for; what comes before the colon of the key, when absent.
    pub kind: Option<String>,
}

/// What to change of a channel; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelPatch {
    /// For people.
    pub label: Option<String>,
    /// What it stands for.
    pub kind: Option<String>,
}

impl Service {
    /// Makes a channel.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`], [`Error::Conflict`] (`channel_taken`).
    pub async fn create_channel(
        &self,
        slug: &str,
        new: NewChannel,
        by: &Actor,
    ) -> Result<Channel, Error> {
        let organization_id = self.tenant(slug)?.organization.id;
        let now = self.now();
        let kind = new.kind.unwrap_or_else(|| kind_of(&new.key).to_owned());
        let channel = Channel {
            label: new.label.unwrap_or_else(|| new.key.clone()),
            key: new.key,
            kind,
            created_at: now,
            updated_at: now,
        };
        let mut findings = Findings::default();
        findings.check("key", matching::check_channel(&channel.key));
        check(findings, &channel)?;
        let made = ChannelOf(organization_id, &channel);
        let entry = self.entry(by, "channel.created", None, Some(&made));
        match self
            .store()
            .create_channel(organization_id, channel.clone(), entry)
            .await
        {
            Err(ports::Error::Taken(_)) => Err(Error::Conflict {
                code: "channel_taken",
                message: say!(
                    "taken-channel",
                    "there is a channel `{key}` already; change that one, or choose another key",
                    key = channel.key
                ),
            }),
            result => {
                result?;
                self.refresh(organization_id).await?;
                Ok(channel)
            }
        }
    }

    /// Changes label or kind of a channel. When somebody else was faster, it is made again from
    /// what they wrote.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update_channel(
        &self,
        slug: &str,
        key: &str,
        patch: ChannelPatch,
        by: &Actor,
    ) -> Result<Channel, Error> {
        for _ in 0..STALE_RETRIES {
            let tenant = self.tenant(slug)?;
            let stored = tenant.channels.get(key).ok_or(Error::NotFound("channel"))?;
            let mut channel = stored.clone();
            if let Some(label) = &patch.label {
                channel.label.clone_from(label);
            }
            if let Some(kind) = &patch.kind {
                channel.kind.clone_from(kind);
            }
            if channel == *stored {
                return Ok(channel);
            }
            check(Findings::default(), &channel)?;
            channel.updated_at = self.later(stored.updated_at);
            let organization_id = tenant.organization.id;
            let (before, after) = (
                ChannelOf(organization_id, stored),
                ChannelOf(organization_id, &channel),
            );
            let entry = self.entry(by, "channel.updated", Some(&before), Some(&after));
            let changed = self
                .store()
                .update_channel(organization_id, channel.clone(), stored.updated_at, entry)
                .await;
            match changed {
                Ok(()) => {
                    self.refresh(organization_id).await?;
                    return Ok(channel);
                }
                Err(ports::Error::Stale) => self.refresh(organization_id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(ports::Error::Stale.into())
    }

    /// Takes a channel out of what forms offer. Webhooks that listen to it go on listening.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn delete_channel(&self, slug: &str, key: &str, by: &Actor) -> Result<(), Error> {
        let tenant = self.tenant(slug)?;
        let organization_id = tenant.organization.id;
        let stored = tenant.channels.get(key).ok_or(Error::NotFound("channel"))?;
        let before = ChannelOf(organization_id, stored);
        let entry = self.entry(by, "channel.deleted", Some(&before), None);
        self.store()
            .delete_channel(organization_id, key, entry)
            .await?;
        self.refresh(organization_id).await
    }

    /// One channel.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn channel(&self, slug: &str, key: &str) -> Result<Channel, Error> {
        let tenant = self.tenant(slug)?;
        let channel = tenant.channels.get(key).cloned();
        channel.ok_or(Error::NotFound("channel"))
    }

    /// Channels by key, after the key given.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn channels(
        &self,
        slug: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Channel, String>, Error> {
        let tenant = self.tenant(slug)?;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let rest = tenant.channels.range::<str, _>((from, Bound::Unbounded));
        Ok(page(
            rest.map(|(_, channel)| channel.clone()),
            limit,
            |channel| channel.key.clone(),
        ))
    }
}

fn kind_of(key: &str) -> &str {
    match key.split_once(':') {
        Some((kind, _)) if check_kind(kind).is_ok() => kind,
        _ => "channel",
    }
}

fn check(mut findings: Findings, channel: &Channel) -> Result<(), Error> {
    findings.check("label", validate::required_name(&channel.label));
    findings.check("kind", check_kind(&channel.kind));
    findings.finish()
}

fn check_kind(kind: &str) -> Result<(), Said> {
    let right = (1..=MAX_KIND_BYTES).contains(&kind.len())
        && kind
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    right.then_some(()).ok_or_else(|| {
        say!(
            "rule-kind",
            "a kind is one word of 1 to {max} letters, digits, `_`, `-` and `.`, for example \
             `account` or `conference`",
            max = MAX_KIND_BYTES
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_what_comes_before_the_colon() {
        assert_eq!(kind_of("account:cool"), "account");
        assert_eq!(kind_of("a:b:c"), "a");
        assert_eq!(kind_of("lobby"), "channel");
        assert_eq!(kind_of(":x"), "channel");
        assert_eq!(kind_of("é:x"), "channel");
    }

    #[test]
    fn a_kind_is_one_word() {
        assert_eq!(check_kind("conference"), Ok(()));
        for wrong in ["", "two words", "a:b", &"a".repeat(65)] {
            assert!(
                check_kind(wrong).unwrap_err().contains("conference"),
                "{wrong}"
            );
        }
    }
}
