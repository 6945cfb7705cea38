//! Exports of Apigee Edge monetization: answers of its API, saved to files.
//!
//! Lenient where the original says more than is needed here, strict where something would be lost.

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use crate::failure::{Exit, Failure};

/// What the files hold.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Export {
    /// Webhooks, in the order of the files.
    pub(super) webhooks: Vec<FormerWebhook>,
    /// Notification conditions, likewise.
    pub(super) conditions: Vec<FormerCondition>,
    /// Lists that are not whole: the file, and what is missing.
    pub(super) cut: Vec<(String, String)>,
}

/// A webhook as it was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormerWebhook {
    /// Its id there; conditions name it.
    pub(super) id: Option<String>,
    /// Its name.
    pub(super) name: Option<String>,
    /// What was called.
    pub(super) url: Option<String>,
    /// Whether it was.
    pub(super) enabled: bool,
}

/// A notification condition as it was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FormerCondition {
    /// Its id there.
    pub(super) id: Option<String>,
    /// Attributes and their values.
    pub(super) attributes: Vec<(String, String)>,
    /// Actions and their values.
    pub(super) actions: Vec<(String, String)>,
}

impl Export {
    /// Reads files.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self> {
        let mut export = Self::default();
        for file in files {
            let text = std::fs::read_to_string(file).map_err(|error| {
                let message = format!("{} cannot be read: {error}", file.display());
                Failure::new(Exit::Usage, message)
            })?;
            export.add(file, &text)?;
        }
        Ok(export)
    }

    fn add(&mut self, file: &Path, text: &str) -> Result<(), Failure> {
        let wrong =
            |message: String| Failure::new(Exit::Usage, format!("{}: {message}", file.display()));
        let value: Value = serde_json::from_str(text)
            .map_err(|error| wrong(format!("this is not JSON: {error}")))?;
        let (webhooks, conditions) = (value.get("webhooks"), value.get("notificationConditions"));
        if webhooks.is_none() && conditions.is_none() {
            return Err(wrong(
                "there are neither `webhooks` nor `notificationConditions`; save the answer of \
                 GET …/webhooks?all=true or GET …/notification-conditions?all=true"
                    .to_owned(),
            ));
        }
        let total = value["totalRecords"].as_u64();
        for (list, what) in [
            (webhooks, "webhooks"),
            (conditions, "notificationConditions"),
        ] {
            let Some(list) = list else { continue };
            let list = list
                .as_array()
                .ok_or_else(|| wrong(format!("`{what}` is no list")))?;
            if let Some(total) = total.filter(|total| *total > list.len() as u64) {
                let held = list.len();
                self.cut.push((
                    file.display().to_string(),
                    format!("it holds {held} of {total} {what}; export them again with ?all=true"),
                ));
            }
            if what == "webhooks" {
                self.webhooks.extend(list.iter().map(webhook));
            } else {
                self.conditions.extend(list.iter().map(condition));
            }
        }
        Ok(())
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn webhook(value: &Value) -> FormerWebhook {
    let enabled = &value["enabled"];
    FormerWebhook {
        id: text(value, "id"),
        name: text(value, "name"),
        url: text(value, "postUrl").or_else(|| text(value, "postURL")),
        enabled: enabled == true || enabled == "true",
    }
}

fn condition(value: &Value) -> FormerCondition {
    let pairs = |list: &str, name: &str| {
        let list = value.get(list).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .map(|one| {
                let part = |name| text(one, name).unwrap_or_default();
                (part(name), part("value"))
            })
            .collect()
    };
    FormerCondition {
        id: text(value, "id"),
        attributes: pairs("notificationCondition", "attribute"),
        actions: pairs("actions", "actionAttribute"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Export, Failure> {
        let mut export = Export::default();
        export.add(Path::new("export.json"), text)?;
        Ok(export)
    }

    #[test]
    fn answers_of_the_original_are_read() {
        let export = read(
            r#"{"totalRecords":1,"webhooks":[{"created":1,"createdBy":"a@b.example",
                "enabled":"true","id":"w","name":"callback1","postUrl":"https://e.example/1",
                "updated":1,"updatedBy":"a@b.example","more":{}}]}"#,
        )
        .unwrap();
        assert_eq!(
            export.webhooks,
            [FormerWebhook {
                id: Some("w".to_owned()),
                name: Some("callback1".to_owned()),
                url: Some("https://e.example/1".to_owned()),
                enabled: true,
            }]
        );
        let export = read(
            r#"{"notificationConditions":[{"id":"c","notificationCondition":[
                {"id":"1","attribute":"RATEPLAN","value":"p"}],
                "actions":[{"actionAttribute":"WEBHOOK","value":"w"}]}],"totalRecords":1}"#,
        )
        .unwrap();
        let condition = &export.conditions[0];
        assert_eq!(condition.attributes, [("RATEPLAN".into(), "p".into())]);
        assert_eq!(condition.actions, [("WEBHOOK".into(), "w".into())]);
        assert!(export.cut.is_empty());
    }

    #[test]
    fn a_list_that_was_cut_is_noticed() {
        let export = read(r#"{"totalRecords":45,"webhooks":[{}]}"#).unwrap();
        assert!(export.cut[0].1.contains("1 of 45 webhooks"));
    }

    #[test]
    fn what_is_no_export_says_what_one_is() {
        for text in ["{}", "[]", "null", r#"{"webhooks":{}}"#, "{"] {
            let failure = read(text).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage);
            assert!(failure.message.starts_with("export.json: "), "{text}");
        }
    }
}
