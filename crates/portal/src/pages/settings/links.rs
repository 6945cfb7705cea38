//! Portal links: a customer's way in, once, without a user of their own. The URL is shown once.

use askama::Template;
use axum::{extract::State, response::Response};
use bellwire_core::{
    access::Role,
    ids::LinkId,
    service::{DEFAULT_LINK_S, DEFAULT_PORTAL_SESSION_S, NewPortalLink},
    time::Time,
    user::{Link as PortalLink, Purpose},
};
use bellwire_web::{AppState, auth::Manage};

use super::{
    AskPage, OncePage, Server, Tab, Wrong, asked, at, done, field::Field, form::SettingsForm,
    framed, role_name, role_of, roles, shown_once, url,
};
use crate::{
    form::Form,
    frame::{Link, Page},
    html,
    language::Text,
    moment::Moment,
    navigation::Place,
    pages::shown::{Choice, Pill},
    refusal::Refusal,
    visit::{Sent, Visit},
};

/// Links on a page.
const ROWS: usize = 50;
/// Channels that are offered as boxes; more are typed.
const MAX_BOXES: usize = 100;
/// How long a link can be made to work here, in seconds.
const WORKS_S: [u32; 4] = [DEFAULT_LINK_S, 3_600, 8 * 3_600, 86_400];
/// How long the session behind it can be made to last here, in seconds.
const SESSION_S: [u32; 4] = [3_600, DEFAULT_PORTAL_SESSION_S, 86_400, 7 * 86_400];

#[derive(Template)]
#[template(path = "settings/links.html")]
pub(crate) struct LinksPage {
    pub(crate) page: Page,
    pub(crate) tabs: Vec<Link>,
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<String>,
    pub(crate) form: SettingsForm,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) channels: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) pill: Pill,
    pub(crate) made: Moment,
    pub(crate) by: String,
    pub(crate) live: bool,
    pub(crate) path: String,
}

/// What stands in the form.
struct Draft {
    name: String,
    role: String,
    boxes: Vec<String>,
    channels: String,
    works: String,
    session: String,
    origins: String,
}

impl Draft {
    fn blank() -> Self {
        Self {
            name: String::new(),
            role: Role::Editor.as_str().to_owned(),
            boxes: Vec::new(),
            channels: String::new(),
            works: DEFAULT_LINK_S.to_string(),
            session: DEFAULT_PORTAL_SESSION_S.to_string(),
            origins: String::new(),
        }
    }

    fn sent(form: &Form) -> Self {
        Self {
            name: form.text("name").trim().to_owned(),
            role: form.text("role").to_owned(),
            boxes: form.all("known_channels"),
            channels: form.text("channels").to_owned(),
            works: form.text("expires_in_s").to_owned(),
            session: form.text("session_s").to_owned(),
            origins: form.text("embed_origins").to_owned(),
        }
    }

    fn wanted(&self, text: &Text) -> Result<NewPortalLink, Wrong> {
        let one_of = |field, sent: &str, all: [u32; 4]| {
            let number = sent.parse().ok().filter(|number| all.contains(number));
            number.ok_or_else(|| Wrong::field(field, text.t("choose-one")))
        };
        let mut channels = self.boxes.clone();
        // A channel may hold a comma.
        for channel in self.channels.split_whitespace().map(str::to_owned) {
            if !channels.contains(&channel) {
                channels.push(channel);
            }
        }
        Ok(NewPortalLink {
            name: self.name.clone(),
            role: Some(role_of(text, &self.role)?),
            channels,
            expires_in_s: Some(one_of("expires_in_s", &self.works, WORKS_S)?),
            session_s: Some(one_of("session_s", &self.session, SESSION_S)?),
            embed_origins: parts(&self.origins),
        })
    }
}

