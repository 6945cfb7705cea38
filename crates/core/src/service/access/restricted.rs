//! Those who came through a link for some channels: what they see, and what they may give a webhook.
//! The rules are [`Access::sees`] for webhooks, and for deliveries by their webhook;
//! [`Access::shows`] for events. What is not seen does not exist.

use crate::{
    access::Access,
    ids::{DeliveryId, EventId},
    ports::Corner,
    say,
    service::{Error, FieldError, Service},
    snapshot::Tenant,
};

impl Service {
    /// What a list of events is to show somebody; `None` for everything.
    #[must_use]
    pub fn corner(&self, tenant: &Tenant, access: &Access) -> Option<Corner> {
        (!access.channels.is_empty()).then(|| Corner {
            channels: access.channels.clone(),
            webhooks: tenant
                .routes
                .iter()
                .map(|route| &route.webhook)
                .filter(|webhook| access.sees(webhook))
                .map(|webhook| webhook.id)
                .collect(),
        })
    }

    /// Whether somebody sees an event. Asks the store only about those who do not see all.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they do not.
    pub async fn check_event(
        &self,
        tenant: &Tenant,
        id: EventId,
        access: &Access,
    ) -> Result<(), Error> {
        if access.channels.is_empty() {
            return Ok(());
        }
        let detail = self.store().event(tenant.organization.id, id).await?;
        detail
            .filter(|detail| access.shows(&detail.event.event_type, &detail.event.channels))
            .map(|_| ())
            .ok_or(Error::NotFound("event"))
    }

    /// Whether somebody sees a delivery and what it carries: the webhook may have become theirs after
    /// the event was sent to it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they do not.
    pub async fn check_resend(
        &self,
        tenant: &Tenant,
        id: DeliveryId,
        access: &Access,
    ) -> Result<(), Error> {
        self.check_delivery(tenant, id, access).await?;
        if access.channels.is_empty() {
            return Ok(());
        }
        let delivery = self.store().delivery(tenant.organization.id, id).await?;
        let event = delivery.ok_or(Error::NotFound("delivery"))?.event_id;
        self.check_event(tenant, event, access).await
    }

    /// Whether somebody sees a delivery. Asks the store only about those who do not see all.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they do not.
    pub async fn check_delivery(
        &self,
        tenant: &Tenant,
        id: DeliveryId,
        access: &Access,
    ) -> Result<(), Error> {
        if access.channels.is_empty() {
            return Ok(());
        }
        let organization_id = tenant.organization.id;
        let delivery = self.store().delivery(organization_id, id).await?;
        let webhook = match delivery {
            Some(of) => self.store().webhook(organization_id, of.webhook_id).await?,
            None => None,
        };
        webhook
            .filter(|webhook| access.sees(webhook))
            .map(|_| ())
            .ok_or(Error::NotFound("delivery"))
    }
}

/// Whether somebody may have a webhook listen to these channels. Who is restricted to some may not
/// listen to all, nor to others.
///
/// # Errors
/// [`Error::Invalid`] names each channel that is not theirs.
pub fn check_channels(access: &Access, channels: &[String]) -> Result<(), Error> {
    if access.channels.is_empty() {
        return Ok(());
    }
    let yours = || {
        let names: Vec<String> = access
            .channels
            .iter()
            .map(|key| format!("`{key}`"))
            .collect();
        names.join(", ")
    };
    if channels.is_empty() {
        let message = say!(
            "rule-name-channels",
            "name the channels that it is to listen to, of yours: {yours}; without any it would \
             listen to all",
            yours = yours()
        );
        return Err(Error::Invalid(vec![FieldError::new("channels", message)]));
    }
    let errors: Vec<FieldError> = channels
        .iter()
        .enumerate()
        .filter(|(_, channel)| !access.channels.contains(channel))
        .map(|(index, _)| {
            let message = say!(
                "rule-not-yours",
                "this channel is not yours; yours are {yours}",
                yours = yours()
            );
            FieldError::new(format!("channels[{index}]"), message)
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(channels: &[&str]) -> Vec<String> {
        channels.iter().map(|&channel| channel.to_owned()).collect()
    }

    #[test]
    fn who_is_restricted_listens_to_their_own_channels_and_to_some() {
        let access = Access {
            portal: true,
            channels: texts(&["account:a", "account:b"]),
            ..Access::default()
        };
        let wrong = |channels: &[&str]| match check_channels(&access, &texts(channels)) {
            Err(Error::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        };
        assert!(check_channels(&access, &texts(&["account:b"])).is_ok());
        assert_eq!(wrong(&[])[0].field, "channels");
        let errors = wrong(&["account:a", "account:c"]);
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "channels[1]");
        assert!(
            errors[0]
                .message
                .contains("yours are `account:a`, `account:b`")
        );
        assert!(!errors[0].message.contains("account:c"));
        assert!(check_channels(&Access::everything(), &[]).is_ok());
    }
}
