//! Query parameters: unknown, repeated and malformed ones are errors that name the parameter.
//!
//! A misspelt filter that is silently ignored shows everything, which is worse than an error.

use std::{fmt::Display, str::FromStr};

use axum::extract::FromRequestParts;
use bellwire_core::said::Said;
use http::request::Parts;
use url::form_urlencoded;
use utoipa::IntoParams;

use crate::{
    AppState,
    problem::{Code, Problem},
};

/// The parameters of a request, each at most once.
#[derive(Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Takes the query string apart.
    ///
    /// # Errors
    /// `invalid_query` for a parameter that is not among `known`, or given twice.
    pub fn parse(query: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut params: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                let expected = if known.is_empty() {
                    "this route takes none".to_owned()
                } else {
                    format!("expected one of `{}`", known.join("`, `"))
                };
                return Err(wrong(&name, format!("unknown parameter, {expected}")));
            }
            if params.iter().any(|(other, _)| *other == name) {
                return Err(wrong(&name, "given more than once"));
            }
            params.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(params))
    }

    /// The text of a parameter.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// `invalid_query` when it does not parse.
    pub fn value<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|error: T::Err| wrong(name, error.to_string()))
            })
            .transpose()
    }
}

/// The problem of a parameter.
pub fn wrong(name: &str, message: impl Into<Said>) -> Problem {
    Problem::field(Code::InvalidQuery, name, message)
}

/// Reads itself from parameters.
pub trait ReadQuery: Sized {
    /// The names of its parameters.
    const NAMES: &'static [&'static str];

    /// Reads them.
    ///
    /// # Errors
    /// `invalid_query` with the parameter's name.
    fn read(params: &Params) -> Result<Self, Problem>;
}

/// The query of a request.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: ReadQuery> FromRequestParts<AppState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Problem> {
        let params = Params::parse(parts.uri.query().unwrap_or_default(), T::NAMES)?;
        T::read(&params).map(Self)
    }
}

/// No parameters at all.
impl ReadQuery for () {
    const NAMES: &'static [&'static str] = &[];

    fn read(_params: &Params) -> Result<Self, Problem> {
        Ok(())
    }
}

/// The most entries of a page.
pub const MAX_LIMIT: usize = 100;

/// Which page of a list.
#[derive(Debug, Clone, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many entries at most.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<usize>,
    /// Where to go on: `next_cursor` of the page before, with the same filters.
    pub cursor: Option<String>,
}

impl ReadQuery for Paging {
    const NAMES: &'static [&'static str] = &["limit", "cursor"];

    fn read(params: &Params) -> Result<Self, Problem> {
        let limit = params
            .text("limit")
            .map(|text| {
                text.parse()
                    .ok()
                    .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                    .ok_or_else(|| {
                        wrong(
                            "limit",
                            format!("a number from 1 to {MAX_LIMIT} is expected"),
                        )
                    })
            })
            .transpose()?;
        Ok(Self {
            limit,
            cursor: params.text("cursor").map(str::to_owned),
        })
    }
}

/// Entries of a page when none are asked for.
pub const DEFAULT_LIMIT: usize = 50;

impl Paging {
    /// How many entries.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(query: &str) -> (String, String) {
        let problem = Params::parse(query, Paging::NAMES)
            .and_then(|params| Paging::read(&params))
            .unwrap_err();
        assert_eq!(problem.code, Code::InvalidQuery);
        (
            problem.errors[0].field.clone(),
            problem.errors[0].message.to_string(),
        )
    }

    #[test]
    fn a_misspelt_parameter_is_named_with_the_known_ones() {
        assert_eq!(
            refused("limits=3"),
            (
                "limits".to_owned(),
                "unknown parameter, expected one of `limit`, `cursor`".to_owned()
            )
        );
        assert_eq!(refused("limit=1&limit=2").1, "given more than once");
    }

    #[test]
    fn a_limit_is_a_number_within_its_range() {
        for query in ["limit=0", "limit=101", "limit=-1", "limit=ten", "limit="] {
            assert_eq!(refused(query).0, "limit", "{query}");
        }
        let params = Params::parse("limit=7&cursor=a%2Bb", Paging::NAMES).unwrap();
        let paging = Paging::read(&params).unwrap();
        assert_eq!((paging.limit(), paging.cursor.as_deref()), (7, Some("a+b")));
    }
}
