//! Documents: made, changed and deleted, each within the lock of its organization.

use bellwire_core::{
    audit::Entry,
    ids::OrganizationId,
    ports::Error,
    stored::usage::{apart, still_has, words},
    time::Time,
    usage::{Item, Noun},
};
use tokio::time::Instant;
use uuid::Uuid;

use super::list::of_pair;
use crate::{
    audit, changes,
    connect::Conn,
    fault::Fault,
    rows::{Key as _, text},
    shared::Shared,
};

/// A document's row by its key.
pub(crate) const ONE: &str =
    "SELECT updated_at FROM usage_items WHERE organization_id = $1 AND noun = $2 AND key = $3";

/// When a document was last changed; `None` when there is none.
async fn find(
    conn: &impl Conn,
    organization: Uuid,
    noun: Noun,
    key: &str,
) -> Result<Option<i64>, Fault> {
    let row = conn
        .query_opt(ONE, &[&organization, &noun.code(), &text(key)])
        .await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// Sees that a developer's plan lies over no other one.
async fn check_apart(conn: &impl Conn, organization: Uuid, item: &Item) -> Result<(), Fault> {
    if let (Noun::DeveloperPlan, Some(parent), Some(owner)) = (item.noun, &item.parent, &item.owner)
    {
        let others = of_pair(conn, organization, owner, parent).await?;
        apart(
            item,
            others
                .iter()
                .map(|(key, body)| (key.as_str(), body.as_str())),
        )?;
    }
    Ok(())
}

pub(super) async fn create(shared: &Shared, item: &Item, entry: &Entry) -> Result<(), Fault> {
    let began = Instant::now();
    let organization = item.organization_id.uuid();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, item.organization_id).await?;
    let there = find(&transaction, organization, item.noun, &item.key).await?;
    if there.is_some() {
        return Err(Error::Taken("key").into());
    }
    for (noun, key) in [
        (item.noun.parent(), &item.parent),
        (item.noun.owner(), &item.owner),
    ] {
        let Some(noun) = noun else { continue };
        let found = match key {
            Some(key) => find(&transaction, organization, noun, key).await?,
            None => None,
        };
        if found.is_none() {
            return Err(Error::NotFound(noun.as_str()).into());
        }
    }
    check_apart(&transaction, organization, item).await?;
    transaction
        .execute(
            "INSERT INTO usage_items (organization_id, noun, key, parent, owner, body, words,
                                      created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                &organization,
                &item.noun.code(),
                &text(&item.key),
                &item.parent.as_deref().map(text),
                &item.owner.as_deref().map(text),
                &text(&item.body),
                &text(&words(item)),
                &item.stamp.created_at.as_micros(),
                &text(&item.stamp.created_by),
                &item.stamp.updated_at.as_micros(),
                &text(&item.stamp.updated_by),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await
}

pub(super) async fn update(
    shared: &Shared,
    item: &Item,
    former: Time,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let organization = item.organization_id.uuid();
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    changes::open(&transaction, item.organization_id).await?;
    match find(&transaction, organization, item.noun, &item.key).await? {
        Some(updated_at) if updated_at == former.as_micros() => {}
        Some(_) => return Err(Error::Stale.into()),
        None => return Err(Error::NotFound(item.noun.as_str()).into()),
    }
    check_apart(&transaction, organization, item).await?;
    transaction
        .execute(
            "UPDATE usage_items SET body = $4, words = $5, updated_at = $6, updated_by = $7
             WHERE organization_id = $1 AND noun = $2 AND key = $3",
            &[
                &organization,
                &item.noun.code(),
                &text(&item.key),
                &text(&item.body),
                &text(&words(item)),
                &item.stamp.updated_at.as_micros(),
                &text(&item.stamp.updated_by),
            ],
        )
        .await?;
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await
}

pub(super) async fn delete(
    shared: &Shared,
    organization_id: OrganizationId,
    noun: Noun,
    key: &str,
    entry: &Entry,
) -> Result<(), Fault> {
    let began = Instant::now();
    let not_found = || Error::NotFound(noun.as_str());
    let (organization, key) = (organization_id.uuid(), text(key));
    let mut client = shared.worker().await?;
    let transaction = client.transaction().await?;
    match changes::open(&transaction, organization_id).await {
        Err(Fault::Rule(Error::NotFound(_))) => return Err(not_found().into()),
        opened => opened?,
    }
    find(&transaction, organization, noun, &key)
        .await?
        .ok_or_else(not_found)?;
    let children = |child: &&Noun| child.parent() == Some(noun) && !child.goes_with_parent();
    for child in Noun::ALL.iter().filter(children) {
        let there = transaction
            .query_opt(
                "SELECT 1 FROM usage_items
                 WHERE organization_id = $1 AND noun = $2 AND parent = $3 LIMIT 1",
                &[&organization, &child.code(), &key],
            )
            .await?;
        if there.is_some() {
            return Err(still_has(noun, *child).into());
        }
    }
    let mut gone: Vec<(Noun, String)> = vec![(noun, key.clone())];
    for child in Noun::ALL {
        for (column, goes) in [
            (
                "parent",
                child.parent() == Some(noun) && child.goes_with_parent(),
            ),
            ("owner", child.owner() == Some(noun)),
        ] {
            if goes {
                let sql = format!(
                    "DELETE FROM usage_items
                     WHERE organization_id = $1 AND noun = $2 AND {column} = $3 RETURNING key"
                );
                let rows = transaction
                    .query(&sql, &[&organization, &child.code(), &key])
                    .await?;
                for row in rows {
                    gone.push((child, row.try_get(0)?));
                }
            }
        }
    }
    transaction
        .execute(
            "DELETE FROM usage_items WHERE organization_id = $1 AND noun = $2 AND key = $3",
            &[&organization, &noun.code(), &key],
        )
        .await?;
    let plans: Vec<Uuid> = gone
        .iter()
        .filter(|(noun, _)| *noun == Noun::DeveloperPlan)
        .filter_map(|(_, key)| Uuid::parse_str(key).ok())
        .collect();
    if !plans.is_empty() {
        transaction
            .execute(
                "DELETE FROM usage_counters WHERE organization_id = $1 AND plan_id = ANY($2)",
                &[&organization, &plans],
            )
            .await?;
    }
    audit::write(&transaction, entry).await?;
    shared.commit(transaction, began).await
}
