//! A browser: Chromium without a window, driven by its own chromedriver over the WebDriver protocol
//! (W3C). Written on `ureq`, which is in the tree already: the WebDriver crates bring a second HTTP
//! client that deny.toml refuses. Both processes end with the value.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// How long anything may take to appear before a test fails: far longer than any healthy page.
const PATIENCE: Duration = Duration::from_secs(20);
/// What an element is called in the protocol.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one window.
pub(crate) struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    /// Where Bellwire is.
    base: String,
    window: Window,
}

/// Width and height of a window, and how it is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) language: &'static str,
    pub(crate) dark: bool,
}

/// A desk's window.
pub(crate) const DESK: Window = Window {
    width: 1280,
    height: 860,
    language: "en",
    dark: false,
};
/// A phone's.
pub(crate) const PHONE: Window = Window {
    width: 390,
    height: 844,
    language: "en",
    dark: false,
};

impl Browser {
    /// Opens a browser on the server at `base`.
    pub(crate) fn open(base: &str, window: Window) -> Self {
        let mut driver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts: install Debian's chromium and chromium-driver");
        let lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port: u16 = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split("successfully on port ").nth(1)?;
                rest.trim_end_matches('.').parse().ok()
            })
            .expect("chromedriver says its port");
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        let mut flags = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--lang={}", window.language),
            format!("--window-size={},{}", window.width, window.height),
        ];
        if window.dark {
            flags.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {
                "args": flags,
                "prefs": {"intl.accept_languages": window.language},
            },
        }}});
        let root = format!("http://127.0.0.1:{port}/session");
        let made = call(&agent, "POST", &root, &wanted);
        let id = made["sessionId"]
            .as_str()
            .unwrap_or_else(|| panic!("no browser: {made}"));
        let browser = Self {
            session: format!("{root}/{id}"),
            driver,
            agent,
            base: base.to_owned(),
            window,
        };
        browser.size(window.height);
        browser
    }

    /// A headless window's own width has a smallest size; the page's has none.
    fn size(&self, height: u32) {
        let width = self.window.width;
        let size = json!({
            "width": width, "height": height,
            "deviceScaleFactor": 1, "mobile": width < 600,
        });
        self.run_cdp("Emulation.setDeviceMetricsOverride", size);
    }

    fn run_cdp(&self, name: &str, parameters: Value) -> Value {
        let body = json!({"cmd": name, "params": parameters});
        self.call("POST", "goog/cdp/execute", &body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let url = format!("{}/{path}", self.session);
        call(&self.agent, method, &url, body)
    }

    /// Opens a path.
    pub(crate) fn go(&self, path: &str) {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}{path}", self.base),
        };
        self.call("POST", "url", &json!({"url": url}));
    }

    /// Path and query of the page.
    pub(crate) fn path(&self) -> String {
        let url = self.call("GET", "url", &Value::Null);
        let url = url.as_str().expect("a URL");
        url.strip_prefix(&self.base).unwrap_or(url).to_owned()
    }

    fn elements(&self, css: &str) -> Vec<String> {
        let query = json!({"using": "css selector", "value": css});
        let found = self.call("POST", "elements", &query);
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .filter_map(|element| element[ELEMENT].as_str().map(str::to_owned))
            .collect()
    }

    /// How many elements there are.
    pub(crate) fn count(&self, css: &str) -> usize {
        self.elements(css).len()
    }

    /// Waits for something to be so.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(
                Instant::now() < deadline,
                "{what}: not in {PATIENCE:?}, at {}:\n{}",
                self.path(),
                self.text("body")
            );
            // The browser has no signal for "something changed" that holds across pages.
            std::thread::park_timeout(Duration::from_millis(25));
        }
    }

    #[track_caller]
    fn element(&self, css: &str) -> String {
        self.until(css, |browser| browser.count(css) > 0);
        self.elements(css).swap_remove(0)
    }

    /// Scrolls as a person does: what is to be clicked is not left behind the bar at the bottom.
    fn look_at(&self, element: &str) {
        let script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        let body = json!({"script": script, "args": [{ELEMENT: element}]});
        self.call("POST", "execute/sync", &body);
    }

    /// Clicks.
    #[track_caller]
    pub(crate) fn click(&self, css: &str) {
        self.hit(css, || self.elements(css).into_iter().next());
    }

    /// Clicks on the link or button that says this.
    #[track_caller]
    pub(crate) fn press(&self, said: &str) {
        let path = format!(
            "//*[self::a or self::button or self::summary][normalize-space(.)='{said}' and \
             not(ancestor::*[@hidden])]"
        );
        let query = json!({"using": "xpath", "value": path});
        self.hit(said, || {
            let found = self.call("POST", "elements", &query);
            let all = found.as_array().cloned().unwrap_or_default();
            all.iter()
                .filter_map(|one| one[ELEMENT].as_str().map(str::to_owned))
                .find(|one| {
                    let shown = format!("element/{one}/displayed");
                    self.call("GET", &shown, &Value::Null) == json!(true)
                })
        });
    }

    /// Clicks on what is found, as somebody does who looks: when a part of the page came anew and took
    /// it away, or moved it from under the pointer, once more.
    #[track_caller]
    fn hit(&self, what: &str, find: impl Fn() -> Option<String>) {
        self.until(what, |browser| {
            let Some(element) = find() else {
                return false;
            };
            browser.look_at(&element);
            browser.expect_click();
            let clicked = browser.call("POST", &format!("element/{element}/click"), &json!({}));
            clicked.is_null() && browser.was_clicked(&element)
        });
    }

    /// Notes in the page where the next click goes.
    fn expect_click(&self) {
        self.run(
            "window.clicked = null;
             addEventListener('click', event => { window.clicked = event.target; },
               {capture: true, once: true})",
        );
    }

    /// Whether it went to this element, or to a part of it. On another page it did.
    fn was_clicked(&self, element: &str) -> bool {
        let script = "if (window.clicked === undefined) return true;
                      const [element] = arguments;
                      return !element.isConnected || element.contains(window.clicked)";
        let body = json!({"script": script, "args": [{ELEMENT: element}]});
        // The element may have gone with its page: an error and not an answer.
        self.call("POST", "execute/sync", &body) != json!(false)
    }

    /// Types into a field, in place of what it holds.
    #[track_caller]
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.call("POST", &format!("element/{element}/clear"), &json!({}));
        self.call(
            "POST",
            &format!("element/{element}/value"),
            &json!({"text": text}),
        );
    }

    /// Looks into a frame of the page: everything after this is about what is in there.
    #[track_caller]
    pub(crate) fn enter_frame(&self, css: &str) {
        let element = self.element(css);
        self.call("POST", "frame", &json!({"id": {ELEMENT: element}}));
    }

    /// Looks at the whole page again.
    pub(crate) fn leave_frame(&self) {
        self.call("POST", "frame", &json!({"id": null}));
    }

    /// What is read in it.
    pub(crate) fn text(&self, css: &str) -> String {
        self.run(&format!(
            "return (document.querySelector({}) || {{innerText: ''}}).innerText",
            json!(css)
        ))
        .as_str()
        .unwrap_or_default()
        .to_owned()
    }

    /// Waits until the page says this.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        self.until(text, |browser| browser.text("body").contains(text));
    }

    /// Runs a script in the page.
    pub(crate) fn run(&self, script: &str) -> Value {
        self.call(
            "POST",
            "execute/sync",
            &json!({"script": script, "args": []}),
        )
    }

    /// Runs a script that calls back with its result.
    pub(crate) fn run_async(&self, script: &str) -> Value {
        self.call(
            "POST",
            "execute/async",
            &json!({"script": script, "args": []}),
        )
    }

    /// A picture of the whole page. Chromium refuses one now and then on a busy machine ("Unable to
    /// capture screenshot"), so it is asked again.
    #[track_caller]
    pub(crate) fn picture(&self) -> Vec<u8> {
        // As if the window were as high as the page: what stays at an edge of it is where it belongs.
        let height = self.run("return document.documentElement.scrollHeight");
        let height = height
            .as_u64()
            .and_then(|height| u32::try_from(height).ok());
        self.size(height.unwrap_or(0).max(self.window.height));
        let whole = json!({"format": "png"});
        let data = std::cell::RefCell::new(Value::Null);
        self.until("a picture", |browser| {
            let shot = browser.run_cdp("Page.captureScreenshot", whole.clone());
            *data.borrow_mut() = shot["data"].clone();
            shot["data"].is_string()
        });
        self.size(self.window.height);
        let data = data.into_inner();
        STANDARD
            .decode(data.as_str().expect("text"))
            .expect("base64")
    }

    /// What axe-core has against this page (WCAG 2.2 AA), one line for each fault.
    pub(crate) fn faults(&self) -> Vec<String> {
        let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let file = target
            .expect("a folder")
            .join("browser/node_modules/axe-core/axe.min.js");
        let source = std::fs::read_to_string(&file).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; `cargo xtask test` installs it, or: npm ci in a copy of \
                 scripts/browser there",
                file.display()
            )
        });
        // As a debugger does: the page's own policy would refuse a script that is not its own.
        self.run_cdp("Runtime.evaluate", json!({"expression": source}));
        // Nothing is judged while it fades: a transition is at its end, a toast halfway, where it is
        // in full view.
        let found = self.run_async(
            "const done = arguments[arguments.length - 1];
             const moving = document.getAnimations().filter(one => one.playState === 'running');
             for (const one of moving) {
               if (one instanceof CSSTransition) { one.finish(); continue; }
               const end = one.effect.getComputedTiming().endTime;
               if (!Number.isFinite(end)) continue;
               one.pause();
               one.currentTime = end / 2;
             }
             axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})
               .then(found => {
                 for (const one of moving) if (one.playState === 'paused') one.play();
                 done(found.violations.map(one => one.id + ': ' + one.nodes.map(node =>
                   node.target.join(' ') + ' ' + node.failureSummary).join('; ')));
               });",
        );
        let found = found.as_array().cloned();
        let found = found.unwrap_or_else(|| vec![json!("axe gave no answer")]);
        found
            .iter()
            .map(|one| one.as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes the window; the driver is ended even when that fails.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The value of an answer; of a failure, what it says.
fn call(agent: &ureq::Agent, method: &str, url: &str, body: &Value) -> Value {
    let answer = match method {
        "GET" => agent.get(url).call(),
        _ => agent
            .post(url)
            .header("content-type", "application/json")
            .send(body.to_string()),
    };
    let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    // Pictures of long pages are large.
    let text = answer
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_string()
        .expect("text");
    let answer: Value = serde_json::from_str(&text).expect("JSON");
    answer["value"].clone()
}
