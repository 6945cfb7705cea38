//! A table for a terminal: as wide as its content, cut at the edge of the screen.

use console::{Alignment, measure_text_width, pad_str};

use crate::{say, terminal};

/// Rows under headings.
#[derive(Debug, Clone, Default)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    #[must_use]
    pub fn new(headings: &[&'static str]) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells may carry colours.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The lines of the table, headings first, none wider than `width` columns.
    #[must_use]
    pub fn lines(&self, width: usize) -> Vec<String> {
        let widths: Vec<usize> = self
            .headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| measure_text_width(cell))
                    .chain([heading.len()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let compose = |cells: Vec<String>| {
            let mut line = String::new();
            for (column, cell) in cells.iter().enumerate() {
                let last = column + 1 == cells.len();
                let width = widths.get(column).copied().unwrap_or(0);
                if last {
                    line.push_str(cell);
                } else {
                    line.push_str(&pad_str(cell, width + 2, Alignment::Left, None));
                }
            }
            let line = line.trim_end();
            if measure_text_width(line) > width {
                console::truncate_str(line, width, "…").into_owned()
            } else {
                line.to_owned()
            }
        };
        let headings = self
            .headings
            .iter()
            .map(|heading| terminal::faint(heading.to_uppercase()).to_string())
            .collect();
        std::iter::once(compose(headings))
            .chain(self.rows.iter().cloned().map(compose))
            .collect()
    }

    /// Prints it, or says that there is nothing to show.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn print(&self, nothing: &str) -> std::io::Result<()> {
        if self.rows.is_empty() {
            return say!("{}", terminal::faint(nothing));
        }
        for line in self.lines(terminal::width()) {
            say!("{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_are_cut() {
        let mut table = Table::new(&["id", "name"]);
        table.row(["1".to_owned(), "short".to_owned()]);
        table.row(["22222".to_owned(), "a longer name".to_owned()]);
        let plain: Vec<String> = table
            .lines(14)
            .iter()
            .map(|line| console::strip_ansi_codes(line).into_owned())
            .collect();
        assert_eq!(plain, ["ID     NAME", "1      short", "22222  a long…"]);
    }
}
