//! A provider that somebody else wrote, in another language: npm's `oidc-provider`, and the real
//! binary that sends people there. `cargo xtask test` installs it (scripts/oidc).

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use serde_json::{Value, json};
use url::Url;

use crate::{
    browser::{Browser, ORIGIN, Seen},
    installation::me,
    support::Server,
};

const SECRET: &str = "what both of them know: 100%";

/// A running provider. It ends when nobody holds its standard input any more.
struct RealProvider {
    child: Child,
    input: Option<ChildStdin>,
    url: String,
}

impl RealProvider {
    /// Starts one at this port (0 picks one) that lets these people in, with keys of its own.
    fn start(port: u16, accounts: &Value) -> Self {
        let packages = packages();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/oidc/provider.js");
        let mut child = Command::new("node")
            .arg(script)
            .arg(packages)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It warns at each start that it is one for development.
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts: install Debian's nodejs and npm");
        let settings = json!({
            "port": port,
            "client": {
                "client_id": "bellwire",
                "client_secret": SECRET,
                "redirect_uris": [format!("{ORIGIN}/sign-in/oidc/callback")],
            },
            "accounts": accounts,
        });
        let mut input = child.stdin.take().expect("piped");
        writeln!(input, "{settings}").expect("it reads");
        let mut line = String::new();
        let output = child.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("text");
        let url = line.trim().strip_prefix("Listening on ");
        let url = url.expect("the provider starts; run scripts/oidc/provider.js to see why not");
        Self {
            child,
            input: Some(input),
            url: url.to_owned(),
        }
    }

    fn port(&self) -> u16 {
        let url = Url::parse(&self.url).expect("a URL");
        url.port().expect("a port")
    }
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the packages of scripts/oidc are.
fn packages() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let folder = target.expect("a folder").join("oidc");
    assert!(
        folder.join("node_modules/oidc-provider").exists(),
        "the provider is not installed; `cargo xtask test` does that, or: mkdir -p {0} && cp \
         scripts/oidc/package*.json {0} && npm ci --prefix {0}",
        folder.display()
    );
    folder
}

/// The form of a page: where it goes, and what it sends as it is.
fn form(seen: &Seen) -> (Url, Vec<(String, String)>) {
    let attribute = |tag: &str, name: &str| {
        let value = tag.split(&format!("{name}=\"")).nth(1)?;
        value.split('"').next().map(str::to_owned)
    };
    let (_, rest) = seen
        .text
        .split_once("<form")
        .unwrap_or_else(|| panic!("no form at {}: {} {}", seen.url, seen.status, seen.text));
    let (tag, rest) = rest.split_once('>').expect("a tag");
    let inside = rest.split("</form>").next().unwrap_or_default();
    let fields = inside.split("<input").skip(1).filter_map(|input| {
        let tag = input.split('>').next().unwrap_or_default();
        Some((
            attribute(tag, "name")?,
            attribute(tag, "value").unwrap_or_default(),
        ))
    });
    let to = attribute(tag, "action").expect("an action");
    (seen.url.join(&to).expect("a URL"), fields.collect())
}

/// Fills in the provider's forms until it sends the browser back; Bellwire's answer, and how many
/// forms it took.
fn sign_in(browser: &mut Browser, login: &str) -> (Seen, u32) {
    let mut seen = browser.get("/sign-in/oidc?return_to=/portal/acme");
    let mut forms = 0;
    loop {
        let host = seen.url.host_str().map(str::to_owned);
        if seen.url.path().ends_with("/callback") && host.as_deref() == Some("hooks.example.test") {
            return (seen, forms);
        }
        if seen.location.is_some() {
            let next = seen.next();
            seen = browser.get(next.as_str());
            continue;
        }
        forms += 1;
        assert!(
            forms < 5,
            "the provider asks again and again: {}",
            seen.text
        );
        let (to, mut fields) = form(&seen);
        for (name, value) in &mut fields {
            match name.as_str() {
                "login" => login.clone_into(value),
                "password" => "anything".clone_into(value),
                _ => {}
            }
        }
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        seen = browser.post(&to, &fields);
    }
}

