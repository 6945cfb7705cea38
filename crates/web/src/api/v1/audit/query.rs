//! Which entries of the audit log, and one page or all of them: what its routes share.

use axum::body::Body;
use bellwire_core::{
    audit::AuditFilter,
    ids::AuditId,
    service::{self, Service},
    time::Time,
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, HeaderValue, header};
use utoipa::IntoParams;

use super::AuditEntry;
use crate::{
    AppState,
    api::v1::shape::List,
    cursor::Binding,
    extract::{Paging, Params, ReadQuery},
    problem::Problem,
};

/// How many entries an export reads at a time.
const CHUNK: usize = 500;
/// The media type of JSON lines.
pub const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

/// Which entries. Everything given must hold.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// By the user, token or link of this id, or by this name.
    #[param(example = "ann@example.com")]
    actor: Option<String>,
    /// Exactly this action; or, ending with a dot, every action of the noun.
    #[param(example = "webhook.")]
    action: Option<String>,
    /// To the thing of this id.
    subject: Option<String>,
    /// At or after this time.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Time>,
    /// Before this time.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Time>,
}

impl ReadQuery for AuditQuery {
    const NAMES: &'static [&'static str] = &["actor", "action", "subject", "since", "until"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let text = |name| params.text(name).map(str::to_owned);
        Ok(Self {
            actor: text("actor"),
            action: text("action"),
            subject: text("subject"),
            since: params.value("since")?,
            until: params.value("until")?,
        })
    }
}

impl AuditQuery {
    fn filter(self) -> AuditFilter {
        AuditFilter {
            organization_id: None,
            actor: self.actor,
            action: self.action,
            subject: self.subject,
            since: self.since,
            until: self.until,
        }
    }
}

/// The same, by pages.
#[derive(Debug, Default)]
pub struct PagedAuditQuery {
    which: AuditQuery,
    paging: Paging,
}

impl ReadQuery for PagedAuditQuery {
    const NAMES: &'static [&'static str] = &[
        "actor", "action", "subject", "since", "until", "limit", "cursor",
    ];

    fn read(params: &Params) -> Result<Self, Problem> {
        Ok(Self {
            which: AuditQuery::read(params)?,
            paging: Paging::read(params)?,
        })
    }
}

/// One page, of an organization or of all.
pub(super) async fn page(
    state: &AppState,
    slug: Option<&str>,
    query: PagedAuditQuery,
) -> Result<List<AuditEntry>, Problem> {
    let filter = query.which.filter();
    let binding = Binding::of(&["audit", &format!("{slug:?} {filter:?}")]);
    let before = binding
        .bytes_after::<16>(&query.paging)?
        .map(AuditId::from_bytes);
    let page = state
        .service
        .audit(slug, filter, before, query.paging.limit())
        .await?;
    let snapshot = state.service.snapshot();
    Ok(List {
        items: page
            .items
            .into_iter()
            .map(|entry| AuditEntry::of(entry, snapshot))
            .collect(),
        next_cursor: page.next.map(|id| binding.encode(id.as_bytes())),
    })
}

/// All of them as JSON lines, newest first. They are read as fast as they are taken. An error on
/// the way breaks the body off, so that what is there of it is not taken for all.
pub(super) async fn export(
    state: &AppState,
    slug: Option<&str>,
    query: AuditQuery,
) -> Result<([(HeaderName, HeaderValue); 2], Body), Problem> {
    let export = Export {
        service: state.service.clone(),
        slug: slug.map(str::to_owned),
        filter: query.filter(),
    };
    // The first chunk is read before anything is answered: what is wrong then has a status.
    let first = export.chunk(None).await?;
    let chunks = stream::try_unfold(Some(Next::Ready(first)), move |next| {
        let export = export.clone();
        async move {
            let (lines, after) = match next {
                None => return Ok::<_, service::Error>(None),
                Some(Next::Ready(chunk)) => chunk,
                Some(Next::After(id)) => export.chunk(Some(id)).await.inspect_err(|error| {
                    tracing::warn!(%error, "an export of the audit log broke off");
                })?,
            };
            Ok(Some((lines, after.map(Next::After))))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, NDJSON),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"audit.ndjson\""),
        ),
    ];
    Ok((headers, Body::from_stream(chunks)))
}

/// Some lines, and the entry that the next ones are before.
type Chunk = (Bytes, Option<AuditId>);

enum Next {
    Ready(Chunk),
    After(AuditId),
}

#[derive(Clone)]
struct Export {
    service: Service,
    slug: Option<String>,
    filter: AuditFilter,
}

impl Export {
    async fn chunk(&self, before: Option<AuditId>) -> Result<Chunk, service::Error> {
        let slug = self.slug.as_deref();
        let page = self
            .service
            .audit(slug, self.filter.clone(), before, CHUNK)
            .await?;
        let mut lines = Vec::new();
        for entry in page.items {
            let entry = AuditEntry::of(entry, self.service.snapshot());
            serde_json::to_writer(&mut lines, &entry)
                .map_err(|error| service::Error::Internal(error.to_string()))?;
            lines.push(b'\n');
        }
        Ok((lines.into(), page.next))
    }
}
