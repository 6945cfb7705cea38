//! The live table of the demo: redrawn in place on a terminal, a line for each change elsewhere.

use anyhow::Result;
use console::{Alignment, pad_str};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use super::{MadeHook, SentEvent};
use crate::{
    cli::colour_state,
    say,
    terminal::{self, bad, faint, good, warm},
};

/// One delivery as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The event.
    pub event_id: String,
    /// Its type.
    pub event_type: &'static str,
    /// What is shown of it: its type, or what makes it.
    pub label: String,
    /// What made it; empty where it was posted.
    pub note: String,
    /// The webhook.
    pub webhook_id: String,
    /// The webhook's name.
    pub name: &'static str,
    /// The profile.
    pub profile: &'static str,
    /// The state it should end in.
    pub ends: &'static str,
    /// Where it stands; `none` when there is no such delivery.
    pub state: String,
    /// What each attempt came back with: a status or a cause.
    pub answers: Vec<String>,
    /// Deliveries of this event for this webhook; one, if all is well.
    pub deliveries: usize,
}

impl Row {
    pub(super) fn new(event: &SentEvent, made: &MadeHook) -> Self {
        Self {
            event_id: event.id.clone(),
            event_type: event.planned.event_type,
            label: match event.planned.percent {
                Some(percent) => format!("quota at {percent} %"),
                None => event.planned.event_type.to_owned(),
            },
            note: event.note.clone(),
            webhook_id: made.id.clone(),
            name: made.hook.name,
            profile: made.hook.profile,
            ends: made.hook.ends(),
            state: "none".to_owned(),
            answers: Vec::new(),
            deliveries: 0,
        }
    }

    /// Takes over what the API tells of the event.
    pub(super) fn read(&mut self, event: &Value) {
        let mine = event["deliveries"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|delivery| delivery["webhook_id"] == self.webhook_id.as_str());
        for delivery in mine {
            self.deliveries += 1;
            self.state = delivery["state"].as_str().unwrap_or("none").to_owned();
            self.answers = delivery["attempts"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|attempt| match attempt["status"].as_u64() {
                    Some(status) => status.to_string(),
                    None => attempt["cause"].as_str().unwrap_or("?").to_owned(),
                })
                .collect();
        }
    }

    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !matches!(self.state.as_str(), "pending" | "none")
    }

    fn text(&self) -> String {
        let cell = |text: &str, width| pad_str(text, width, Alignment::Left, None).into_owned();
        let answers: Vec<String> = self
            .answers
            .chunk_by(|a, b| a == b && a.len() > 3)
            .map(|same| {
                let answer = match same {
                    [only] => only.clone(),
                    _ => format!("{} ×{}", same[0], same.len()),
                };
                match answer.as_bytes() {
                    [b'2', _, _] => good(answer).to_string(),
                    [_, _, _] => warm(answer).to_string(),
                    _ => bad(answer).to_string(),
                }
            })
            .collect();
        let state = match self.state.as_str() {
            "none" if self.event_id.is_empty() => faint("not yet").to_string(),
            "none" => faint("accepted").to_string(),
            state => colour_state(state),
        };
        let remark = if self.is_settled() && self.state == "failed" && self.ends == "failed" {
            faint("  as it should be").to_string()
        } else if self.note.is_empty() {
            String::new()
        } else {
            faint(format!("  {}", self.note)).to_string()
        };
        let text = format!(
            "{}{}{}{}{}{remark}",
            cell(self.profile, 13),
            cell(&self.label, 16),
            cell(self.name, 14),
            cell(&state, 10),
            answers.join(&faint(" · ").to_string()),
        );
        console::truncate_str(&text, terminal::width().saturating_sub(3), "…").into_owned()
    }

    /// What stands before a settled row.
    fn mark(&self) -> String {
        if self.state == self.ends {
            good("✓").to_string()
        } else {
            bad("✗").to_string()
        }
    }
}

/// The table on the screen.
pub struct View {
    rows: Vec<Row>,
    /// One for each row, on a terminal.
    bars: Vec<ProgressBar>,
    /// Keeps the rows together.
    screen: MultiProgress,
}

impl View {
    /// Prints the headings and, on a terminal, the rows.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn start(rows: &[Row]) -> Result<Self> {
        let headings = format!(
            "  {:<13}{:<16}{:<14}{:<10}{}",
            "PROFILE", "EVENT", "WEBHOOK", "STATE", "ANSWERS"
        );
        say!("{}", faint(headings))?;
        let screen = MultiProgress::with_draw_target(ProgressDrawTarget::stdout());
        let bars = if terminal::is_terminal() {
            let waiting = ProgressStyle::with_template("{spinner:.yellow} {msg}")?;
            rows.iter()
                .map(|row| {
                    let bar = screen.add(ProgressBar::new_spinner());
                    bar.set_style(waiting.clone());
                    bar.set_message(row.text());
                    bar.enable_steady_tick(std::time::Duration::from_millis(80));
                    bar
                })
                .collect()
        } else {
            Vec::new()
        };
        Ok(Self {
            rows: rows.to_vec(),
            bars,
            screen,
        })
    }

    /// Shows what changed; true when everything is settled.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn update(&mut self, now: &[Row]) -> Result<bool> {
        let settled_style = ProgressStyle::with_template("{prefix} {msg}")?;
        for (index, row) in now.iter().enumerate() {
            if self.rows.get(index) == Some(row) {
                continue;
            }
            match self.bars.get(index) {
                Some(bar) => {
                    if row.is_settled() {
                        bar.set_message(row.text());
                        bar.set_prefix(row.mark());
                        bar.set_style(settled_style.clone());
                        bar.finish();
                    } else {
                        bar.set_message(row.text());
                    }
                }
                None if row.is_settled() => say!("{} {}", row.mark(), row.text())?,
                None if !row.answers.is_empty() => say!("{} {}", warm("…"), row.text())?,
                None => {}
            }
        }
        self.rows = now.to_vec();
        Ok(now.iter().all(Row::is_settled))
    }

    /// Leaves the rows as they stand.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn end(&self) -> Result<()> {
        for bar in &self.bars {
            if !bar.is_finished() {
                bar.abandon();
            }
        }
        // Nothing may be drawn over what is printed from here on.
        self.screen.set_draw_target(ProgressDrawTarget::hidden());
        if !self.bars.is_empty() {
            // The cursor stands at the end of the last row.
            say!("")?;
        }
        Ok(())
    }
}
