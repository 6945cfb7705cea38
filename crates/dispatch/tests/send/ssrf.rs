//! What a customer may write as a URL to reach what only we can reach, and how far that gets.

use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;
use bellwire_core::outcome::{Answer, Cause};
use bellwire_core::ports::{Request, Sender};
use bellwire_dispatch::{
    client::ClientOptions,
    resolve::{Resolve, ResolveError, StaticResolver},
};
use bellwire_testkit::receiver::Receiver;
use url::Url;

use crate::support::{assert_cause, assert_status, client_with, request, send, webhook};

/// The attacker's name server: every name means this machine.
struct Everything(IpAddr);

#[async_trait]
impl Resolve for Everything {
    async fn resolve(&self, _: &str) -> Result<Vec<IpAddr>, ResolveError> {
        Ok(vec![self.0])
    }
}

/// `PORT` becomes the port of a real receiver on 127.0.0.1, which must not be reached.
const HOSTILE: &[&str] = &[
    // Loopback, in the spellings of IPv4.
    "http://127.0.0.1:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://127.00.00.01:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://0x7f000001:PORT/",
    "http://0X7F000001:PORT/",
    "http://2130706433:PORT/",
    "http://017700000001:PORT/",
    "http://0x7f.1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://127.255.255.254:PORT/",
    "http://%31%32%37.0.0.1:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://１２７.0.0.1:PORT/",
    "http://127。0。0。1:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:PORT/",
    "http://١٢٧.0.0.1:PORT/",
    "http:\\\\127.0.0.1:PORT\\",
    "http:127.0.0.1:PORT",
    "http:/127.0.0.1:PORT/",
    "http:////127.0.0.1:PORT/",
    " http://127.0.0.1:PORT/ ",
    "ht\ntp://127.0.\t0.1:PORT/",
    "HTTP://127.0.0.1:PORT/",
    // Hidden behind something else.
    "http://example.com@127.0.0.1:PORT/",
    "http://example.com:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT#@example.com/",
    "http://127.0.0.1:PORT?@example.com/",
    "http://example.com\\@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@example.com/",
    // This network, broadcast, multicast, reserved.
    "http://0:PORT/",
    "http://0.0.0.0:PORT/",
    "http://0x0:PORT/",
    "http://255.255.255.255:PORT/",
    "http://224.0.0.1:PORT/",
    "http://240.0.0.1:PORT/",
    // Private, shared, link-local, metadata.
    "http://10.0.0.1/",
    "http://012.1/",
    "http://167772161/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://192.168.257/",
    "http://3232235521/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://168.63.129.16/",
    // Spellings of IPv6.
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[0000::0001]:PORT/",
    "http://[::]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::ffff:7f00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2001:0:1::1]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fe80::1%25lo]:PORT/",
    "http://[fe80::1%lo]:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[fec0::1]:PORT/",
    "http://[fc00::1]:PORT/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[ff02::1]:PORT/",
    "http://[100::1]:PORT/",
    "http://[5f00::1]:PORT/",
    "http://[2001:db8::1]:PORT/",
    "http://[3fff::1]:PORT/",
    "http://[4000::1]:PORT/",
    "http://[v1.127]:PORT/",
    "http://[127.0.0.1]:PORT/",
    // Names that mean this machine.
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://localhost.:PORT/",
    "http://lo%63alhost:PORT/",
    "http://ｌｏｃａｌｈｏｓｔ:PORT/",
    "http://sub.localhost:PORT/",
    "http://127.0.0.1.nip.io:PORT/",
    "http://metadata.google.internal:PORT/",
    "http://public.example:PORT/",
    "http://xn--fiq228c:PORT/",
    // Numbers that are no addresses, and parts that are too large.
    "http://127.0.0.0x100:PORT/",
    "http://4294967296:PORT/",
    "http://127.0.0.256:PORT/",
    "http://127.0.0.1.1:PORT/",
    "http://0x.0x.0x.0x1:PORT/",
    "http://1.2.3.08:PORT/",
    // Other schemes.
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "dict://127.0.0.1:PORT/",
    "unix:/run/docker.sock",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "http://",
    "//127.0.0.1:PORT/",
];

