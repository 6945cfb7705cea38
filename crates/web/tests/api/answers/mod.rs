//! What somebody asks who debugs a webhook, through HTTP: one file for each question.

mod check_signature;
mod diagnosis;
mod explain;
mod history;
mod request;
