//! People on many nodes: what makes wrong what a node may remember is told to all; one node's use of
//! a link is every node's.

mod database;

use std::time::Duration;

use bellwire_core::{
    access::Role,
    ids::TokenId,
    ports::{Audit as _, Catalogue as _, Change, Changes, LinkUse, People as _, Token, TokenScope},
    time::{HOUR, MINUTE},
    user::{Holder, Purpose, User},
};
use bellwire_postgres::Postgres;
use bellwire_testkit::{
    builders::{START, id, organization},
    people::{any, entry, link, portal, session, user},
};
use database::{Database, connect};
use tokio::time::timeout;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two nodes, the second one's feed, and how many changes of the platform the database has counted.
struct Nodes {
    database: Database,
    here: Postgres,
    there: Postgres,
}

impl Nodes {
    async fn new() -> Self {
        let database = Database::new().await;
        let (here, there) = (database.open().await, database.open().await);
        Self {
            database,
            here,
            there,
        }
    }

    /// How many changes of the platform have been told so far.
    async fn told(&self) -> i64 {
        let client = connect(&self.database.url).await;
        let row = client
            .query_one("SELECT platform_changes FROM installation", &[])
            .await;
        row.expect("the row of the installation").get(0)
    }
}

async fn hears_of_the_platform(feed: &mut Box<dyn Changes>) {
    let heard = async { while feed.next().await != Change::Platform {} };
    timeout(PATIENCE, heard).await.expect("it is heard of");
}

/// Each change that makes a memory wrong is counted once and heard elsewhere; the others are not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_may_go_on_trusting_is_told() {
    let nodes = Nodes::new().await;
    let (here, mut feed) = (&nodes.here, nodes.there.changes());
    let cool = organization("cool").build();
    let made = here.create_organization(cool.clone(), any()).await;
    made.expect("stored");
    let mut told = nodes.told().await;
    /// What was called counts as one change, and is heard; or as none.
    macro_rules! tells {
        ($count:literal, $call:expr) => {{
            let result = $call.await.expect(stringify!($call));
            let before = told;
            told += $count;
            assert_eq!(nodes.told().await, told, "{}", stringify!($call));
            for _ in before..told {
                hears_of_the_platform(&mut feed).await;
            }
            result
        }};
    }
    let ann = user("ann@example.com");
    tells!(1, here.create_user(ann.clone(), any()));
    let next = User {
        revision: 2,
        ..ann.clone()
    };
    tells!(1, here.update_user(next, true, any()));
    let (one, two) = (session(Holder::User(ann.id)), session(Holder::User(ann.id)));
    tells!(0, here.create_session(one.clone(), any()));
    tells!(0, here.create_session(two, any()));
    tells!(0, here.touch_session(one.id, START + MINUTE, START + HOUR));
    assert!(tells!(1, here.end_session(one.id, any())));
    assert!(!tells!(0, here.end_session(one.id, any())));
    assert_eq!(tells!(1, here.end_sessions(ann.id, any())), 1);
    assert_eq!(tells!(0, here.end_sessions(ann.id, any())), 0);
    let through = link(Purpose::Portal(portal(cool.id)));
    tells!(0, here.create_link(through.clone(), Some(any())));
    tells!(0, here.use_link(through.id, START));
    assert!(tells!(
        1,
        here.revoke_link(cool.id, through.id, START, any())
    ));
    assert!(!tells!(
        0,
        here.revoke_link(cool.id, through.id, START, any())
    ));
    tells!(0, here.revoke_password_links(Some(ann.id), START));
    tells!(0, here.note(vec![entry("webhook.secret_shown")]));
    tells!(0, here.sweep_people(START));
    tells!(1, here.delete_user(ann.id, any()));
    let token = Token {
        id: id::<TokenId>(),
        scope: TokenScope::Organization(cool.id),
        role: Role::Viewer,
        name: "a token".to_owned(),
        sha256: [1; 32],
        created_at: START,
        revoked_at: None,
        expires_at: None,
        last_used_at: None,
    };
    tells!(1, here.create_token(token.clone(), any()));
    tells!(0, here.touch_tokens(vec![(token.id, START)]));
    assert!(tells!(1, here.revoke_token(None, token.id, START, any())));
    assert!(!tells!(0, here.revoke_token(None, token.id, START, any())));
}

/// Two nodes are asked many times at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_good_once_on_all_nodes_together() {
    let nodes = Nodes::new().await;
    for _ in 0..5 {
        let link = link(Purpose::FirstOperator);
        let stored = nodes.here.create_link(link.clone(), None).await;
        stored.expect("stored");
        let calls: Vec<_> = (0..10)
            .map(|n| {
                let node = [&nodes.here, &nodes.there][n % 2].clone();
                tokio::spawn(async move { node.use_link(link.id, START).await })
            })
            .collect();
        let mut good = 0;
        for call in calls {
            match call.await.expect("no panic").expect("answered") {
                LinkUse::Good(_) => good += 1,
                used => assert_eq!(used, LinkUse::Used),
            }
        }
        assert_eq!(good, 1);
    }
}
