//! The description of the API, made from the code that serves it.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, header};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        ArrayBuilder, Ref, RefOr, Schema,
        schema::AdditionalProperties,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{
    AppState,
    mint::refusal::MintError,
    problem::{Document, FieldError, docs},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bellwire",
        description = "Webhooks as a service of your own: post events, and your customers' \
            endpoints receive them signed, retried and recorded.\n\nEvery error is a problem \
            document (RFC 9457) with a stable `code`. Times are RFC 3339 in UTC. Unknown fields \
            and parameters are refused. Lists are paged by an opaque `cursor`.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Document<'static>, FieldError, MintError)),
    modifiers(&Security),
    security(("bearer" = []), ("basic" = []), ("session" = [])),
    tags(
        (name = "organizations", description = "The tenants."),
        (name = "event types", description = "The catalogue of what can happen."),
        (name = "channels", description = "What events can be about beyond their type."),
        (name = "webhooks", description = "Who receives which events, and how they fare."),
        (name = "events", description = "What happened, and what became of it."),
        (name = "deliveries", description = "One event for one webhook."),
        (name = "jobs", description = "Deliveries sent again in bulk."),
        (name = "inspectors", description = "Private URLs that keep what arrives there, to look at it."),
        (
            name = "usage",
            description = "Quotas: who has bought what, how much of it is used, and which webhooks \
                are called at which percentages."
        ),
        (name = "statistics", description = "Counts, rates and latency of attempts; failures grouped."),
        (name = "tokens", description = "Which programs may call this API."),
        (name = "session", description = "Signing in, and who I am."),
        (name = "people", description = "Users, members, portal links: who may come in."),
        (name = "audit", description = "Who changed what, and when."),
        (
            name = "monetization",
            description = "The API of Apigee Edge monetization, for clients that know it. Its \
                errors are `{\"code\": \"mint.…\", \"message\": …}`."
        ),
        (name = "operations", description = "For those who run the server.")
    )
)]
pub(crate) struct Base;

struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("bw_…")
            .description(Some(
                "A token of the platform or of one organization. To an organization's token, \
                 other organizations do not exist. Never in a query string.",
            ))
            .build();
        let basic = HttpBuilder::new()
            .scheme(HttpAuthScheme::Basic)
            .description(Some("E-mail address and password of a user."))
            .build();
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            "__Host-bellwire",
            "The session of a user who signed in, or (`__Host-bellwire-portal`) of a customer who \
             came through a portal link. What changes something needs the header `X-CSRF-Token` \
             too.",
        ));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("basic", SecurityScheme::Http(basic));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// What the derives cannot say, said afterwards.
pub(crate) fn complete(mut openapi: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let schemas = &mut openapi.components.get_or_insert_default().schemas;
    for (name, schema) in schemas.iter_mut() {
        let RefOr::T(schema) = schema else { continue };
        match schema {
            // Generic types are written out in full where they are used; a reference reads better
            // and makes one type in generated clients.
            Schema::Object(list) => {
                if let Some(item) = name.strip_prefix("List_") {
                    let items = ArrayBuilder::new().items(Ref::from_schema_name(item));
                    list.properties.insert("items".to_owned(), items.into());
                }
            }
            // The variants refuse unknown fields as everything does.
            Schema::OneOf(variants) if name == "Retry" => {
                for variant in &mut variants.items {
                    if let RefOr::T(Schema::Object(variant)) = variant {
                        let closed = AdditionalProperties::FreeForm(false);
                        variant.additional_properties = Some(Box::new(closed));
                    }
                }
            }
            _ => {}
        }
    }
    openapi
        .paths
        .paths
        .values_mut()
        .for_each(docs::refusals_of_all);
    openapi
}

/// This description.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operations",
    extensions(("x-required-right" = json!("none"))),
    security(()),
    responses((
        status = 200,
        description = "An OpenAPI 3.1 document.",
        body = serde_json::Value,
        content_type = "application/json"
    ))
)]
pub async fn openapi_json(State(state): State<AppState>) -> Response {
    let headers = [(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )];
    (headers, state.openapi.clone()).into_response()
}
