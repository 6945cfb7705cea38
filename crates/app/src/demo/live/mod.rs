//! What goes on once the scenario is settled: somebody to sign in as, webhooks that fare well and
//! badly, about three events a second in all, over four organizations, and developers of the fifth
//! who use up what they bought, so that each page of the portal has something to show.
//!
//! Cast: [`world`] is what there is, [`traffic`] what happens in it, [`crowd`] who uses up quotas.

pub mod crowd;
pub mod traffic;
pub mod world;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bellwire_core::{
    access::Actor,
    entropy::Entropy as _,
    service::{NewUser, Service},
};
use tokio::runtime::Runtime;

use self::{crowd::Crowd, traffic::Traffic};
use super::{MadeHook, endpoint::Endpoint, pause};
use crate::{
    api_client::ApiClient, entropy::SystemEntropy, say, shutdown::Signals, terminal::faint,
};

/// How often an event goes out: about three a second.
const SEND_EVERY: Duration = Duration::from_millis(330);
/// After how many events somebody's usage is reported.
const USE_EVERY: u64 = 6;
/// How often it is told how it goes.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Who looks at the portal.
const EMAIL: &str = "robin@demo.example";
/// Their name.
const NAME: &str = "Robin Demo";

/// How somebody comes into the portal.
#[derive(Debug)]
pub struct WayIn {
    /// What signs in once, for half an hour.
    pub path: String,
    /// For later.
    pub email: &'static str,
    /// The same.
    pub password: String,
}

/// Makes the operator who looks at it, and the link with which they come in.
///
/// # Errors
/// When the store refuses it.
pub fn way_in(runtime: &Runtime, service: &Service) -> Result<WayIn> {
    let by = Actor::system();
    let password = format!("demo-{:016x}", SystemEntropy.u64());
    let new = NewUser {
        email: EMAIL.to_owned(),
        name: Some(NAME.to_owned()),
        password: Some(password.clone()),
        operator: true,
        ..NewUser::default()
    };
    let link = runtime.block_on(async {
        let made = service.create_user(new, &by).await?;
        service.sign_in_link(made.user.id, &by).await
    });
    let link = link.context("the demo's operator cannot be made")?;
    Ok(WayIn {
        path: format!("/sign-in/link/{link}"),
        email: EMAIL,
        password,
    })
}

/// What goes on.
#[derive(Debug)]
pub struct Live {
    traffic: Traffic,
    crowd: Crowd,
}

impl Live {
    /// Makes what there is beside the scenario.
    ///
    /// # Errors
    /// When the server refuses any of it.
    pub fn set_up(client: &ApiClient, endpoint: &Endpoint, hooks: &[MadeHook]) -> Result<Self> {
        world::set_up(client, endpoint, hooks)?;
        Ok(Self {
            traffic: Traffic::default(),
            crowd: Crowd::set_up(client, hooks)?,
        })
    }

    /// Keeps it going until a signal.
    ///
    /// # Errors
    /// When the server refuses something.
    pub fn go_on(
        mut self,
        runtime: &Runtime,
        signals: &mut Signals,
        client: &ApiClient,
        endpoint: &Endpoint,
    ) -> Result<()> {
        let (mut sent, mut received, mut crossed) = (0_u64, 0, 0);
        let mut told = Instant::now();
        loop {
            self.traffic.next(client)?;
            sent += 1;
            if sent.is_multiple_of(USE_EVERY) {
                crossed += self.crowd.report(client)?;
            }
            received += endpoint.take().len();
            if sent == 1 || told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                say!(
                    "{}",
                    faint(format!(
                        "→ {sent} events sent, {received} requests received, {crossed} quota \
                         percentages crossed"
                    ))
                )?;
            }
            if pause(runtime, signals, SEND_EVERY) {
                return Ok(());
            }
        }
    }
}
