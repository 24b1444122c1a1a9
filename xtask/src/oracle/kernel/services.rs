//! The programs of the host under test: one at UDP port 7 that sends everything back (RFC 862), one at port 53
//! that says nothing, and one at TCP port 80 that accepts and says nothing.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv6Addr, TcpListener, TcpStream, UdpSocket};

use super::some;

/// Sockets of the namespace in which they were made.
pub struct Services {
    echo: UdpSocket,
    listener: TcpListener,
    /// Kept open, or the kernel would end the connections.
    accepted: RefCell<Vec<TcpStream>>,
    _silent: UdpSocket,
}

impl Services {
    /// Opens the ports, each for both versions.
    pub fn start() -> io::Result<Services> {
        let services = Services {
            echo: at(7)?,
            listener: TcpListener::bind((Ipv6Addr::UNSPECIFIED, 80))?,
            accepted: RefCell::default(),
            _silent: at(53)?,
        };
        services.echo.set_nonblocking(true)?;
        services.listener.set_nonblocking(true)?;
        Ok(services)
    }

    /// Answers whatever has come.
    pub fn answer(&self) -> io::Result<()> {
        let mut buffer = [0; 2048];
        while let Some((length, from)) = some(self.echo.recv_from(&mut buffer))? {
            // To port 0 nothing can be sent.
            let _ = self.echo.send_to(&buffer[..length], from);
        }
        while let Some((stream, _)) = some(self.listener.accept())? {
            self.accepted.borrow_mut().push(stream);
        }
        Ok(())
    }
}

/// A port at every address.
fn at(port: u16) -> io::Result<UdpSocket> {
    UdpSocket::bind((Ipv6Addr::UNSPECIFIED, port))
}
