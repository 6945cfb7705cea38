//! How long clearing old events takes while new ones come in, and what those feel of it.
//!
//! `cargo run --release -p bellwire-sqlite --example retention_sqlite -- [old] [callers] [every ms]`
#![allow(clippy::print_stdout)]

use std::{sync::Arc, time::Duration};

use bellwire_core::{
    crypt::{Key, Keyring},
    ports::Store,
};
use bellwire_sqlite::{Options, Sqlite};
use bellwire_testkit::{
    conformance::Subject,
    entropy::SeededEntropy,
    retention::{Plan, measure},
};

struct Bench(Sqlite);

#[async_trait::async_trait]
impl Subject for Bench {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&mut self) {}
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments: Vec<usize> = std::env::args()
        .skip(1)
        .map(|text| text.parse().expect("a number"))
        .collect();
    let argument = |index: usize, otherwise| arguments.get(index).copied().unwrap_or(otherwise);
    let directory = tempfile::tempdir().expect("a directory");
    let options = Options::new(directory.path().join("bellwire.db"));
    let keyring = Keyring::new(vec![Key::from_bytes([1; 32])]).expect("one key");
    let store = Sqlite::open(&options, keyring, Arc::new(SeededEntropy::new(7)));
    let plan = Plan {
        old: argument(0, 200_000),
        data: 500,
        callers: argument(1, 16),
        every_ms: argument(2, 20) as u64,
        alone: Duration::from_secs(15),
    };
    let measured = measure(Bench(store.expect("it opens")), plan).await;
    println!("{plan:?}\n{}", measured.report());
}
