//! The demo is the first thing that anybody sees: it must be right.

mod support;

use support::{Running, bellwire, run};

#[test]
fn without_once_it_tells_how_to_go_on_and_ends_on_a_signal() {
    let directory = tempfile::tempdir().unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let mut command = bellwire(directory.path());
    command.arg("demo").env("TMPDIR", temporary.path());
    let demo = Running::start(command);
    let url = demo.after("  export BELLWIRE_URL=");
    let token = demo.after("  export BELLWIRE_TOKEN=");
    let listed = bellwire(directory.path())
        .args(["webhook", "list", "--organization", "shop"])
        .args(["--url", &url, "--token", &token])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("never-answers"));
    // The portal's link signs in once, as somebody with a name.
    let link = format!("http://{}", demo.after("  http://"));
    assert!(link.starts_with(&url), "{link}");
    let browser: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let come = || browser.get(&link).call().unwrap();
    let entered = come();
    assert_eq!(
        (entered.status().as_u16(), &entered.headers()["location"]),
        (303, &"/".parse().unwrap())
    );
    let cookie = entered.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();
    let mut page = browser
        .get(format!("{url}/overview"))
        .header("cookie", cookie)
        .call()
        .unwrap();
    assert_eq!(page.status(), 200);
    let page = page.body_mut().read_to_string().unwrap();
    assert!(page.contains("Robin Demo") && page.contains("A conference organizer"));
    assert_eq!(come().status(), 410);
    demo.after("→");
    assert_eq!(demo.terminate(), Some(0));
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}

#[test]
fn the_demo_settles_and_all_is_as_it_should_be() {
    let directory = tempfile::tempdir().unwrap();
    let output = run(directory.path(), &["demo", "--once"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    for profile in ["standard", "advocate", "eventinsight", "wink", "apigee"] {
        let delivered = |line: &str| line.contains(profile) && line.contains("delivered");
        assert!(text.lines().any(delivered), "{profile}: {text}");
    }
    // APG-24: the developer's usage crosses each of them while one looks on.
    for (percent, used) in [(80, 800), (90, 920), (100, 1010), (110, 1210), (120, 1210)] {
        let crossed = |line: &str| {
            line.contains(&format!("quota at {percent} %"))
                && line.contains("delivered")
                && line.contains(&format!("{used} of 1000 calls"))
        };
        assert_eq!(
            text.lines().filter(|line| crossed(line)).count(),
            1,
            "{percent} %: {text}"
        );
    }
    let failed = text
        .lines()
        .find(|line| line.contains("failed "))
        .unwrap_or_default();
    assert!(
        failed.contains("never-answers") && failed.contains("first_byte_timeout"),
        "{text}"
    );
    assert!(failed.contains("as it should be"), "{text}");
    assert!(!text.contains('✗'), "{text}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}
