//! Who an ID token is about: from the token, and from UserInfo where the token leaves something out
//! (a provider that follows the standard to the letter puts next to nothing into the token of a code).

use bellwire_core::{
    ports::{Claims, IdentityError},
    user::Identity,
};
use serde_json::{Map, Value};

use super::{Options, untrusted};

/// More groups than anybody is in; the rest is not looked at.
const MOST_GROUPS: usize = 10_000;

/// Whether UserInfo may have what the token leaves out.
pub(super) fn wanting(said: &Map<String, Value>, options: &Options) -> bool {
    !said.contains_key("email")
        || !said.contains_key("email_verified")
        || (!options.groups_claim.is_empty() && found(said, &options.groups_claim).is_none())
}

/// Who it is. What the token says wins.
pub(super) fn read(
    said: &Map<String, Value>,
    more: &Map<String, Value>,
    options: &Options,
) -> Result<Claims, IdentityError> {
    let subject = said.get("sub").and_then(Value::as_str).unwrap_or_default();
    if !more.is_empty() && more.get("sub").and_then(Value::as_str) != Some(subject) {
        return Err(untrusted("its UserInfo is about somebody else"));
    }
    // An address and whether it is verified belong together: both from the same place.
    let of_email = if said.contains_key("email") && said.contains_key("email_verified") {
        said
    } else if more.contains_key("email") {
        more
    } else {
        said
    };
    let text = |name: &str| {
        let value = said.get(name).or_else(|| more.get(name));
        value.and_then(Value::as_str).map(str::to_owned)
    };
    let groups = (!options.groups_claim.is_empty())
        .then(|| found(said, &options.groups_claim).or_else(|| found(more, &options.groups_claim)))
        .flatten();
    Ok(Claims {
        identity: Identity {
            issuer: options.issuer.clone(),
            subject: subject.to_owned(),
        },
        email: of_email
            .get("email")
            .and_then(Value::as_str)
            .map(str::to_owned),
        email_verified: of_email.get("email_verified").map(is_true),
        name: text("name").or_else(|| text("preferred_username")),
        groups: groups.map(names).unwrap_or_default(),
    })
}

/// Some providers write `"true"`. Anything else that is not true is no.
fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true) || value.as_str() == Some("true")
}

/// A claim by its name, or by names with dots between them: `realm_access.roles`.
fn found<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    if let Some(value) = claims.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    found(claims.get(first)?.as_object()?, rest)
}

fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(all) => all
            .iter()
            .take(MOST_GROUPS)
            .filter_map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options(groups_claim: &str) -> Options {
        Options {
            issuer: "https://id.example".to_owned(),
            client_id: "bellwire".to_owned(),
            client_secret: String::new(),
            scopes: Vec::new(),
            groups_claim: groups_claim.to_owned(),
            roots: Vec::new(),
            patience: super::super::PATIENCE,
        }
    }

    fn claims(said: &Value, more: &Value, groups_claim: &str) -> Result<Claims, IdentityError> {
        let (said, more) = (said.as_object().unwrap(), more.as_object().unwrap());
        read(said, more, &options(groups_claim))
    }

    #[test]
    fn userinfo_fills_in_what_the_token_leaves_out_and_must_be_about_the_same() {
        let said = json!({"sub": "1", "name": "Ann"});
        let more = json!({"sub": "1", "name": "Other", "email": "ann@example.com",
            "email_verified": true, "groups": ["a", 7, "b"]});
        assert!(wanting(said.as_object().unwrap(), &options("groups")));
        let found = claims(&said, &more, "groups").unwrap();
        assert_eq!(found.name.as_deref(), Some("Ann"));
        assert_eq!(found.email.as_deref(), Some("ann@example.com"));
        assert_eq!(found.email_verified, Some(true));
        assert_eq!(found.groups, ["a", "b"]);
        for other in [json!({"sub": "2"}), json!({"name": "x"})] {
            let error = claims(&said, &other, "groups").unwrap_err();
            assert!(error.to_string().contains("somebody else"), "{error}");
        }
    }

    #[test]
    fn an_address_is_as_verified_as_where_it_was_said() {
        // The address of the token with the word of UserInfo would be a third thing.
        let said = json!({"sub": "1", "email": "victim@example.com"});
        let more = json!({"sub": "1", "email": "me@example.com", "email_verified": true});
        let found = claims(&said, &more, "").unwrap();
        assert_eq!(found.email.as_deref(), Some("me@example.com"));
        let verified = |value: Value| {
            let said = json!({"sub": "1", "email": "a@example.com", "email_verified": value});
            claims(&said, &json!({}), "").unwrap().email_verified
        };
        assert_eq!(verified(json!(true)), Some(true));
        assert_eq!(verified(json!("true")), Some(true));
        for no in [json!(false), json!("false"), json!(1), json!(null)] {
            assert_eq!(verified(no.clone()), Some(false), "{no}");
        }
        let silent = claims(
            &json!({"sub": "1", "email": "a@example.com"}),
            &json!({}),
            "",
        );
        assert_eq!(silent.unwrap().email_verified, None);
    }

    #[test]
    fn groups_are_where_the_operator_says() {
        let said = json!({"sub": "1", "email": "a", "email_verified": true, "one": "ops",
            "https://example.com/groups": ["a"], "realm_access": {"roles": ["b", "c"]}});
        let groups = |name: &str| claims(&said, &json!({}), name).unwrap().groups;
        assert_eq!(groups("https://example.com/groups"), ["a"]);
        assert_eq!(groups("realm_access.roles"), ["b", "c"]);
        assert_eq!(groups("one"), ["ops"]);
        for none in ["", "realm_access", "groups", "one.two"] {
            assert!(groups(none).is_empty(), "{none}");
        }
        assert!(!wanting(
            said.as_object().unwrap(),
            &options("realm_access.roles")
        ));
        assert!(wanting(said.as_object().unwrap(), &options("groups")));
        assert!(!wanting(said.as_object().unwrap(), &options("")));
    }
}
