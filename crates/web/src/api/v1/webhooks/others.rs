//! Webhooks of others, whom somebody restricted to some channels does not see: they stand in the way
//! of a URL all the same, and are not named.

use bellwire_core::{access::Access, say, service::Error};

use crate::problem::{Code, Problem};

/// The refusal of a URL that a webhook has which whoever asks does not see.
#[must_use]
pub fn url_taken() -> Problem {
    Problem::new(
        Code::UrlTaken,
        say!(
            "taken-url-of-others",
            "This URL is in use here already, and the profile allows one webhook for each; choose \
             another URL."
        ),
    )
}

/// The refusal of a change. One about a URL names the other webhook, which not everybody sees.
#[must_use]
pub fn refusal(error: Error, access: &Access) -> Problem {
    match error {
        Error::Conflict {
            code: "url_taken", ..
        } if !access.channels.is_empty() => url_taken(),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_sees_everything_is_told_which_webhook_is_in_the_way() {
        let error = || Error::Conflict {
            code: "url_taken",
            message: "webhook 7 has it".into(),
        };
        let restricted = Access {
            channels: vec!["account:a".to_owned()],
            ..Access::default()
        };
        let told = refusal(error(), &Access::everything());
        assert!(told.detail.contains('7'));
        let told = refusal(error(), &restricted);
        assert_eq!(told.code, Code::UrlTaken);
        assert!(!told.detail.contains('7'));
    }
}
