//! `bellwire storage`: what takes how much space, and how long it is kept, over the API.

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::target::{Target, print_json, text};
use crate::{
    say,
    table::Table,
    terminal::{faint, strong},
};

/// See what takes how much space, and how long it is kept.
#[derive(Debug, Args)]
pub(super) struct Storage {
    #[command(flatten)]
    target: Target,
}

impl Storage {
    pub(super) fn run(self) -> Result<()> {
        let storage = self.target.client()?.get("/storage")?;
        if self.target.json {
            return print_json(&storage);
        }
        let total = storage["total_bytes"].as_u64().unwrap_or(0);
        say!(
            "{} {}",
            strong(text(&storage, "/store")),
            strong(bytes(total))
        )?;
        match (text(&storage, "/oldest_day"), text(&storage, "/newest_day")) {
            (oldest, _) if oldest.is_empty() => say!("{}", faint("no event yet"))?,
            (oldest, newest) => say!("{}", faint(format!("events from {oldest} to {newest}")))?,
        }
        let mut table = Table::new(&["what", "size", "share", "about", "kept"]);
        for line in storage["lines"].as_array().into_iter().flatten() {
            let what = text(line, "/what");
            let size = line["bytes"].as_u64().unwrap_or(0);
            table.row([
                what.clone(),
                bytes(size),
                share(size, total),
                line["count"].as_u64().map(grouped).unwrap_or_default(),
                kept(&what, &storage["retention"]),
            ]);
        }
        table.print("nothing")?;
        say!(
            "{}",
            faint("Sizes and counts are estimates: an exact answer would read everything.")
        )?;
        Ok(())
    }
}

/// `1.5 GiB`.
fn bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return match unit {
                "B" => format!("{bytes} B"),
                _ => format!("{size:.1} {unit}"),
            };
        }
        size /= 1024.0;
    }
    format!("{size:.1} TiB")
}

fn share(part: u64, total: u64) -> String {
    match total {
        0 => String::new(),
        total => format!("{:.0} %", part as f64 / total as f64 * 100.0),
    }
}

/// `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// How long things of a kind are kept.
fn kept(what: &str, retention: &Value) -> String {
    let age = |key: &str| retention[key].as_u64();
    match what {
        "events" | "deliveries" => age("events_s").map_or_else(|| "for ever".to_owned(), length),
        "payloads" => age("payloads_s").map_or_else(|| "with the event".to_owned(), length),
        "attempts" => age("attempts_s").map_or_else(|| "with the event".to_owned(), length),
        _ => String::new(),
    }
}

/// `90 days`, in the longest unit that divides it.
fn length(seconds: u64) -> String {
    let units = [("day", 86_400), ("hour", 3600), ("minute", 60)];
    let unit = units.iter().find(|(_, unit)| seconds.is_multiple_of(*unit));
    let (name, unit) = unit.copied().unwrap_or(("second", 1));
    match seconds / unit {
        1 => format!("1 {name}"),
        n => format!("{n} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sizes_counts_and_lengths_are_for_people() {
        assert_eq!(
            [bytes(0), bytes(1023), bytes(1536), bytes(3 << 40)],
            ["0 B", "1023 B", "1.5 KiB", "3.0 TiB"]
        );
        assert_eq!(
            [grouped(7), grouped(1234), grouped(1_234_567)],
            ["7", "1 234", "1 234 567"]
        );
        assert_eq!(
            (share(1, 4), share(1, 0)),
            ("25 %".to_owned(), String::new())
        );
        assert_eq!(
            [length(7_776_000), length(3600), length(5400), length(61)],
            ["90 days", "1 hour", "90 minutes", "61 seconds"]
        );
        let retention = json!({"events_s": 7_776_000, "payloads_s": null, "attempts_s": 3600});
        assert_eq!(kept("deliveries", &retention), "90 days");
        assert_eq!(kept("payloads", &retention), "with the event");
        assert_eq!(kept("attempts", &retention), "1 hour");
        assert_eq!(kept("free", &retention), "");
        assert_eq!(kept("events", &json!({"events_s": null})), "for ever");
    }
}