fn account(groups: &[&str]) -> Value {
    json!({"email": "Ann@acme.example", "email_verified": true, "name": "Ann Smith",
        "groups": groups})
}

/// WNK-2: the user signs in through a separate identity service, is taken to their organization by
/// the service's groups, and reaches the list of its webhooks. Again without being asked; with another
/// role after their groups changed; and after the service changed its keys.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_signs_in_through_a_real_identity_provider() {
    let accounts = |groups: &[&str]| {
        json!({"ann": account(groups), "eve": {"email": "eve@acme.example",
            "email_verified": false}})
    };
    let provider = RealProvider::start(0, &accounts(&["acme-admins", "staff"]));
    let folder = tempfile::tempdir().expect("a directory");
    std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).expect("written");
    std::fs::write(
        folder.path().join("bellwire.toml"),
        format!(
            r#"
[server]
public_url = "{ORIGIN}"

[oidc]
issuer = "{}"
client_id = "bellwire"
client_secret_file = "secret"
scopes = ["openid", "email", "profile", "groups"]
operators = ["platform-ops"]

[[oidc.groups]]
group = "acme-admins"
organization = "acme"
role = "admin"

[[oidc.groups]]
group = "staff"
organization = "acme"
role = "viewer"
"#,
            provider.url
        ),
    )
    .expect("written");
    let server = tokio::task::block_in_place(|| Server::start(folder.path()));
    server.run(&["organization", "create", "acme"]);

    let mut browser = Browser::new(&server.url);
    let (seen, forms) = sign_in(&mut browser, "ann");
    assert_eq!(
        seen.location.as_deref(),
        Some("/portal/acme"),
        "{} {}",
        seen.status,
        seen.text
    );
    assert!(seen.has_session());
    assert_eq!(forms, 2, "to sign in, and to consent");
    let ann = me(&mut browser);
    assert_eq!(ann["user"]["email"], "ann@acme.example");
    assert_eq!(ann["user"]["name"], "Ann Smith");
    let portal = browser.get("/portal/acme/webhooks");
    assert!(portal.text.contains("Ann Smith"), "{}", portal.text);
    let webhooks = browser.get("/api/v1/organizations/acme/webhooks");
    assert_eq!(webhooks.status, 200, "{}", webhooks.text);
    let webhooks: Value = serde_json::from_str(&webhooks.text).expect("JSON");
    assert_eq!(webhooks["items"], json!([]));
    let audit = browser.get("/api/v1/organizations/acme/audit");
    assert_eq!(audit.status, 200, "an admin reads the audit log");
    assert!(audit.text.contains("identity provider"), "{}", audit.text);

    let (seen, forms) = sign_in(&mut browser, "ann");
    assert!(seen.has_session(), "{}", seen.text);
    assert_eq!(forms, 0, "the provider knows the browser");

    let mut other = Browser::new(&server.url);
    let (seen, _) = sign_in(&mut other, "eve");
    assert_eq!(seen.status, 403);
    assert!(
        seen.text.contains("has not verified that eve@acme.example"),
        "{}",
        seen.text
    );
    assert!(!seen.has_session());

    let port = provider.port();
    drop(provider);
    let _changed = RealProvider::start(port, &accounts(&["staff"]));
    let (seen, forms) = sign_in(&mut browser, "ann");
    assert!(
        seen.has_session(),
        "with another key: {} {}",
        seen.status,
        seen.text
    );
    assert_eq!(forms, 2);
    assert_eq!(
        browser.get("/api/v1/organizations/acme/webhooks").status,
        200
    );
    let audit = browser.get("/api/v1/organizations/acme/audit");
    assert_eq!(audit.status, 403, "a viewer does not");
    let reach = &me(&mut browser)["organizations"];
    assert_eq!(
        (&reach[0]["id"], &reach[0]["role"]),
        (&json!("acme"), &json!("viewer"))
    );
    let users = server.run(&["user", "list", "--json"]);
    assert!(
        users.contains("ann@acme.example") && !users.contains("eve@acme.example"),
        "{users}"
    );
}
