//! Stage 5 against real endpoints: the guarded client, a scripted receiver, real sockets.

mod bodies;
mod causes;
mod certificates;
mod connections;
mod http2;
mod ssrf;
mod support;
mod timeouts;
