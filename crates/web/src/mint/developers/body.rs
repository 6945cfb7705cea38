//! What a body says of a developer.

use super::shape::MintCustomAttribute;
use crate::{extract::Object, mint::body::body};

body! {
    /// A developer, or what to change of one. To make one, `email` is needed.
    MintDeveloperBody {
        /// E-mail address: the key, which does not change.
        #[schema(example = "ada@example.com", max_length = 254)]
        email: Option<String>,
        /// The e-mail address again.
        id: Option<String>,
        /// First name.
        #[schema(example = "Ada")]
        first_name: Option<String>,
        /// Last name.
        #[schema(example = "Lovelace")]
        last_name: Option<String>,
        /// Company.
        #[schema(example = "Engines Ltd")]
        company_name: Option<String>,
        /// Names of the applications that use what was bought; a report of usage may name one.
        #[schema(example = json!(["weather-app"]))]
        applications: Option<Vec<String>>,
        /// Custom attributes; every call names them.
        #[schema(value_type = Option<Vec<MintCustomAttribute>>)]
        custom_attributes: Option<Vec<Object<MintCustomAttribute>>>,
    }
}
