//! A proxy before the database that loses the answer to a commit on demand.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A proxy for as long as the runtime of its test lives.
pub(crate) struct Proxy {
    /// The database, through the proxy.
    pub(crate) url: String,
    armed: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = listener.local_addr().expect("an address").to_string();
        let (host, _) = url
            .split_once('@')
            .and_then(|(_, rest)| rest.split_once('/'))
            .expect("a host");
        let (url, host) = (url.replace(host, &own), host.to_owned());
        let armed = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&armed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&host).await.expect("the database");
                tokio::spawn(pass(client, server, Arc::clone(&shared)));
            }
        });
        Self { url, armed }
    }

    /// The next commit reaches the database; its answer reaches nobody, and the connection is cut.
    pub(crate) fn swallow_next_commit(&self) {
        self.armed.store(true, SeqCst);
    }
}

async fn pass(mut client: TcpStream, mut server: TcpStream, armed: Arc<AtomicBool>) {
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(size @ 1..) = read else { return };
                let commits = up[..size].windows(6).any(|bytes| bytes == b"COMMIT");
                if server.write_all(&up[..size]).await.is_err() {
                    return;
                }
                if commits && armed.swap(false, SeqCst) {
                    // `Z` `I`: ready again, outside of a transaction. Then it is committed.
                    let mut answer = Vec::new();
                    while !answer.ends_with(b"Z\0\0\0\x05I") {
                        let Ok(size @ 1..) = server.read(&mut down).await else { return };
                        answer.extend_from_slice(&down[..size]);
                    }
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(size @ 1..) = read else { return };
                if client.write_all(&down[..size]).await.is_err() {
                    return;
                }
            }
        }
    }
}
