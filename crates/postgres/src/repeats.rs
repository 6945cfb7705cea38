//! Whether a request was accepted before: keys and external ids, as an enqueue looks them up, for a
//! request that would be refused today.

use bellwire_core::{
    ports::{Asked, Repeats},
    stored::receipts,
};

use crate::{
    connect::Conn,
    enqueue::{EXTERNAL_IDS, KEYS, known},
    fault::Fault,
    rows::Key as _,
};

pub(crate) async fn repeats(conn: &impl Conn, asked: &Asked) -> Result<Repeats, Fault> {
    let organization = asked.organization_id;
    let key = asked.key.as_ref().map(|key| receipts::short(&key.key));
    let keys = match key {
        Some(key) => {
            let key: &[u8] = &key;
            conn.query(KEYS, &[&vec![organization.uuid()], &vec![key]])
                .await?
        }
        None => Vec::new(),
    };
    let names: Vec<&[u8]> = asked.ids.iter().map(|(id, _)| id.as_bytes()).collect();
    let organizations = vec![organization.uuid(); names.len()];
    let names = match names.is_empty() {
        true => Vec::new(),
        false => conn.query(EXTERNAL_IDS, &[&organizations, &names]).await?,
    };
    let known = known(&[], &[], &keys, &names)?;
    let oldest = asked.now - asked.idempotency_ttl;
    let answer = asked.key.as_ref().zip(key).and_then(|(asked_key, short)| {
        let answered = known.keys.get(&(organization, short))?;
        let same = answered.fingerprint == asked_key.fingerprint;
        (same && answered.expires_at > asked.now).then(|| answered.receipts.clone())
    });
    let ids = asked
        .ids
        .iter()
        .map(|(id, fingerprint)| {
            known
                .external_ids
                .get(&(organization, id.clone()))
                .is_some_and(|named| {
                    named.created_at > oldest && named.fingerprint.as_ref() == Some(fingerprint)
                })
        })
        .collect();
    Ok(Repeats { answer, ids })
}
