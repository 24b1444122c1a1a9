//! A stand-in for the providers of hosted models: a local HTTP server that speaks Anthropic's Messages API
//! and OpenAI's chat completions as their documents say, streaming events and headers included, with a
//! deterministic responder for a brain, a latency model and a switch for every fault.
//!
//! The responder is why nothing that is shipped may depend on this crate: tests and trials do.
//!
//! ```
//! use provider::{Behaviour, Fault, Provider};
//!
//! let provider = Provider::start(Behaviour { key: Some("sk-test".into()), ..Default::default() });
//! println!("ask {}/v1/messages, or {}/v1/chat/completions", provider.url(), provider.url());
//! provider.set(Fault::CutMidStream);
//! assert!(provider.seen().is_empty());
//! ```
//!
//! In the order a request meets them: `server` routes it, `anthropic` and `openai` read it, [`turn`] finds
//! address and packet in it, [`host`] decides, [`answer`] puts that into words, [`tokens`] and `cache`
//! count, `completion` is the answer of either API, `script` writes it piece by piece. [`explain`] is the brain
//! for packets that are to be explained, and `batch` keeps many questions until they are asked after.

#![forbid(unsafe_code)]

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;

use axum::serve::ListenerExt;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};

pub mod answer;
mod anthropic;
mod batch;
pub mod behaviour;
mod cache;
mod completion;
pub mod explain;
pub mod host;
mod openai;
mod script;
mod server;
mod tls;
pub mod tokens;
pub mod turn;

pub use behaviour::{Behaviour, Brain, Fault, Latency, Model, ReasoningField, ThinkingKind};
pub use server::Seen;
pub use turn::{Form, Turn};

use server::Shared;

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// A running stand-in. It stops when it is dropped, and whatever is under way with it.
#[derive(Debug)]
pub struct Provider {
    url: String,
    certificate: Option<String>,
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

impl Provider {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Panics
    /// When there is none, or no thread to be had.
    pub fn start(behaviour: Behaviour) -> Provider {
        Provider::bind(behaviour, local()).expect("a free port of 127.0.0.1")
    }

    /// Starts one that speaks TLS as `localhost`, with a [certificate](Provider::certificate_pem) that it
    /// signed itself.
    ///
    /// # Panics
    /// As [`start`](Provider::start).
    pub fn start_tls(behaviour: Behaviour) -> Provider {
        Provider::bind_tls(behaviour, local()).expect("a free port of 127.0.0.1")
    }

    /// Starts one at `address`.
    ///
    /// # Errors
    /// The address cannot be had, or no thread.
    pub fn bind(behaviour: Behaviour, address: SocketAddr) -> io::Result<Provider> {
        let (runtime, listener, shared) = prepare(behaviour, address)?;
        let url = format!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|connection| {
            // Or small pieces would wait for one another.
            let _ = connection.set_nodelay(true);
        });
        runtime.spawn(axum::serve(listener, server::router(shared.clone())).into_future());
        Ok(Provider { url, certificate: None, shared, runtime: Some(runtime) })
    }

    /// Starts one at `address` that speaks TLS.
    ///
    /// # Errors
    /// The address cannot be had, or no thread, or no certificate.
    pub fn bind_tls(behaviour: Behaviour, address: SocketAddr) -> io::Result<Provider> {
        let (runtime, listener, shared) = prepare(behaviour, address)?;
        let url = format!("https://localhost:{}", listener.local_addr()?.port());
        let (config, certificate) = tls::self_signed()?;
        let listener = {
            let _context = runtime.enter();
            tls::Secured::new(listener, config)?
        };
        runtime.spawn(axum::serve(listener, server::router(shared.clone())).into_future());
        Ok(Provider { url, certificate: Some(certificate), shared, runtime: Some(runtime) })
    }

    /// Where it listens, without a path: `http://127.0.0.1:PORT`, or `https://localhost:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on this is wrong.
    pub fn set(&self, fault: Fault) {
        self.shared.set(fault);
    }

    /// From now on this is what models answer.
    pub fn set_brain(&self, brain: Brain) {
        self.shared.set_brain(brain);
    }

    /// Every request so far, in the order in which they came.
    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen()
    }

    /// The requests that followed [`Fault::Redirect`] to the other port.
    pub fn redirected(&self) -> Vec<Seen> {
        self.shared.redirected()
    }

    /// The certificate to trust; `None` without TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate.as_deref()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Serves at `address` until the process ends.
///
/// # Errors
/// The address cannot be had.
pub fn serve_forever(behaviour: Behaviour, address: SocketAddr) -> io::Result<()> {
    let _provider = Provider::bind(behaviour, address)?;
    loop {
        thread::park();
    }
}

/// What every stand-in needs: a thread that drives it, a port, and another port to be redirected to.
fn prepare(
    behaviour: Behaviour,
    address: SocketAddr,
) -> io::Result<(Runtime, TcpListener, Arc<Shared>)> {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).thread_name("provider").enable_all().build()?;
    let context = runtime.enter();
    let (listener, elsewhere) = (listen(address)?, listen(local())?);
    let shared = Arc::new(Shared::new(behaviour, elsewhere.local_addr()?));
    let there = server::redirected_router(shared.clone());
    runtime.spawn(axum::serve(elsewhere, there).into_future());
    drop(context);
    Ok((runtime, listener, shared))
}

fn local() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// An identifier of the kind that services give: a prefix, and characters that say nothing.
fn identifier(prefix: &str, number: u64) -> String {
    // Multiplying by an odd number is one to one, so no two are equal.
    let scrambled = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{prefix}{scrambled:020}")
}