/// What stands between commas, blanks and line ends.
fn parts(text: &str) -> Vec<String> {
    text.split(|letter: char| letter == ',' || letter.is_whitespace())
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

pub(super) async fn list(State(state): Server, visit: Visit<Manage>) -> Result<Response, Refusal> {
    shown(&state, &visit, &Draft::blank(), &Wrong::nothing()).await
}

/// WNK-2: a customer comes into their portal without a password.
pub(super) async fn create(
    State(state): Server,
    Sent { visit, form }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let draft = Draft::sent(&form);
    let new = match draft.wanted(visit.text()) {
        Ok(new) => new,
        Err(wrong) => return shown(&state, &visit, &draft, &wrong).await,
    };
    let made = state
        .service
        .create_portal_link(visit.slug(), new, visit.by())
        .await;
    match made {
        Ok((link, text)) => Ok(url_page(&state, &visit, &link, &text)),
        Err(error) => shown(&state, &visit, &draft, &Wrong::of(&visit, error)?).await,
    }
}

fn url_page(state: &AppState, visit: &Visit<Manage>, link: &PortalLink, text: &str) -> Response {
    let (page, tabs) = framed(visit, Tab::Links);
    let until = Moment::new(visit.text(), link.expires_at, state.service.now());
    shown_once(&OncePage {
        said: visit
            .text()
            .with("link-once-lead", [("until", until.words.into())]),
        value: url(state, &format!("/enter/{text}")),
        example: None,
        back: at(visit, Tab::Links),
        tabs,
        page,
    })
}

async fn shown(
    state: &AppState,
    visit: &Visit<Manage>,
    draft: &Draft,
    wrong: &Wrong,
) -> Result<Response, Refusal> {
    let before: Option<LinkId> = visit.query.given("before").and_then(|id| id.parse().ok());
    let found = state
        .service
        .portal_links(visit.slug(), before, ROWS)
        .await
        .map_err(|error| visit.refuse(error))?;
    let now = state.service.now();
    let (page, tabs) = framed(visit, Tab::Links);
    let fields = fields(visit, &page, draft);
    let shown = LinksPage {
        rows: found
            .items
            .into_iter()
            .filter_map(|link| row(visit, link, now))
            .collect(),
        next: found
            .next
            .map(|id| format!("{}?before={id}", at(visit, Tab::Links))),
        form: SettingsForm::new(at(visit, Tab::Links), page.t("link-create"), fields, wrong),
        tabs,
        page,
    };
    Ok(html::page(&shown, wrong.status, &shown.page.embedding))
}

fn fields(visit: &Visit<Manage>, page: &Page, draft: &Draft) -> Vec<Field> {
    let text = &page.text;
    let span = |seconds: u32| match seconds {
        0..3_600 => text.with("time-minutes", [("count", (seconds / 60).into())]),
        3_600..86_400 => text.with("time-hours", [("count", (seconds / 3_600).into())]),
        _ => text.with("time-days", [("count", (seconds / 86_400).into())]),
    };
    let spans = |all: [u32; 4], chosen: &str| -> Vec<Choice> {
        all.map(|seconds| Choice::new(&seconds.to_string(), span(seconds), chosen))
            .into()
    };
    let boxes: Vec<Choice> = visit
        .tenant
        .channels
        .values()
        .take(MAX_BOXES)
        .map(|channel| Choice {
            value: channel.key.clone(),
            label: channel.label.clone(),
            hint: match channel.label == channel.key {
                true => String::new(),
                false => channel.key.clone(),
            }
            .into(),
            checked: draft.boxes.contains(&channel.key),
        })
        .collect();
    let mut fields = vec![
        Field::line("name", page.t("link-for"), &draft.name)
            .hint(page.t("link-for-hint"))
            .required(),
        Field::one_of(
            "radio",
            "role",
            page.t("role"),
            roles(text, &[Role::Viewer, Role::Editor], &draft.role),
        ),
    ];
    if !boxes.is_empty() {
        let label = page.t("word-channels");
        fields.push(Field::one_of("boxes", "known_channels", label, boxes));
    }
    fields.extend([
        Field::line("channels", page.t("link-channels"), &draft.channels)
            .hint(page.t("link-channels-hint"))
            .placeholder("account:cool"),
        Field::one_of(
            "select",
            "expires_in_s",
            page.t("link-works"),
            spans(WORKS_S, &draft.works),
        )
        .hint(page.t("link-works-hint")),
        Field::one_of(
            "select",
            "session_s",
            page.t("link-session"),
            spans(SESSION_S, &draft.session),
        ),
        Field::line("embed_origins", page.t("link-origins"), &draft.origins)
            .of_kind("area", "off")
            .hint(page.t("link-origins-hint"))
            .placeholder("https://app.example.com"),
    ]);
    fields
}

fn row(visit: &Visit<Manage>, link: PortalLink, now: Time) -> Option<Row> {
    let text = visit.text();
    let path = format!("{}/{}", at(visit, Tab::Links), link.id);
    let (kind, key) = if link.revoked_at.is_some() {
        ("", "revoked")
    } else if link.used_at.is_some() {
        ("ok", "link-used")
    } else if link.expires_at <= now {
        ("", "ended")
    } else {
        ("info", "link-open")
    };
    let Purpose::Portal(portal) = link.purpose else {
        return None;
    };
    Some(Row {
        name: portal.name,
        role: role_name(text, portal.role),
        channels: portal.channels,
        origins: portal.origins,
        pill: Pill::new(kind, text.t(key)),
        made: Moment::new(text, link.created_at, now),
        by: link.created_by,
        // One that was used may have let somebody in who is still here.
        live: link.revoked_at.is_none() && (link.used_at.is_some() || link.expires_at > now),
        path,
    })
}

pub(super) async fn ask_revoke(visit: Visit<Manage>) -> Result<Response, Refusal> {
    let id: LinkId = visit.id("link")?;
    let page = visit.page().at(Place::Settings);
    Ok(asked(&AskPage {
        action: format!("{}/{id}/revoke", at(&visit, Tab::Links)),
        said: page.t("link-revoke-lead"),
        warning: None,
        wrong: None,
        fields: Vec::new(),
        danger: true,
        confirm: page.t("revoke"),
        back: at(&visit, Tab::Links),
        page: page.clone().titled(page.t("link-revoke-title")),
    }))
}

pub(super) async fn revoke(
    State(state): Server,
    Sent { visit, .. }: Sent<Manage>,
) -> Result<Response, Refusal> {
    let id: LinkId = visit.id("link")?;
    state
        .service
        .revoke_portal_link(visit.slug(), id, visit.by())
        .await
        .map_err(|error| visit.refuse(error))?;
    Ok(done(&visit, Tab::Links, "revoked"))
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn a_list_is_typed_with_commas_blanks_or_lines() {
        assert_eq!(parts(" a:1, b:2\r\nc:3 "), ["a:1", "b:2", "c:3"]);
        assert_eq!(parts(" , "), [""; 0]);
    }
}
