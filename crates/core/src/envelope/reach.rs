//! How far a program reaches into the event's data, read off its syntax tree.
//!
//! Most programs put `.data` somewhere and never look at it. For those the data need not become a
//! tree of values: it rides through jaq as one opaque value and is copied into the body as it was
//! written. The answer errs on one side only: when in doubt, the program reaches [`Reach::Inside`].
//! A test holds every answer equal to running over the whole tree.

use jaq_core::{
    load::{
        lex::StrPart,
        parse::{BinaryOp, Pattern, Term},
    },
    ops::Math,
    path::{Opt, Part},
};

use super::template::{Field, literal};

/// How far a program reaches into `.data`. The later, the further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// It places all of it, or none.
    Placed,
    /// It places all of it, or members of it by name (`.data.id`).
    Members,
    /// It may look anywhere.
    Inside,
}

impl Reach {
    /// The reach of a program.
    pub(super) fn of(program: &str) -> Self {
        jaq_core::load::parse(program, |parser| parser.term())
            .map_or(Self::Inside, |term| placed(&term))
    }
}

/// Of a term whose values become part of the output without being looked at.
fn placed(term: &Term<&str>) -> Reach {
    match term {
        Term::Path(start, path) if matches!(**start, Term::Id) => match &*path.0 {
            [(Part::Index(key), Opt::Essential)] if is_data(key) => Reach::Placed,
            [
                (Part::Index(key), Opt::Essential),
                (Part::Index(member), Opt::Essential),
            ] if is_data(key) && literal(member).is_some() => Reach::Members,
            _ => seen(term),
        },
        Term::Obj(entries) => furthest(entries.iter().map(|(key, value)| match value {
            Some(value) => seen(key).max(placed(value)),
            None if is_data(key) => Reach::Placed,
            None => seen_shorthand(key),
        })),
        Term::Arr(Some(values)) => placed(values),
        Term::BinOp(left, BinaryOp::Comma, right) => placed(left).max(placed(right)),
        // A variable can end up anywhere, so what it is bound to counts as seen.
        Term::BinOp(left, BinaryOp::Pipe(Some(pattern)), right) => {
            seen(left).max(seen_pattern(pattern)).max(placed(right))
        }
        Term::BinOp(left, BinaryOp::Math(Math::Add), right)
            if is_object(left) && is_object(right) =>
        {
            placed(left).max(placed(right))
        }
        Term::IfThenElse(branches, Some(otherwise)) => furthest(
            branches
                .iter()
                .map(|(condition, value)| seen(condition).max(placed(value))),
        )
        .max(placed(otherwise)),
        term => seen(term),
    }
}

/// Of a term whose values may be looked at: [`Reach::Placed`] when data has no part in them, and
/// [`Reach::Inside`] when it may have.
fn seen(term: &Term<&str>) -> Reach {
    match term {
        Term::Num(_) | Term::Var(_) | Term::Break(_) | Term::Arr(None) => Reach::Placed,
        Term::Str(_, parts) => furthest(parts.iter().map(|part| match part {
            StrPart::Term(term) => seen(term),
            StrPart::Str(_) | StrPart::Char(_) => Reach::Placed,
        })),
        Term::Arr(Some(term)) | Term::Neg(term) | Term::Label(_, term) => seen(term),
        Term::Obj(entries) => furthest(entries.iter().map(|(key, value)| match value {
            Some(value) => seen(key).max(seen(value)),
            None => seen_shorthand(key),
        })),
        // What follows a pipe sees what comes out of it, and nothing else.
        Term::BinOp(left, BinaryOp::Pipe(None), _) => seen(left),
        Term::BinOp(left, BinaryOp::Pipe(Some(pattern)), right) => {
            seen(left).max(seen_pattern(pattern)).max(seen(right))
        }
        Term::BinOp(
            left,
            BinaryOp::Comma
            | BinaryOp::Alt
            | BinaryOp::Or
            | BinaryOp::And
            | BinaryOp::Math(_)
            | BinaryOp::Cmp(_),
            right,
        ) => seen(left).max(seen(right)),
        // What catches sees the error, which comes from what was tried.
        Term::TryCatch(tried, _) => seen(tried),
        Term::IfThenElse(branches, Some(otherwise)) => furthest(
            branches
                .iter()
                .map(|(condition, value)| seen(condition).max(seen(value))),
        )
        .max(seen(otherwise)),
        Term::Call("null" | "true" | "false" | "empty", args) if args.is_empty() => Reach::Placed,
        Term::Call("first" | "last", args) if args.len() == 1 => seen(&args[0]),
        Term::Path(start, path) => {
            let start = match (&**start, path.0.first()) {
                (Term::Id, Some((Part::Index(key), _))) => seen_shorthand(key),
                (start, _) => seen(start),
            };
            furthest(path.0.iter().map(|(part, _)| match part {
                Part::Index(term) => seen(term),
                Part::Range(from, to) => furthest([from, to].into_iter().flatten().map(seen)),
            }))
            .max(start)
        }
        // `.`, `..`, updates, definitions, calls that may look at their input.
        _ => Reach::Inside,
    }
}

/// Of a key that stands for a member of the input, as in `{type}` and `.type`.
fn seen_shorthand(key: &Term<&str>) -> Reach {
    match (key, literal(key)) {
        (Term::Var(_), _) => Reach::Placed,
        (_, Some(key)) if key != Field::Data.key() => Reach::Placed,
        _ => Reach::Inside,
    }
}

fn seen_pattern(pattern: &Pattern<&str>) -> Reach {
    match pattern {
        Pattern::Var(_) => Reach::Placed,
        Pattern::Arr(patterns) => furthest(patterns.iter().map(seen_pattern)),
        Pattern::Obj(entries) => furthest(
            entries
                .iter()
                .map(|(key, pattern)| seen(key).max(seen_pattern(pattern))),
        ),
    }
}

/// Whether the values are objects made here, so that adding them looks at no member.
fn is_object(term: &Term<&str>) -> bool {
    match term {
        Term::Obj(_) => true,
        Term::BinOp(left, BinaryOp::Math(Math::Add), right) => is_object(left) && is_object(right),
        Term::IfThenElse(branches, Some(otherwise)) => {
            branches.iter().all(|(_, value)| is_object(value)) && is_object(otherwise)
        }
        _ => false,
    }
}

fn is_data(key: &Term<&str>) -> bool {
    literal(key).is_some_and(|key| key == Field::Data.key())
}

fn furthest(reaches: impl Iterator<Item = Reach>) -> Reach {
    reaches.max().unwrap_or(Reach::Placed)
}
