//! One kept-alive HTTP/1.1 connection to what is measured, and nothing around it: a client with a
//! pool would cost the measured server cycles of the cores they share.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode, Uri,
    client::conn::http1::{SendRequest, handshake},
    header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderValue, SET_COOKIE},
    http::response::Parts,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::AbortHandle};

/// How long anything may take before the run is given up.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where requests go and what they carry.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) address: SocketAddr,
    host: HeaderValue,
    authorization: Option<HeaderValue>,
}

impl Door {
    pub(super) fn new(address: SocketAddr, token: Option<&str>) -> Result<Self> {
        let authorization = match token {
            Some(token) => Some(HeaderValue::from_str(&format!("Bearer {token}"))?),
            None => None,
        };
        Ok(Self {
            address,
            host: HeaderValue::from_str(&address.to_string())?,
            authorization,
        })
    }
}

/// The connection. Dropping it closes it.
pub(super) struct Connection {
    door: Door,
    sender: SendRequest<Full<Bytes>>,
    task: AbortHandle,
}

impl Connection {
    pub(super) async fn open(door: &Door) -> Result<Self> {
        let stream = TcpStream::connect(door.address)
            .await
            .with_context(|| format!("cannot connect to {}", door.address))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let task = tokio::spawn(async move {
            // What goes wrong shows at the request that is under way.
            let _ = connection.await;
        })
        .abort_handle();
        Ok(Self {
            door: door.clone(),
            sender,
            task,
        })
    }

    /// Sends one request and reads the whole answer.
    pub(super) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse()?;
        let headers = request.headers_mut();
        headers.insert(HOST, self.door.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(authorization) = &self.door.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let (head, body) = self.exchange(request).await?;
        Ok((head.status, body))
    }

    /// Signs in by e-mail address and password; the cookie that a browser sends from then on.
    pub(super) async fn sign_in(&mut self, email: &str, password: &str) -> Result<HeaderValue> {
        let body = serde_json::json!({"email": email, "password": password}).to_string();
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = Uri::from_static("/api/v1/session");
        let headers = request.headers_mut();
        headers.insert(HOST, self.door.host.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (head, answer) = self.exchange(request).await?;
        let cookie = head.headers.get(SET_COOKIE).and_then(|value| {
            let pair = value.to_str().ok()?.split(';').next()?;
            HeaderValue::from_str(pair).ok()
        });
        cookie.with_context(|| {
            let said = String::from_utf8_lossy(&answer);
            format!("nobody is signed in: {} {said}", head.status)
        })
    }

    /// Opens a page as a browser with this cookie does: status, and the bytes that went over.
    pub(super) async fn open_page(
        &mut self,
        path: &str,
        cookie: &HeaderValue,
    ) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = path.parse()?;
        let headers = request.headers_mut();
        headers.insert(HOST, self.door.host.clone());
        headers.insert(COOKIE, cookie.clone());
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let (head, body) = self.exchange(request).await?;
        Ok((head.status, body))
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<(Parts, Bytes)> {
        let path = request.uri().clone();
        let exchange = async {
            self.sender.ready().await?;
            let response = self.sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>((head, body))
        };
        tokio::time::timeout(TIMEOUT, exchange)
            .await
            .with_context(|| format!("{path} was not answered within {} s", TIMEOUT.as_secs()))?
            .with_context(|| format!("{path} at {}", self.door.address))
    }

    /// `POST`s; anything but a 2xx is an error with the answer in it.
    pub(super) async fn post(&mut self, path: &str, body: Bytes) -> Result<Bytes> {
        let (status, answer) = self.call(Method::POST, path, body).await?;
        if !status.is_success() {
            bail!(
                "POST {path} was answered {status}: {}",
                String::from_utf8_lossy(&answer)
            );
        }
        Ok(answer)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}
