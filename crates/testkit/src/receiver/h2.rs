//! HTTP/2 with hyper's server: the behaviours that make sense above the frames.

use std::{
    convert::Infallible,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Request, Response,
    body::{Body, Frame, Incoming},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::{
    Behaviour, bomb,
    script::{Connection, Script},
};

/// Serves until either side closes.
pub(super) async fn serve(
    stream: TlsStream<TcpStream>,
    connection: Arc<Connection>,
) -> io::Result<()> {
    let service = service_fn(move |request| handle(request, connection.clone()));
    http2::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await
        .map_err(io::Error::other)
}

async fn handle(
    request: Request<Incoming>,
    connection: Arc<Connection>,
) -> Result<Response<Answer>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let mut headers = vec![];
    if let Some(authority) = head.uri.authority() {
        headers.push(("host".to_owned(), authority.to_string()));
    }
    headers.extend(head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    }));
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let behaviour = connection.record(
        head.method.to_string(),
        path.to_owned(),
        format!("{:?}", head.version),
        headers,
        body,
    );
    respond(behaviour, &connection).await
}

async fn respond(
    behaviour: Behaviour,
    connection: &Connection,
) -> Result<Response<Answer>, io::Error> {
    let short = |status: u16| response(status, &[], Bytes::from_static(b"ok"));
    match behaviour {
        Behaviour::Status(status)
        | Behaviour::CloseAfter(status)
        | Behaviour::Status100Then(status) => short(status),
        Behaviour::StatusWith {
            status,
            headers,
            body,
        } => response(status, &headers, body),
        Behaviour::Hang => std::future::pending().await,
        Behaviour::AnswerAfter(delay, status) => {
            tokio::time::sleep(delay).await;
            short(status)
        }
        Behaviour::AnswerWhen(gate, status) => {
            gate.passed().await;
            short(status)
        }
        Behaviour::Redirect(to) => response(302, &[("location".to_owned(), to)], Bytes::new()),
        Behaviour::GzipBomb => {
            let headers = [("content-encoding".to_owned(), "gzip".to_owned())];
            response(200, &headers, bomb::gzip(64))
        }
        Behaviour::EndlessBody(status) => Response::builder()
            .status(status)
            .body(Answer::Endless(connection.script.clone()))
            .map_err(io::Error::other),
        Behaviour::StallBody(status) | Behaviour::EarlyClose(status) => Response::builder()
            .status(status)
            .body(Answer::Stalled(Some(Bytes::from_static(b"half."))))
            .map_err(io::Error::other),
        // hyper resets the stream when the service fails.
        Behaviour::Reset | Behaviour::Close | Behaviour::ResetBeforeHead => {
            Err(io::ErrorKind::ConnectionReset.into())
        }
        other => response(
            500,
            &[],
            Bytes::from(format!("{other:?} is of HTTP/1 only")),
        ),
    }
}

fn response(
    status: u16,
    headers: &[(String, String)],
    body: Bytes,
) -> Result<Response<Answer>, io::Error> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    let body = Answer::Whole((!body.is_empty()).then_some(body));
    response.body(body).map_err(io::Error::other)
}

/// A body that ends, stalls, or never ends.
enum Answer {
    Whole(Option<Bytes>),
    Stalled(Option<Bytes>),
    Endless(Arc<Script>),
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let data = match &mut *self {
            Self::Whole(bytes) => bytes.take(),
            Self::Stalled(bytes) => match bytes.take() {
                Some(bytes) => Some(bytes),
                // Nothing will ever wake this: that is the point.
                None => return Poll::Pending,
            },
            Self::Endless(script) => {
                script.count_endless(0x4000);
                Some(Bytes::from_static(&[b'.'; 0x4000]))
            }
        };
        Poll::Ready(data.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }
}
