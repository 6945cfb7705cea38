//! The API of what is measured, for what a scenario sets up and looks at: not for the load.

use anyhow::{Result, ensure};
use bytes::Bytes;
use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::bench::connection::{Connection, Door};

/// The API, on one connection.
pub(super) struct Api(Connection);

impl Api {
    pub(super) async fn open(door: &Door) -> Result<Self> {
        Connection::open(door).await.map(Self)
    }

    /// A call; anything but a 2xx is an error with the answer in it.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value> {
        let bytes = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let (status, answer) = self.0.call(method, path, bytes).await?;
        let text = String::from_utf8_lossy(&answer);
        ensure!(status.is_success(), "{path} was answered {status}: {text}");
        match status {
            StatusCode::NO_CONTENT => Ok(Value::Null),
            _ => Ok(serde_json::from_slice(&answer)?),
        }
    }

    pub(super) async fn post(&mut self, path: &str, body: Value) -> Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(super) async fn get(&mut self, path: &str) -> Result<Value> {
        self.call(Method::GET, path, None).await
    }
}
