//! The monetization API of a real server over real HTTP, with e-mail address and password, by requests
//! as the original's documentation gives them, up to the call that arrives at an endpoint.

mod support;

use std::{io::Write as _, process::Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::{Running, Server, bellwire};
use ureq::{Agent, http::Request};

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "plum gravel orbit lantern";

/// The keys of the call, in their order (APG-15).
const KEYS: [&str; 21] = [
    "orgName",
    "developerEmail",
    "developerFirstName",
    "developerLastName",
    "companyName",
    "applicationName",
    "packageName",
    "packageId",
    "ratePlanId",
    "ratePlanName",
    "ratePlanType",
    "developerRatePlanQuotaTarget",
    "quotaPercentUsed",
    "ratePlanStartDate",
    "ratePlanEndDate",
    "nextBillingCycleStartDate",
    "products",
    "developerCustomAttributes",
    "triggerTime",
    "triggerReason",
    "developerQuotaResetDate",
];

/// Somebody with `curl -u`.
struct Curl {
    agent: Agent,
    base: String,
}

impl Curl {
    fn new(server: &Server) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        Self {
            agent,
            base: format!("{}/v1/mint/organizations/acme", server.url),
        }
    }

    /// Sends a request; status and body.
    fn send(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let pair = STANDARD.encode(format!("{EMAIL}:{PASSWORD}"));
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            // With the blank at the end, as the original's examples have it (APG-14b).
            .header("content-type", "application/json ")
            .header("authorization", format!("Basic {pair}"))
            .body(body.to_owned())
            .unwrap();
        let mut answer = self.agent.run(request).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        (answer.status().as_u16(), body)
    }

    fn ok(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, answer) = self.send(method, path, body);
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Reports so much, as one record.
    fn used(&self, record: &str, count: u64) -> Value {
        let body = json!({"records": [{
            "id": record, "developer": "dev@example.com", "ratePlan": "location_adjustable",
            "application": "weather-app", "count": count
        }]});
        self.ok("POST", "/usage", &body.to_string())
    }
}

/// A user with a password, as who has the machine makes one.
fn user(server: &Server) {
    let mut command = bellwire(&server.directory);
    command.args(["user", "create", EMAIL, "--member", "acme=editor"]);
    command.args(["--local", "--password-stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{PASSWORD}").unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// APG-1: webhooks, a handler of their calls, a notification on an adjustable rate plan. APG-8, APG-9,
/// APG-11, APG-13, APG-15, APG-23 to APG-27d: each by its request, until the calls arrive.
#[test]
fn usage_is_reported_and_the_callback_arrives() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(directory.path());
    server.run(&[
        "organization",
        "create",
        "acme",
        "--name",
        "Acme",
        "--profile",
        "apigee",
    ]);
    user(&server);
    let curl = Curl::new(&server);
    let mut command = bellwire(directory.path());
    command.args(["inspect", "--listen", "127.0.0.1:0", "--json"]);
    let endpoint = Running::start(command);
    let first: Value = serde_json::from_str(&endpoint.line()).unwrap();
    let url = first["listening"].as_str().unwrap();

    let body = json!({"name": "callback1", "postURL": url}).to_string();
    let webhook = curl.ok("POST", "/webhooks", &body);
    assert_eq!(webhook["enabled"], false);
    assert_eq!(webhook["createdBy"], EMAIL);
    let id = webhook["id"].as_str().unwrap();
    let enabled = curl.ok("POST", &format!("/webhooks/{id}"), r#"{"enabled":"true"}"#);
    assert_eq!(enabled["enabled"], true);
    assert_eq!(curl.ok("GET", "/webhooks", "")["totalRecords"], 1);

    curl.ok(
        "POST",
        "/monetization-packages",
        r#"{"name":"Location","product":[{"id":"Maps"}]}"#,
    );
    curl.ok(
        "POST",
        "/monetization-packages/location/rate-plans",
        r#"{"name":"Adjustable","type":"USAGE_TARGET","duration":1,"published":"true"}"#,
    );
    curl.ok(
        "POST",
        "/developers",
        r#"{"email":"dev@example.com","firstName":"Grace","applications":["weather-app"]}"#,
    );
    curl.ok(
        "POST",
        "/developers/dev@example.com/developer-rateplans",
        r#"{"ratePlan":{"id":"location_adjustable"},"startDate":"2025-01-01","quotaTarget":1000}"#,
    );
    let condition = json!({
        "notificationCondition": [
            {"attribute": "RATEPLAN", "value": "location_adjustable"},
            {"attribute": "PUBLISHED", "value": "TRUE"},
            {"attribute": "UsageTarget", "value": "%= 80 to 120 by 10"}
        ],
        "actions": [{"actionAttribute": "WEBHOOK", "value": id}]
    });
    curl.ok("POST", "/notification-conditions", &condition.to_string());
    assert_eq!(
        curl.ok("GET", "/notification-conditions", "")["totalRecords"],
        1
    );

    // A sample first, which says that it is one of 80 %.
    let sample = format!(
        "/webhooks/{id}/test/dev@example.com/weather-app/Maps/location_adjustable/RATEPLANQUOTAUSAGE"
    );
    curl.ok("POST", &sample, "");
    assert_eq!(callback(&endpoint)["quotaPercentUsed"], 80);

    assert_eq!(curl.used("a", 799)["fired"], json!([]));
    assert_eq!(curl.used("b", 1)["fired"][0]["percent"], 80);
    assert_eq!(callback(&endpoint)["quotaPercentUsed"], 80);
    assert_eq!(curl.used("c", 210)["fired"][1]["percent"], 100);
    let mut percents: Vec<u64> = (0..2)
        .map(|_| callback(&endpoint)["quotaPercentUsed"].as_u64().unwrap())
        .collect();
    // Two calls that are under way at once may arrive in either order.
    percents.sort_unstable();
    assert_eq!(percents, [90, 100]);
    // A repeat counts once and calls nobody.
    let repeated = curl.used("c", 210);
    assert_eq!(
        (&repeated["repeated"], &repeated["fired"]),
        (&json!(1), &json!([]))
    );

    let (status, refused) = curl.send("GET", "/developers/none@example.com", "");
    assert_eq!(
        (status, &refused["code"]),
        (404, &json!("mint.resourceDoesNotExist"))
    );
    let (status, _) = curl.send("DELETE", &format!("/webhooks/{id}?forceDelete=true"), "");
    assert_eq!(status, 204);
}

/// The next call that arrives: all its keys, in their order.
fn callback(endpoint: &Running) -> Value {
    let line = endpoint.line();
    let received: Value = serde_json::from_str(&line).unwrap();
    let text = line.rsplit_once("\"body\":").unwrap().1;
    let places: Vec<usize> = KEYS
        .iter()
        .map(|key| {
            text.find(&format!("\"{key}\":"))
                .unwrap_or_else(|| panic!("no {key}: {text}"))
        })
        .collect();
    assert!(places.is_sorted(), "{text}");
    let body = &received["body"];
    assert_eq!(body.as_object().unwrap().len(), KEYS.len());
    assert_eq!(body["triggerReason"], "RATEPLANQUOTAUSAGE");
    assert_eq!(body["developerEmail"], "dev@example.com");
    body.clone()
}
