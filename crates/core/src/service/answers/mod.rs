//! What somebody asks who debugs a webhook: why an attempt failed, what exactly was sent, who gets an
//! event and who does not, what was changed when, what is wrong with a signature.
//!
//! Each answer is made by pure code (`diagnosis`, `rendering`, `explain`, `signature_check`) from what
//! the files here gather. Nothing is stored.

mod check_signature;
mod diagnose;
mod explain;
mod history;
mod request;

pub use self::{
    check_signature::{Asked, CheckedSignature},
    explain::Explanation,
    history::{FieldChange, HistoryEntry},
    request::{Reproduced, SentRequest},
};
