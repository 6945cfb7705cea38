//! Beside the stages: inspectors and what arrives at them.
//!
//! Nothing of it is remembered by anybody, so no change is told to other processes: a request may
//! arrive at one node and be looked at on another.

use async_trait::async_trait;
use bytes::Bytes;

use super::Result;
use crate::{
    audit::Entry,
    ids::{InspectedId, InspectorId, OrganizationId},
    inspector::{Inspected, Inspector},
    time::Time,
};

/// Inspectors. Each change by people carries its entry of the audit log, written with it.
#[async_trait]
pub trait Inspectors: Send + Sync {
    /// Stores a new inspector; `false`, and nothing is stored, when there are
    /// [`MAX_ALIKE`](crate::inspector::MAX_ALIKE) with the same channels or
    /// [`MAX_IN_ORGANIZATION`](crate::inspector::MAX_IN_ORGANIZATION) that were used at `since` or
    /// later.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) for the organization.
    async fn create_inspector(
        &self,
        inspector: Inspector,
        since: Time,
        entry: Entry,
    ) -> Result<bool>;

    /// One inspector; `None` when its organization is gone.
    async fn inspector(&self, id: InspectorId) -> Result<Option<Inspector>>;

    /// Those of an organization that were used at `since` or later, newest first.
    async fn inspectors(
        &self,
        organization_id: OrganizationId,
        since: Time,
    ) -> Result<Vec<Inspector>>;

    /// Changes name and answer, and notes the use; `false` when there is none such.
    async fn update_inspector(&self, inspector: Inspector, entry: Entry) -> Result<bool>;

    /// Removes an inspector with what arrived there; `false` when the organization has none such.
    async fn delete_inspector(
        &self,
        organization_id: OrganizationId,
        id: InspectorId,
        entry: Entry,
    ) -> Result<bool>;

    /// Keeps a request, removes the oldest beyond [`MAX_KEPT`](crate::inspector::MAX_KEPT) and
    /// [`MAX_KEPT_BYTES`](crate::inspector::MAX_KEPT_BYTES), and notes the use.
    ///
    /// # Errors
    /// [`Error::NotFound`](super::Error::NotFound) when the inspector or its organization is gone.
    async fn keep_inspected(&self, inspected: Inspected, body: Bytes) -> Result<()>;

    /// What arrived, newest first, before `before` when given.
    async fn list_inspected(
        &self,
        inspector_id: InspectorId,
        before: Option<InspectedId>,
        limit: usize,
    ) -> Result<Vec<Inspected>>;

    /// One request with its body.
    async fn inspected(
        &self,
        inspector_id: InspectorId,
        id: InspectedId,
    ) -> Result<Option<(Inspected, Bytes)>>;

    /// Removes what arrived; how many requests.
    async fn clear_inspected(&self, inspector_id: InspectorId, entry: Entry) -> Result<u64>;

    /// Removes one inspector that was last used before this time, with what arrived there; `false`
    /// when there is none.
    async fn sweep_inspectors(&self, before: Time) -> Result<bool>;
}
