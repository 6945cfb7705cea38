//! Where in a text of a form something is wrong: JSON that is none, and what the rules say of a part
//! of it, with line and column.

use std::collections::HashMap;

use bellwire_core::{said::Said, say, service::FieldError};
use serde_json::value::RawValue;

/// JSON as it was typed; nothing, where nothing was.
///
/// # Errors
/// What is wrong and where.
pub(super) fn read(field: &str, text: &str) -> Result<Option<Box<RawValue>>, FieldError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match RawValue::from_string(text.to_owned()) {
        Ok(raw) => Ok(Some(raw)),
        // serde_json names line and column itself.
        Err(error) => Err(FieldError::new(
            field,
            say!(
                "rule-json",
                "it is not JSON: {error}",
                error = Said::from(error.to_string())
            ),
        )),
    }
}

/// The same error with the line and the column that it speaks of, where that can be told.
pub(super) fn placed(error: FieldError, schema: &str, example: &str) -> FieldError {
    let found = if error.field == "schema" {
        // `it is not a JSON Schema: at /properties/id: …`
        let at = error.message.split("at /").nth(1);
        let pointer = at.and_then(|rest| rest.split(": ").next());
        pointer.and_then(|pointer| place(schema, &pointer.split('/').collect::<Vec<_>>()))
    } else {
        let path = error.field.strip_prefix("example.");
        path.and_then(|path| place(example, &path.split('.').collect::<Vec<_>>()))
    };
    match found {
        None => error,
        Some((line, column)) => FieldError::new(
            error.field,
            say!(
                "rule-place",
                "{message} (line {line}, column {column})",
                message = error.message,
                line,
                column
            ),
        ),
    }
}

/// Line and column, from 1, of what a path leads to.
fn place(text: &str, path: &[&str]) -> Option<(usize, usize)> {
    let text = text.trim();
    let mut raw: &RawValue = serde_json::from_str(text).ok()?;
    for step in path {
        raw = match raw.get().as_bytes().first()? {
            b'{' => {
                let step = step.replace("~1", "/").replace("~0", "~");
                let members: HashMap<String, &RawValue> = serde_json::from_str(raw.get()).ok()?;
                members.get(&step).copied()?
            }
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
                items.get(step.parse::<usize>().ok()?).copied()?
            }
            _ => return None,
        };
    }
    // What was borrowed lies within the text.
    let offset = (raw.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next()?.chars().count() + 1;
    Some((line, column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_says_where() {
        let error = read("schema", "{\n  \"a\": }").unwrap_err();
        assert_eq!(error.field, "schema");
        assert!(
            error.message.contains("line 2 column 8"),
            "{}",
            error.message
        );
        assert!(read("schema", "  ").unwrap().is_none());
        assert_eq!(
            read("example", " {\"a\": 1.50} ").unwrap().unwrap().get(),
            "{\"a\": 1.50}"
        );
    }

    #[test]
    fn a_part_is_found_by_line_and_column() {
        let schema = "{\n  \"properties\": {\n    \"id\": {\"type\": \"strin\"}\n  }\n}";
        let error = FieldError::new(
            "schema",
            "it is not a JSON Schema: at /properties/id/type: \"strin\" is not valid",
        );
        let placed_at = placed(error, schema, "").message;
        assert!(placed_at.ends_with("(line 3, column 20)"), "{placed_at}");
        let error = FieldError::new("example.a.1", "the example does not fit");
        let placed_at = placed(error, "", "{\"a\": [1,\n \"x\"]}").message;
        assert!(placed_at.ends_with("(line 2, column 2)"), "{placed_at}");
        let whole = FieldError::new("example", "the example does not fit");
        assert_eq!(placed(whole.clone(), "", "{}"), whole);
    }
}
