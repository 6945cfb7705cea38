//! What surrounds the content of every page: navigation, organization switcher, user menu, language,
//! light or dark, and the toast of what was just done. Templates see it as `page`.

use crate::{
    assets,
    brand::Brand,
    html::Embedding,
    icons,
    language::{Language, Text},
    look::{Look, Theme},
    navigation::{self, Group, Place, Sights},
};

/// A link with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// What it says.
    pub(crate) label: String,
    /// Where it leads.
    pub(crate) href: String,
    /// It leads here.
    pub(crate) current: bool,
}

/// Who is signed in, and where.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inside {
    /// The slug of the organization.
    pub(crate) slug: String,
    /// Its name.
    pub(crate) organization: String,
    /// All that can be gone to, when there is more than one.
    pub(crate) organizations: Vec<Link>,
    /// Who.
    pub(crate) name: String,
    /// What a form has to show.
    pub(crate) csrf: String,
    /// What of the navigation is theirs.
    pub(crate) sights: Sights,
    /// They came through a portal link.
    pub(crate) link: bool,
    /// Who else is signed in here, on the same browser, and could look at this.
    pub(crate) other: Option<String>,
}

/// What surrounds the content.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The title, also of the window.
    pub(crate) title: String,
    /// The language and words.
    pub(crate) text: Text,
    /// Light or dark.
    pub(crate) theme: Theme,
    /// Path and query of this page.
    pub(crate) here: String,
    /// Who is signed in; `None` where nobody needs to be.
    pub(crate) inside: Option<Inside>,
    /// The navigation.
    pub(crate) groups: Vec<Group>,
    /// What was just done.
    pub(crate) toast: Option<String>,
    /// Who may embed it.
    pub(crate) embedding: Embedding,
    /// The organization's own colour and logo.
    pub(crate) brand: Brand,
}

impl Page {
    /// A page that stands alone.
    pub(crate) fn alone(look: &Look, language: Language) -> Self {
        Self {
            title: String::new(),
            text: Text {
                language,
                profile: String::new(),
            },
            theme: look.theme,
            here: look.here.clone(),
            inside: None,
            groups: Vec::new(),
            toast: None,
            embedding: Embedding::Nobody,
            brand: Brand::default(),
        }
    }

    /// The same page with a title.
    pub(crate) fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same page within the navigation, at a place of it.
    pub(crate) fn at(mut self, place: Place) -> Self {
        if let Some(inside) = &self.inside {
            self.groups = navigation::groups(&self.text, inside, place);
        }
        self
    }

    // What templates ask for.

    /// What a message says.
    pub(crate) fn t(&self, key: &str) -> String {
        self.text.t(key)
    }

    /// An icon, as HTML.
    pub(crate) fn icon(&self, name: &str) -> &'static str {
        icons::icon(name)
    }

    /// The tag of the language.
    pub(crate) fn language(&self) -> &'static str {
        self.text.language.tag()
    }

    /// Every language: tag, name, whether it is this one.
    pub(crate) fn languages(&self) -> Vec<(&'static str, &'static str, bool)> {
        Language::ALL
            .into_iter()
            .map(|other| (other.tag(), other.name(), other == self.text.language))
            .collect()
    }

    /// Every theme: name, what it is called, whether it is this one.
    pub(crate) fn themes(&self) -> Vec<(&'static str, String, bool)> {
        Theme::ALL
            .into_iter()
            .map(|other| {
                let label = match other {
                    Theme::Auto => self.t("theme-auto"),
                    Theme::Light => self.t("theme-light"),
                    Theme::Dark => self.t("theme-dark"),
                };
                (other.as_str(), label, other == self.theme)
            })
            .collect()
    }

    /// The name of the theme.
    pub(crate) fn theme(&self) -> &'static str {
        self.theme.as_str()
    }

    /// Path of the style.
    pub(crate) fn style(&self) -> String {
        assets::STYLE.path()
    }

    /// Path of our script.
    pub(crate) fn script(&self) -> String {
        assets::SCRIPT.path()
    }

    /// Path of htmx.
    pub(crate) fn htmx(&self) -> String {
        assets::HTMX.path()
    }

    /// What a form has to show; empty where nobody is signed in.
    pub(crate) fn csrf(&self) -> &str {
        self.inside.as_ref().map_or("", |inside| &inside.csrf)
    }

    /// A path within the organization.
    pub(crate) fn path(&self, rest: &str) -> String {
        match self.inside.as_ref().map_or("", |inside| &inside.slug) {
            // Above all organizations.
            "" => "/overview".to_owned(),
            slug => format!("/portal/{slug}{rest}"),
        }
    }
}
