//! HTTP/1.1 on the bare stream: reads a request, records it, does what the script says.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;

use super::{Behaviour, Part, bomb, script::Connection};

/// A head larger than this is not one of ours.
const MAX_HEAD: usize = 1024 * 1024;

/// A stream that can be told to close with a reset.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin {
    /// Makes the close that follows a reset (RST).
    fn reset_on_close(&self) -> io::Result<()>;
}

impl Wire for TcpStream {
    fn reset_on_close(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

impl Wire for TlsStream<TcpStream> {
    fn reset_on_close(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

/// Serves until either side closes.
pub(super) async fn serve(mut wire: impl Wire, connection: &Connection) -> io::Result<()> {
    let mut buffer = BytesMut::with_capacity(16 * 1024);
    while let Some(request) = read(&mut wire, &mut buffer).await? {
        let close = request.close;
        let behaviour = connection.record(
            request.method,
            request.path,
            request.version,
            request.headers,
            request.body,
        );
        if act(&mut wire, connection, behaviour).await? == Next::Close || close {
            return Ok(());
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Next {
    KeepAlive,
    Close,
}

struct Request {
    method: String,
    path: String,
    version: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    close: bool,
}

/// The next request; `None` when the client closed between two.
async fn read(wire: &mut impl Wire, buffer: &mut BytesMut) -> io::Result<Option<Request>> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if buffer.len() > MAX_HEAD {
            return Err(io::Error::other("the head of the request has no end"));
        }
        if wire.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = buffer.split_to(end + 4);
    let head = String::from_utf8_lossy(&head[..end]);
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let mut word = || first.next().unwrap_or_default().to_owned();
    let (method, path, version) = (word(), word(), word());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |wanted: &str| {
        headers
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.to_ascii_lowercase())
    };
    if header("expect").as_deref() == Some("100-continue") {
        wire.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let body = if header("transfer-encoding").as_deref() == Some("chunked") {
        read_chunked(wire, buffer).await?
    } else {
        let length = header("content-length").map_or(Ok(0), |text| text.parse());
        take(wire, buffer, length.map_err(io::Error::other)?).await?
    };
    let close = header("connection").as_deref() == Some("close") || version == "HTTP/1.0";
    Ok(Some(Request {
        method,
        path,
        version,
        headers,
        body,
        close,
    }))
}

async fn take(wire: &mut impl Wire, buffer: &mut BytesMut, length: usize) -> io::Result<Bytes> {
    while buffer.len() < length {
        if wire.read_buf(buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(buffer.split_to(length).freeze())
}

async fn read_chunked(wire: &mut impl Wire, buffer: &mut BytesMut) -> io::Result<Bytes> {
    let mut body = BytesMut::new();
    loop {
        let end = loop {
            if let Some(at) = buffer.windows(2).position(|two| two == b"\r\n") {
                break at;
            }
            if wire.read_buf(buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let line = buffer.split_to(end + 2);
        let size = String::from_utf8_lossy(&line[..end]).trim().to_owned();
        let size = usize::from_str_radix(&size, 16).map_err(io::Error::other)?;
        let chunk = take(wire, buffer, size + 2).await?;
        if size == 0 {
            return Ok(body.freeze());
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

async fn act(
    wire: &mut impl Wire,
    connection: &Connection,
    behaviour: Behaviour,
) -> io::Result<Next> {
    match behaviour {
        Behaviour::Status(status) => answer(wire, status, &[], b"ok").await?,
        Behaviour::StatusWith {
            status,
            headers,
            body,
        } => answer(wire, status, &headers, &body).await?,
        Behaviour::Hang => return until_closed(wire).await,
        Behaviour::AnswerAfter(delay, status) => {
            tokio::time::sleep(delay).await;
            answer(wire, status, &[], b"ok").await?;
        }
        Behaviour::AnswerWhen(gate, status) => {
            gate.passed().await;
            answer(wire, status, &[], b"ok").await?;
        }
        Behaviour::Redirect(to) => {
            answer(wire, 302, &[("location".to_owned(), to)], b"").await?;
        }
        Behaviour::GzipBomb => {
            let headers = [("content-encoding".to_owned(), "gzip".to_owned())];
            answer(wire, 200, &headers, &bomb::gzip(64)).await?;
        }
        Behaviour::NulBytes => answer(wire, 200, &[], b"a\0b\0\0c").await?,
        Behaviour::NulHeader => {
            wire.write_all(b"HTTP/1.1 200 OK\r\nx-odd: a\0b\r\ncontent-length: 2\r\n\r\nok")
                .await?;
        }
        Behaviour::NonUtf8 => {
            wire.write_all(
                b"HTTP/1.1 200 OK\r\nx-odd: caf\xe9\r\ncontent-length: 5\r\n\r\ncaf\xe9\xff",
            )
            .await?;
        }
        Behaviour::Status100Then(status) => {
            wire.write_all(
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
            )
            .await?;
            answer(wire, status, &[], b"ok").await?;
        }
        Behaviour::CloseAfter(status) => {
            answer(wire, status, &[], b"ok").await?;
            return Ok(Next::Close);
        }
        never_complete => return misbehave(wire, connection, never_complete).await,
    }
    Ok(Next::KeepAlive)
}

/// The behaviours after which the connection is of no more use.
async fn misbehave(
    wire: &mut impl Wire,
    connection: &Connection,
    behaviour: Behaviour,
) -> io::Result<Next> {
    match behaviour {
        Behaviour::Drip {
            part: Part::Head,
            every,
            status,
        } => {
            let head = format!("{}content-length: 0\r\n\r\n", opening(status));
            for byte in head.bytes() {
                wire.write_all(&[byte]).await?;
                tokio::time::sleep(every).await;
            }
            return Ok(Next::KeepAlive);
        }
        Behaviour::Drip {
            part: Part::Body,
            every,
            status,
        } => {
            chunked(wire, status).await?;
            loop {
                wire.write_all(b"1\r\n.\r\n").await?;
                connection.script.count_endless(1);
                tokio::time::sleep(every).await;
            }
        }
        Behaviour::EndlessBody(status) => {
            chunked(wire, status).await?;
            let chunk = [b"4000\r\n".as_slice(), &[b'.'; 0x4000], b"\r\n"].concat();
            loop {
                wire.write_all(&chunk).await?;
                connection.script.count_endless(0x4000);
            }
        }
        Behaviour::StallBody(status) => {
            half_a_body(wire, status).await?;
            return until_closed(wire).await;
        }
        Behaviour::EarlyClose(status) => half_a_body(wire, status).await?,
        Behaviour::Reset => wire.reset_on_close()?,
        Behaviour::ResetBeforeHead => {
            wire.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").await?;
            wire.flush().await?;
            wire.reset_on_close()?;
        }
        Behaviour::Garbage => {
            wire.write_all(b"220 mail.example.org ESMTP ready\r\n\r\n")
                .await?;
            return until_closed(wire).await;
        }
        Behaviour::HugeHead => {
            let head = format!(
                "{}x-large: {}\r\n\r\n",
                opening(200),
                "x".repeat(800 * 1024)
            );
            wire.write_all(head.as_bytes()).await?;
            return until_closed(wire).await;
        }
        Behaviour::ManyHeaders => {
            let mut head = opening(200);
            for number in 0..1000 {
                head.push_str(&format!("x-{number}: {number}\r\n"));
            }
            head.push_str("content-length: 0\r\n\r\n");
            wire.write_all(head.as_bytes()).await?;
            return until_closed(wire).await;
        }
        Behaviour::Endless100(every) => loop {
            wire.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
            if !every.is_zero() {
                tokio::time::sleep(every).await;
            }
        },
        Behaviour::SwitchProtocols => {
            wire.write_all(
                b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n",
            )
            .await?;
            return until_closed(wire).await;
        }
        // `Close`; the others have been dealt with by `act`.
        _ => {}
    }
    Ok(Next::Close)
}

async fn answer(
    wire: &mut impl Wire,
    status: u16,
    headers: &[(String, String)],
    body: &[u8],
) -> io::Result<()> {
    let mut response = opening(status);
    for (name, value) in headers {
        response.push_str(&format!("{name}: {value}\r\n"));
    }
    // These two have no body by definition (RFC 9110, 6.4.1).
    let bodiless = status == 204 || status == 304;
    if !bodiless {
        response.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    response.push_str("\r\n");
    let mut response = response.into_bytes();
    if !bodiless {
        response.extend_from_slice(body);
    }
    wire.write_all(&response).await?;
    wire.flush().await
}

fn opening(status: u16) -> String {
    format!("HTTP/1.1 {status} Scripted\r\n")
}

async fn chunked(wire: &mut impl Wire, status: u16) -> io::Result<()> {
    let head = format!("{}transfer-encoding: chunked\r\n\r\n", opening(status));
    wire.write_all(head.as_bytes()).await
}

async fn half_a_body(wire: &mut impl Wire, status: u16) -> io::Result<()> {
    let head = format!("{}content-length: 10\r\n\r\nhalf.", opening(status));
    wire.write_all(head.as_bytes()).await?;
    wire.flush().await
}

/// Reads and forgets until the client is gone.
async fn until_closed(wire: &mut impl Wire) -> io::Result<Next> {
    wire.flush().await?;
    let mut rest = [0; 1024];
    while wire.read(&mut rest).await? > 0 {}
    Ok(Next::Close)
}
