//! A JSON Schema as a table of fields, for those who do not read schemas. What it cannot say (choices
//! between whole shapes, patterns) is in the schema itself, which stands below the table.

use std::fmt::Write as _;

use serde_json::Value;

/// A field of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// Where it is: `guest.email`, `items[].price`.
    pub(crate) path: String,
    /// `string`, `array of object`, `date-time`.
    pub(crate) kind: String,
    /// Whether data without it are refused.
    pub(crate) required: bool,
    /// What it means, and which values it may have.
    pub(crate) description: String,
}

/// Fields of a table; more than anybody reads.
const MAX_FIELDS: usize = 200;
/// Levels that are walked down. A schema may refer to itself.
const MAX_LEVELS: usize = 6;
/// Values that are named where only some are allowed.
const MAX_VALUES: usize = 8;

/// The fields of a schema, in its own order of names.
pub(super) fn of(schema: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    if let Ok(root) = serde_json::from_str::<Value>(schema) {
        walk(&root, &root, "", MAX_LEVELS, &mut fields);
    }
    fields
}

fn walk(root: &Value, schema: &Value, at: &str, levels: usize, fields: &mut Vec<Field>) {
    let schema = resolved(root, schema);
    if levels == 0 {
        return;
    }
    if let Some(items) = schema.get("items") {
        return walk(root, items, &format!("{at}[]"), levels - 1, fields);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required: Vec<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for (name, property) in properties {
        if fields.len() == MAX_FIELDS {
            return;
        }
        let path = match at {
            "" => name.clone(),
            at => format!("{at}.{name}"),
        };
        let meant = resolved(root, property);
        fields.push(Field {
            kind: kind(root, meant),
            required: required.contains(&name.as_str()),
            description: described(property, meant),
            path: path.clone(),
        });
        walk(root, meant, &path, levels - 1, fields);
    }
}

/// What a reference refers to within the schema; anything else as it is.
fn resolved<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    let target = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    target.and_then(|to| root.pointer(to)).unwrap_or(schema)
}

fn kind(root: &Value, schema: &Value) -> String {
    let named = match &schema["type"] {
        Value::String(one) => one.clone(),
        Value::Array(several) => {
            let several = several.iter().filter_map(Value::as_str);
            several.collect::<Vec<_>>().join(" | ")
        }
        _ if schema.get("properties").is_some() => "object".to_owned(),
        _ if schema.get("items").is_some() => "array".to_owned(),
        _ => String::new(),
    };
    match (
        named.as_str(),
        schema["format"].as_str(),
        schema.get("items"),
    ) {
        ("array", _, Some(items)) => {
            let of = kind(root, resolved(root, items));
            match of.as_str() {
                "" => named,
                of => format!("array of {of}"),
            }
        }
        (_, Some(format), _) => format!("{named} ({format})"),
        _ => named,
    }
}

fn described(property: &Value, meant: &Value) -> String {
    let said = [property, meant]
        .iter()
        .find_map(|schema| schema["description"].as_str().or(schema["title"].as_str()));
    let mut text = said.unwrap_or_default().to_owned();
    if let Some(values) = meant["enum"].as_array() {
        let named: Vec<String> = values
            .iter()
            .take(MAX_VALUES)
            .map(|value| {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect();
        let more = if values.len() > MAX_VALUES {
            " …"
        } else {
            ""
        };
        let blank = if text.is_empty() { "" } else { " " };
        // Writing to a String never fails.
        let _ = write!(text, "{blank}({}{more})", named.join(" | "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_a_table_of_its_fields() {
        let fields = of(r##"{
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "description": "Ours."},
                "guest": {"$ref": "#/$defs/guest"},
                "items": {"type": "array", "items": {"properties": {"price": {"type": ["number", "null"]}}}},
                "state": {"enum": ["new", "paid"], "title": "Where it stands."}
            },
            "$defs": {"guest": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}}}
        }"##);
        let told = |path: &str| {
            let found = fields.iter().find(|field| field.path == path).unwrap();
            (
                found.kind.as_str(),
                found.required,
                found.description.as_str(),
            )
        };
        assert_eq!(told("id"), ("integer", true, "Ours."));
        assert_eq!(told("guest"), ("object", false, ""));
        assert_eq!(told("guest.at"), ("string (date-time)", false, ""));
        assert_eq!(told("items"), ("array of object", false, ""));
        assert_eq!(told("items[].price"), ("number | null", false, ""));
        assert_eq!(told("state"), ("", false, "Where it stands. (new | paid)"));
        assert_eq!(fields.len(), 6);
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let fields = of(r##"{"properties": {"next": {"$ref": "#"}, "a": {}}}"##);
        assert!(fields.len() < 20, "{}", fields.len());
        assert_eq!(of("true"), []);
        assert_eq!(of("nonsense"), []);
    }
}
