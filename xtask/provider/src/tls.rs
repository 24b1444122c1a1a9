//! TLS for the stand-in: a certificate of its own, and handshakes that do not wait for one another.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::Listener;
use rcgen::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// The names in the certificate.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];
/// Handshakes done whose connections wait to be served.
const WAITING: usize = 64;

/// A configuration with a new certificate, and that certificate as PEM.
pub fn self_signed() -> io::Result<(ServerConfig, String)> {
    let names = NAMES.map(str::to_owned).to_vec();
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(names).map_err(io::Error::other)?;
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key.into())
        })
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((config, cert.pem()))
}

/// A listener whose connections have their handshake behind them.
pub struct Secured {
    address: SocketAddr,
    done: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
}

impl Secured {
    /// Secures what `listener` accepts. Needs a runtime's context.
    pub fn new(listener: TcpListener, config: ServerConfig) -> io::Result<Secured> {
        let address = listener.local_addr()?;
        let (sender, done) = mpsc::channel(WAITING);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            let mut listener = listener;
            loop {
                let (connection, peer) = Listener::accept(&mut listener).await;
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    let _ = connection.set_nodelay(true);
                    // Whoever does not trust us ends the handshake; that is no matter of ours.
                    if let Ok(secured) = acceptor.accept(connection).await {
                        let _ = sender.send((secured, peer)).await;
                    }
                });
            }
        });
        Ok(Secured { address, done })
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.done.recv().await {
            Some(accepted) => accepted,
            // The other end lives as long as the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
