//! .
#![allow(unsafe_code, clippy::print_stdout, missing_docs)]
use std::{sync::Arc, time::Instant};
use bellwire_core::{ids::*, outcome::*, policy::Timeouts, ports::{Request, Sender}, time::*};
use bellwire_dispatch::{client::*, resolve::StaticResolver};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;

#[repr(C)]
struct Ts { s: i64, n: i64 }
unsafe extern "C" { fn clock_gettime(id: i32, ts: *mut Ts) -> i32; }
fn cpu_us() -> f64 { let mut t = Ts{s:0,n:0}; unsafe { clock_gettime(3, &mut t) }; t.s as f64*1e6 + t.n as f64/1e3 }
struct C;
impl Clock for C {
    fn now(&self) -> Time { Time::from_millis(1) }
    fn sleep_until(&self, _: Time) -> std::pin::Pin<Box<dyn Future<Output=()> + Send>> { Box::pin(std::future::pending()) }
}
fn main() {
    let (tx, rx) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        rt.block_on(async move {
            let l = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            tx.send(l.local_addr().unwrap()).unwrap();
            loop {
                let (s, _) = l.accept().await.unwrap();
                s.set_nodelay(true).unwrap();
                tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(s), hyper::service::service_fn(|r: http::Request<hyper::body::Incoming>| async move {
                    let _ = r.into_body().collect().await;
                    let mut b = http::Response::builder();
                    for i in 0..8 { b = b.header(format!("x-header-{i}"), "some value here"); }
                    Ok::<_, std::convert::Infallible>(b.body(Full::new(Bytes::from_static(&[b'x';200]))).unwrap())
                })));
            }
        });
    });
    let addr = rx.recv().unwrap();
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    const N: usize = 20_000;
    let headers = || -> Vec<Header> { (0..6).map(|i| Header{name: format!("webhook-h{i}"), value: "some value".into()}).collect() };
    rt.block_on(async {
        for round in 0..3 {
            let client = Client::new(ClientOptions{allow: vec!["127.0.0.0/8".parse().unwrap()], ..Default::default()}, Arc::new(StaticResolver::new()), Arc::new(C)).unwrap();
            let url: Arc<url::Url> = Arc::new(format!("http://{addr}/hook").parse().unwrap());
            let id: WebhookId = IdSource::default().next(Time::from_millis(1), 1);
            let body = Bytes::from(vec![b'x'; 500]);
            let req = || Request { webhook_id: id, url: url.clone(), headers: headers(), body: body.clone(), timeouts: Timeouts{connect_ms:3000,first_byte_ms:3000,total_ms:9000} };
            let r = client.send(req()).await;
            assert_eq!(r.outcome.answer, Answer::Status(200), "{r:?}");
            let (c, w) = (cpu_us(), Instant::now());
            for _ in 0..N { std::hint::black_box(client.send(req()).await); }
            println!("round {round} ours: {:.1} us cpu, {:.1} us wall", (cpu_us()-c)/N as f64, w.elapsed().as_micros() as f64/N as f64);

            let s = tokio::net::TcpStream::connect(addr).await.unwrap();
            s.set_nodelay(true).unwrap();
            let (mut sender, conn) = hyper::client::conn::http1::handshake::<_, Full<Bytes>>(TokioIo::new(s)).await.unwrap();
            tokio::spawn(conn);
            let (c, w) = (cpu_us(), Instant::now());
            for _ in 0..N {
                sender.ready().await.unwrap();
                let mut b = http::Request::post("/hook").header("host", addr.to_string());
                for h in headers() { b = b.header(h.name, h.value); }
                let r = sender.send_request(b.body(Full::new(body.clone())).unwrap()).await.unwrap();
                let (head, b) = r.into_parts();
                std::hint::black_box((head, b.collect().await.unwrap().to_bytes()));
            }
            println!("round {round} bare hyper: {:.1} us cpu, {:.1} us wall", (cpu_us()-c)/N as f64, w.elapsed().as_micros() as f64/N as f64);
        }
    });
}
