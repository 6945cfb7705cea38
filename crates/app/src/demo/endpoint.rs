//! The endpoint of the demo: it behaves as the scenario says and remembers what it received.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};

use super::{
    live::world,
    scenario::{Behaviour, HOOKS},
};
use crate::receiver::{Answer, Received, Receiver};

#[derive(Debug, Default)]
struct Memory {
    requests: Vec<Received>,
    seen: HashMap<String, usize>,
}

/// A receiver with the scenario's paths.
#[derive(Debug)]
pub struct Endpoint {
    receiver: Receiver,
    memory: Arc<Mutex<Memory>>,
}

impl Endpoint {
    /// Starts on a free port of this machine.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> Result<Self> {
        let memory = Arc::new(Mutex::new(Memory::default()));
        let handler = {
            let memory = Arc::clone(&memory);
            Arc::new(move |received: &Received| {
                let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                let path = received.path().to_owned();
                let seen = memory.seen.entry(path.clone()).or_insert(0);
                *seen += 1;
                let answer = answer(&path, *seen);
                memory.requests.push(received.clone());
                answer
            })
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let receiver = Receiver::start(address, handler)
            .await
            .context("cannot start the endpoint")?;
        Ok(Self { receiver, memory })
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.receiver.url(path)
    }

    /// What was received since the last call, in order.
    #[must_use]
    pub fn take(&self) -> Vec<Received> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut memory.requests)
    }
}

fn answer(path: &str, seen: usize) -> Answer {
    if let Some(answer) = world::answer(path, seen) {
        return answer;
    }
    match HOOKS
        .iter()
        .find(|hook| hook.path() == path)
        .map(|hook| hook.behaviour)
    {
        None => Answer::status(404),
        Some(Behaviour::Answers) => Answer::status(200),
        Some(Behaviour::FailsFirst(times)) if seen <= times => Answer {
            body: "down for maintenance\n".to_owned(),
            ..Answer::status(503)
        },
        Some(Behaviour::FailsFirst(_)) => Answer::status(200),
        Some(Behaviour::Hangs) => Answer::never(),
    }
}
