//! `bellwire config`: what is in force, and from where. The output is a configuration file itself,
//! but for the secrets, which are masked.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use toml::Value;

use super::ConfigArgs;
use crate::{
    config::{Origin, Setting},
    say,
    terminal::{accent, faint, good, strong},
};

/// Print the configuration in force, and where each value comes from.
#[derive(Debug, Args)]
pub(super) struct ConfigCommand {
    #[command(flatten)]
    config: ConfigArgs,
    /// One JSON object a line: key, value, origin, variable
    #[arg(long)]
    json: bool,
}

impl ConfigCommand {
    pub(super) fn run(self) -> Result<()> {
        let loaded = self.config.load()?;
        let width = loaded
            .values
            .iter()
            .map(|(setting, value, _)| name(setting).len() + shown(setting, value).len() + 3)
            .filter(|width| *width <= 48)
            .max()
            .unwrap_or(0);
        let mut section = "";
        for (setting, value, origin) in &loaded.values {
            let shown = shown(setting, value);
            if self.json {
                let line = json!({
                    "key": setting.key,
                    "value": if setting.secret { json!(shown) } else { json!(value) },
                    "origin": origin.to_string(),
                    "variable": setting.variable(),
                });
                say!("{line}")?;
                continue;
            }
            let (here, name) = setting.key.split_once('.').unwrap_or_default();
            if here != section {
                if !section.is_empty() {
                    say!("")?;
                }
                say!("{}", strong(format!("[{here}]")))?;
                section = here;
            }
            let fill = " ".repeat(width.saturating_sub(name.len() + shown.len() + 3));
            let origin = match origin {
                Origin::Default => faint(format!("# {origin}")),
                _ => accent(format!("# {origin}")),
            };
            say!("{name} = {}{fill}  {origin}", good(shown))?;
        }
        Ok(())
    }
}

fn name(setting: &Setting) -> &'static str {
    setting
        .key
        .split_once('.')
        .map_or(setting.key, |(_, name)| name)
}

/// The value as TOML; each secret of a list masked.
fn shown(setting: &Setting, value: &Value) -> String {
    match value {
        Value::Array(items) if setting.secret => {
            let masked = vec!["\"••••••••\""; items.len()];
            format!("[{}]", masked.join(", "))
        }
        Value::String(text) if setting.secret && !text.is_empty() => "\"••••••••\"".to_owned(),
        _ => value.to_string(),
    }
}
