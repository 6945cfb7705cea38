//! What a page of ours says, apart from how: a portal says the same in its own design and in the
//! reader's language. It goes with the answer, beside the plain page that is there without a portal.

use std::sync::Arc;

use crate::problem::Problem;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// A refusal; with where to begin again, when that helps.
    Refused {
        /// What was refused.
        problem: Problem,
        /// A path.
        again: Option<&'static str>,
    },
    /// The form of the first operator, with what was wrong with what was sent.
    SetUp {
        /// What was typed.
        email: String,
        /// What was typed.
        name: String,
        /// What is wrong.
        problem: Option<Problem>,
    },
    /// The first operator is made and signed in.
    IsSetUp {
        /// Who.
        name: String,
    },
    /// The form of a new password.
    ChoosePassword {
        /// Whose.
        email: String,
        /// What is wrong.
        problem: Option<Problem>,
    },
    /// The password is set, and its owner signed in.
    PasswordIsSet {
        /// Who.
        name: String,
    },
}

/// The same, as it goes with an answer.
#[derive(Debug, Clone)]
pub struct Page {
    /// What it says.
    pub told: Arc<Told>,
    /// It has nothing to click on and may be read within anybody's page.
    pub anybody: bool,
}
