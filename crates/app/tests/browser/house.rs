//! A server with an organization, somebody who works in it, and an endpoint.

use std::{io::Write as _, process::Stdio};

use bellwire_testkit::receiver::{Behaviour, Receiver};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    driver::{Browser, Window},
    support::Server,
};

/// Who works there.
pub(crate) const EMAIL: &str = "ann@acme.example";
/// Their password.
pub(crate) const PASSWORD: &str = "plum gravel orbit lantern";

/// Everything.
pub(crate) struct House {
    pub(crate) server: Server,
    pub(crate) endpoint: Receiver,
    /// The endpoint lives in it.
    _runtime: Runtime,
    _folder: TempDir,
}

impl House {
    /// With the organization `acme` of this profile.
    pub(crate) fn new(profile: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // WNK-8: a profile that wants https is content with this machine's own endpoint.
        let server = Server::start_with(folder.path(), &["delivery.allow_http_loopback=true"]);
        let runtime = Runtime::new().expect("a runtime");
        let endpoint = runtime.block_on(Receiver::start());
        endpoint.always("/broken", Behaviour::Status(500));
        let house = Self {
            server,
            endpoint,
            _runtime: runtime,
            _folder: folder,
        };
        let body = json!({"id": "acme", "name": "Acme Events", "default_profile": profile});
        house.post("/organizations", &body);
        house.user();
        house
    }

    fn user(&self) {
        let arguments = ["user", "create", EMAIL, "--operator", "--password-stdin"];
        let mut command = self.server.command(&arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        let mut input = child.stdin.take().expect("piped");
        writeln!(input, "{PASSWORD}").expect("it reads");
        drop(input);
        assert!(child.wait().expect("it ends").success());
    }

    /// Posts to the API.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = ureq::post(format!("{}/api/v1{path}", self.server.url))
            .header("authorization", format!("Bearer {}", self.server.token))
            .header("content-type", "application/json")
            .send(body.to_string())
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        let text = answer.body_mut().read_to_string().expect("text");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Makes a webhook; its id.
    pub(crate) fn webhook(&self, name: &str, path: &str) -> String {
        let body = json!({"name": name, "url": self.endpoint.url(path)});
        let made = self.post("/organizations/acme/webhooks", &body);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Posts an event; its id.
    pub(crate) fn event(&self, kind: &str, data: Value) -> String {
        let body = json!({"type": kind, "data": data});
        let made = self.post("/organizations/acme/events", &body);
        made["id"].as_str().expect("an id").to_owned()
    }

    /// A browser in which somebody is signed in.
    pub(crate) fn browser(&self, window: Window) -> Browser {
        let browser = Browser::open(&self.server.url, window);
        browser.go("/portal/acme/webhooks");
        browser.fill("#email", EMAIL);
        browser.fill("#password", PASSWORD);
        browser.click("form.stack button.main");
        browser.until("signed in", |browser| {
            browser.path().starts_with("/portal/acme")
        });
        browser
    }
}
