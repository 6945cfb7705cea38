//! Documents: read and listed. Lists are oldest first.

use std::collections::HashMap;

use bellwire_core::{
    ids::OrganizationId,
    ports::{Bought, ItemFilter, Listed, Window},
    stored::usage::document,
    usage::{Developer, DeveloperPlan, Document, Item, Noun, RatePlan, Stamp},
};
use deadpool_postgres::Object;
use tokio_postgres::{IsolationLevel, Row, types::ToSql};
use uuid::Uuid;

use crate::{
    connect::Conn,
    fault::{Fault, corrupt},
    rows::{Key as _, RowExt as _, text},
};

/// The columns that [`item`] reads.
macro_rules! item_columns {
    () => {
        "i.organization_id, i.noun, i.key, i.parent, i.owner, i.body, i.created_at, i.created_by, \
         i.updated_at, i.updated_by"
    };
}
pub(crate) use item_columns;

/// Of a living organization.
macro_rules! living {
    () => {
        " FROM usage_items i WHERE i.organization_id = $1 \
         AND (SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = $1)"
    };
}

pub(crate) fn item(row: &Row) -> Result<Item, Fault> {
    let code: i16 = row.try_get(1)?;
    Ok(Item {
        organization_id: row.id(0)?,
        noun: Noun::from_code(code).ok_or_else(|| corrupt(format!("{code} is no noun")))?,
        key: row.try_get(2)?,
        parent: row.try_get(3)?,
        owner: row.try_get(4)?,
        body: row.try_get(5)?,
        stamp: Stamp {
            created_at: row.at(6)?,
            created_by: row.try_get(7)?,
            updated_at: row.at(8)?,
            updated_by: row.try_get(9)?,
        },
    })
}

pub(super) async fn one(
    conn: &impl Conn,
    organization_id: OrganizationId,
    noun: Noun,
    key: &str,
) -> Result<Option<Item>, Fault> {
    let row = conn
        .query_opt(
            concat!(
                "SELECT ",
                item_columns!(),
                living!(),
                " AND i.noun = $2 AND i.key = $3"
            ),
            &[&organization_id.uuid(), &noun.code(), &text(key)],
        )
        .await?;
    row.as_ref().map(item).transpose()
}

/// What a list reads, and what it counts: with its own statement for each set of conditions, so that
/// each walks its index. Parameters are numbered in the order of the conditions.
pub(crate) fn list(filter: &ItemFilter) -> (String, String) {
    let mut sql = living!().to_owned();
    sql.push_str(" AND i.noun = $2");
    // An owner has fewer documents than a parent. So that no index of parents is taken for theirs.
    let parent = match filter.owner {
        Some(_) => "coalesce(i.parent, '') = $",
        None => "i.parent = $",
    };
    let mut parameter = 2;
    for (given, before, after) in [
        (filter.parent.is_some(), parent, ""),
        (filter.owner.is_some(), "i.owner = $", ""),
        (filter.text.is_some(), "0 < strpos(i.words, $", ")"),
    ] {
        if given {
            parameter += 1;
            sql.push_str(&format!(" AND {before}{parameter}{after}"));
        }
    }
    let count = format!("SELECT count(*){sql}");
    let (limit, offset) = (parameter + 1, parameter + 2);
    let columns = item_columns!();
    let list = format!(
        "SELECT {columns}{sql} ORDER BY i.created_at, i.key LIMIT ${limit} OFFSET ${offset}"
    );
    (list, count)
}

/// List and count are of one moment.
pub(super) async fn items(
    conn: &mut Object,
    organization_id: OrganizationId,
    filter: &ItemFilter,
    window: Window,
) -> Result<Listed, Fault> {
    let transaction = conn
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let (list, count) = list(filter);
    let (organization, noun) = (organization_id.uuid(), filter.noun.code());
    let sought = filter.text.as_ref().map(|text| text.to_lowercase());
    let texts: Vec<String> = [&filter.parent, &filter.owner, &sought]
        .into_iter()
        .flatten()
        .map(|given| text(given))
        .collect();
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&organization, &noun];
    params.extend(texts.iter().map(|text| text as &(dyn ToSql + Sync)));
    let total: i64 = match transaction.query_opt(&count, &params).await? {
        Some(row) => row.try_get(0)?,
        None => 0,
    };
    let limit = i64::try_from(window.limit).unwrap_or(i64::MAX);
    let offset = i64::try_from(window.offset).unwrap_or(i64::MAX);
    params.extend([&limit as &(dyn ToSql + Sync), &offset]);
    let rows = transaction.query(&list, &params).await?;
    transaction.commit().await?;
    Ok(Listed {
        items: rows.iter().map(item).collect::<Result<_, _>>()?,
        total: total.unsigned_abs(),
    })
}

// All that a row is found by comes with each key: what stands alone would let the planner read all that
// has it once, which is cheap only while a table is empty.
pub(crate) const BY_KEYS: &str = "\
SELECT i.key, i.body
FROM unnest($1::uuid[], $2::smallint[], $3::text[]) AS k (organization_id, noun, key)
JOIN usage_items i
    ON i.organization_id = k.organization_id AND i.noun = k.noun AND i.key = k.key";