#[tokio::test]
async fn no_hostile_spelling_reaches_this_machine() {
    let receiver = Receiver::start().await;
    let port = receiver.address().port().to_string();
    let client = client_with(
        ClientOptions::default(),
        Everything(receiver.address().ip()),
    );
    let mut refused = 0;
    for spelling in HOSTILE {
        // A URL that cannot be read is refused when a webhook is saved.
        let Ok(url) = Url::parse(&spelling.replace("PORT", &port)) else {
            continue;
        };
        let request = Request {
            url: url.into(),
            ..request("http://replaced.test/")
        };
        let reply = client.send(request).await;
        assert_eq!(
            reply.outcome.answer,
            Answer::None(Cause::Guard),
            "{spelling}: {reply:?}"
        );
        refused += 1;
    }
    assert!(
        HOSTILE.len() >= 100 && refused >= 80,
        "{refused} of {}",
        HOSTILE.len()
    );
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_refusal_tells_the_address_and_what_to_do() {
    let resolver = StaticResolver::new().with("inside.test", [[10, 1, 2, 3].into()]);
    let client = client_with(ClientOptions::default(), resolver);
    let reply = send(&client, "https://inside.test/").await;
    assert_cause(&reply, Cause::Guard, "inside.test resolves to 10.1.2.3");
    assert_cause(&reply, Cause::Guard, "a private address");
    assert_cause(&reply, Cause::Guard, "configuration");
    assert_eq!(reply.address, Some(SocketAddr::from(([10, 1, 2, 3], 443))));
}

/// Of several addresses of a name only the ones that passed are connected to.
#[tokio::test]
async fn refused_addresses_of_a_name_are_left_out() {
    let allowed = Receiver::start_on(SocketAddr::from(([127, 0, 0, 2], 0))).await;
    let port = allowed.address().port();
    let forbidden = Receiver::start_on(SocketAddr::from(([127, 0, 0, 1], port))).await;
    let addresses = [[127, 0, 0, 1].into(), [127, 0, 0, 2].into()];
    let client = client_with(
        only_127_0_0_2(),
        StaticResolver::new().with("mixed.test", addresses),
    );
    let reply = send(&client, &allowed.url_as("mixed.test", "/")).await;
    assert_status(&reply, 200);
    assert_eq!(reply.address, Some(allowed.address()));
    assert_eq!(forbidden.connections(), 0);
}

/// DNS rebinding: the name means an admitted address when it is first looked up and this machine
/// from then on. 127.0.0.2, which the test allows, stands for the public address, since no test
/// may reach a real one. One connection has one look-up, and goes where that look-up said.
#[tokio::test]
async fn a_name_that_changes_its_address_is_judged_at_each_connection() {
    let public = Receiver::start_on(SocketAddr::from(([127, 0, 0, 2], 0))).await;
    let port = public.address().port();
    let private = Receiver::start_on(SocketAddr::from(([127, 0, 0, 1], port))).await;
    let turns = [vec![[127, 0, 0, 2].into()], vec![[127, 0, 0, 1].into()]];
    let resolver = StaticResolver::new().with_turns("rebind.test", turns);
    let client = client_with(only_127_0_0_2(), resolver);
    let url = public.url_as("rebind.test", "/");

    let first = send(&client, &url).await;
    assert_status(&first, 200);
    assert_eq!(first.address, Some(public.address()), "what was checked");

    let kept = send(&client, &url).await;
    assert_status(&kept, 200);
    assert_eq!(
        kept.timing.dns_us, None,
        "a kept connection needs no look-up"
    );

    client.forget(webhook(1));
    let second = send(&client, &url).await;
    assert_cause(&second, Cause::Guard, "rebind.test resolves to 127.0.0.1");
    assert_eq!(private.connections(), 0);
    assert_eq!(public.connections(), 1);
}

fn only_127_0_0_2() -> ClientOptions {
    ClientOptions {
        allow: vec!["127.0.0.2/32".parse().unwrap()],
        ..ClientOptions::default()
    }
}

/// EVI-16: what the guard would say of a URL can be asked without sending anything.
#[tokio::test]
async fn a_refusal_is_told_without_sending() {
    let receiver = Receiver::start().await;
    let client = client_with(ClientOptions::default(), StaticResolver::new());
    let url: Url = receiver.url("/inspect/secret").parse().unwrap();
    let refusal = client.refusal(&url).await.unwrap();
    assert!(refusal.contains("is not a public address"), "{refusal}");
    assert!(!refusal.contains("secret"), "{refusal}");
    let client = client_with(crate::support::loopback(), StaticResolver::new());
    assert_eq!(client.refusal(&url).await, None);
    let unknown: Url = "https://nowhere.example/".parse().unwrap();
    let refusal = client.refusal(&unknown).await.unwrap();
    assert!(refusal.contains("nowhere.example"), "{refusal}");
    assert_eq!(receiver.count(), 0);
}
