//! The machine interfaces, one folder per version.

pub mod v1;
