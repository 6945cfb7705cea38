//! `bellwire serve`: the server, until a signal ends it.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use super::ConfigArgs;
use crate::{
    backend,
    config::Config,
    failure::{Exit, Failure},
    say,
    serve::Server,
    shutdown::Signals,
    telemetry,
    terminal::{accent, faint, strong, warm},
};

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Serve {
    pub(super) fn run(self) -> Result<()> {
        let config = self.config.load()?.config;
        telemetry::start(&config.log)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let done = runtime.block_on(async {
            let mut signals = Signals::listen()?;
            let server = Server::start(&config).await?;
            announce(&server, &config);
            invite(&server).await;
            let signal = signals.next().await;
            let grace = Duration::from_secs(config.shutdown.grace_s.into());
            tracing::info!(signal, grace_s = config.shutdown.grace_s, "stopping: finishing what is under way");
            tokio::select! {
                clean = server.stop(grace) => {
                    if clean {
                        tracing::info!("stopped");
                    } else {
                        tracing::warn!("stopped; what could not be finished in time is sent again after the next start");
                    }
                    Ok(())
                }
                signal = signals.next() => Err(Failure::new(
                    Exit::Failed,
                    format!("stopped at once by a second {signal}; what was under way is sent again after the next start"),
                ).into()),
            }
        });
        // Requests that were cut off must not keep the process alive.
        runtime.shutdown_timeout(Duration::from_secs(1));
        done
    }
}

/// Says where the server is. The first line is for programs too: scripts read the URL from it. That
/// nobody reads standard output is no reason for a server to end.
fn announce(server: &Server, config: &Config) {
    let _ = say!("{} {}", strong("Listening on"), accent(server.url()));
    let _ = say!("{} {}", faint("Database"), backend::describe(config));
    if let Some(token) = server.first_token() {
        let _ = say!("{} {}", strong("Platform token"), warm(token));
        let _ = say!(
            "{}",
            faint("It is shown this once: keep it. BELLWIRE_TOKEN takes it.")
        );
    }
}

/// While there is nobody who may do everything, says how to make them. A store that cannot write now
/// is no reason for a server to end: it says so at the next start too.
async fn invite(server: &Server) {
    match server.first_operator_link().await {
        Ok(None) => {}
        Ok(Some(url)) => {
            let _ = say!("{} {}", strong("First operator"), warm(url));
            let _ = say!(
                "{}",
                faint("Nobody can sign in yet: open it to make the one who may do everything.")
            );
            let _ = say!(
                "{}",
                faint("It works once, for a day; the next start prints another one.")
            );
        }
        Err(error) => tracing::warn!(%error, "no link for the first operator could be made"),
    }
}