pub(crate) const BY_PARENTS: &str = "\
SELECT i.parent, i.key, i.body
FROM unnest($1::uuid[], $2::smallint[], $3::text[]) AS k (organization_id, noun, parent)
JOIN usage_items i
    ON i.organization_id = k.organization_id AND i.noun = k.noun AND i.parent = k.parent
ORDER BY i.parent, i.created_at, i.key";

/// The arguments of those: as many of an organization and of a noun as there are keys.
fn each<D: Document>(organization: Uuid, keys: &[String]) -> (Vec<Uuid>, Vec<i16>) {
    (
        vec![organization; keys.len()],
        vec![D::NOUN.code(); keys.len()],
    )
}

/// Documents by their keys; those that are missing are left out.
pub(super) async fn by_keys<D: Document>(
    conn: &impl Conn,
    organization: Uuid,
    keys: &[String],
) -> Result<HashMap<String, D>, Fault> {
    let (organizations, nouns) = each::<D>(organization, keys);
    let rows = conn
        .query(BY_KEYS, &[&organizations, &nouns, &keys])
        .await?;
    rows.iter()
        .map(|row| {
            let key: String = row.try_get(0)?;
            let found = document(&key, row.try_get(1)?)?;
            Ok((key, found))
        })
        .collect()
}

/// Documents that belong to these, by the key of what they belong to, each list oldest first.
pub(super) async fn by_parents<D: Document>(
    conn: &impl Conn,
    organization: Uuid,
    parents: &[String],
) -> Result<HashMap<String, Vec<D>>, Fault> {
    let (organizations, nouns) = each::<D>(organization, parents);
    let rows = conn
        .query(BY_PARENTS, &[&organizations, &nouns, &parents])
        .await?;
    let mut found: HashMap<String, Vec<D>> = HashMap::new();
    for row in rows {
        let one = document(row.try_get(1)?, row.try_get(2)?)?;
        found.entry(row.try_get(0)?).or_default().push(one);
    }
    Ok(found)
}

/// A developer's plans of one rate plan, keys and bodies, oldest first.
pub(super) async fn of_pair(
    conn: &impl Conn,
    organization: Uuid,
    developer: &str,
    rate_plan: &str,
) -> Result<Vec<(String, String)>, Fault> {
    let rows = conn
        .query(
            "SELECT key, body FROM usage_items
             WHERE organization_id = $1 AND noun = $2 AND owner = $3 AND coalesce(parent, '') = $4
             ORDER BY created_at, key",
            &[
                &organization,
                &Noun::DeveloperPlan.code(),
                &text(developer),
                &text(rate_plan),
            ],
        )
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
}

/// Plans of many pairs, each with the number of its pair, its developer and its rate plan.
pub(crate) const BOUGHT: &str = "\
SELECT p.place, i.key, i.body, i.owner, i.parent
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[]) WITH ORDINALITY
     AS p (organization_id, noun, owner, parent, place)
JOIN usage_items i ON i.organization_id = p.organization_id AND i.noun = p.noun
                      AND i.owner = p.owner AND coalesce(i.parent, '') = p.parent
WHERE (SELECT o.deleted_at IS NULL FROM organizations o WHERE o.id = $5)
ORDER BY p.place, i.created_at, i.key";

pub(super) async fn bought(
    conn: &impl Conn,
    organization_id: OrganizationId,
    pairs: &[(String, String)],
) -> Result<Vec<Vec<Bought>>, Fault> {
    let organization = organization_id.uuid();
    let (owners, parents): (Vec<String>, Vec<String>) = pairs
        .iter()
        .map(|(developer, rate_plan)| (text(developer), text(rate_plan)))
        .unzip();
    let (organizations, nouns) = each::<DeveloperPlan>(organization, &owners);
    let rows = conn
        .query(
            BOUGHT,
            &[&organizations, &nouns, &owners, &parents, &organization],
        )
        .await?;
    let distinct = |column: usize| {
        let mut keys = rows
            .iter()
            .map(|row| row.try_get(column))
            .collect::<Result<Vec<String>, _>>()?;
        keys.sort_unstable();
        keys.dedup();
        Ok::<_, Fault>(keys)
    };
    let developers: HashMap<String, Developer> = by_keys(conn, organization, &distinct(3)?).await?;
    let rate_plans: HashMap<String, RatePlan> = by_keys(conn, organization, &distinct(4)?).await?;
    let mut answers = vec![Vec::new(); pairs.len()];
    for row in &rows {
        let place: i64 = row.try_get(0)?;
        let plan: DeveloperPlan = document(row.try_get(1)?, row.try_get(2)?)?;
        // What was deleted between the reads took its plans along.
        let (Some(developer), Some(rate_plan)) = (
            developers.get(&plan.developer),
            rate_plans.get(&plan.rate_plan),
        ) else {
            continue;
        };
        let answer = usize::try_from(place - 1)
            .ok()
            .and_then(|place| answers.get_mut(place))
            .ok_or_else(|| corrupt(format!("an answer to the question {place}")))?;
        answer.push(Bought {
            plan,
            months: rate_plan.months,
            applications: developer.applications.clone(),
        });
    }
    Ok(answers)
}
