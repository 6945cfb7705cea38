//! The way to a page: the headings of the menu that it stands under (APG-2, APG-16, APG-17), then the
//! pages above it, then itself.

use crate::frame::{Link, Page};

/// What stands between the levels of a heading of the menu.
const BETWEEN: &str = " › ";

/// The way below the heading of this message. The last of `pages` is the page itself; where there is
/// no heading, a page of the menu needs no way to it.
pub(crate) fn crumbs(page: &Page, heading: &str, pages: &[(String, String)]) -> Vec<Link> {
    let heading = page.t(heading);
    let levels = heading.split(BETWEEN).filter(|level| !level.is_empty());
    let mut crumbs: Vec<Link> = levels
        .map(|level| Link {
            label: level.to_owned(),
            href: String::new(),
            current: false,
        })
        .collect();
    if crumbs.is_empty() && pages.len() < 2 {
        return crumbs;
    }
    let last = pages.len().saturating_sub(1);
    crumbs.extend(pages.iter().enumerate().map(|(index, (label, href))| Link {
        label: label.clone(),
        href: match index == last {
            true => String::new(),
            false => href.clone(),
        },
        current: index == last,
    }));
    crumbs
}
