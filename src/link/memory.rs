//! A link without an operating system: two bounded queues inside one process.
//!
//! Tests use it, and `softstack ping --wire memory` where no namespace may be made. The stack holds
//! the [`MemoryLink`]; whoever plays the rest of the world holds the [`MemoryWire`].

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use verify::Admitted;

use super::{LONGEST_WAIT, Link};

/// Packets that wait in each direction before further ones are refused (a TUN device holds as
/// many, its txqueuelen).
pub const CAPACITY: usize = 500;

/// The stack's end.
#[derive(Debug)]
pub struct MemoryLink(End);

/// The other end: what would be the kernel and `ping`.
#[derive(Debug)]
pub struct MemoryWire(End);

#[derive(Debug)]
struct End {
    outgoing: SyncSender<Vec<u8>>,
    incoming: Mutex<Receiver<Vec<u8>>>,
}

impl MemoryLink {
    /// Makes a link and the wire at its other end.
    pub fn pair() -> (MemoryLink, MemoryWire) {
        let (to_wire, from_link) = sync_channel(CAPACITY);
        let (to_link, from_wire) = sync_channel(CAPACITY);
        let link = End { outgoing: to_wire, incoming: Mutex::new(from_wire) };
        let wire = End { outgoing: to_link, incoming: Mutex::new(from_link) };
        (MemoryLink(link), MemoryWire(wire))
    }
}

impl Link for MemoryLink {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        let Some(packet) = self.0.receive(timeout)? else { return Ok(None) };
        let length = packet.len().min(buffer.len());
        buffer[..length].copy_from_slice(&packet[..length]);
        Ok(Some(length))
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        self.0.send(packet.as_bytes().to_vec())
    }

    fn description(&self) -> String {
        "memory".into()
    }
}

impl MemoryWire {
    /// Sends a packet, of any bytes at all, to the stack.
    ///
    /// `WouldBlock`: the stack has [`CAPACITY`] packets to read; `BrokenPipe`: it is gone.
    pub fn send(&self, packet: Vec<u8>) -> io::Result<()> {
        self.0.send(packet)
    }

    /// Waits at most `timeout` for a packet from the stack; `BrokenPipe` once it is gone.
    pub fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
        self.0.receive(timeout)
    }
}

impl End {
    fn send(&self, packet: Vec<u8>) -> io::Result<()> {
        self.outgoing.try_send(packet).map_err(|error| match error {
            TrySendError::Full(_) => io::ErrorKind::WouldBlock.into(),
            TrySendError::Disconnected(_) => io::ErrorKind::BrokenPipe.into(),
        })
    }

    fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
        let incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        match incoming.recv_timeout(timeout.min(LONGEST_WAIT)) {
            Ok(packet) => Ok(Some(packet)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_arrive_whole_in_order_and_then_none() {
        let (link, wire) = MemoryLink::pair();
        wire.send(vec![1, 2, 3]).unwrap();
        wire.send(vec![4; 9]).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(link.receive(&mut buffer, Duration::MAX).unwrap(), Some(3));
        assert_eq!(buffer, [1, 2, 3, 0]);
        assert_eq!(link.receive(&mut buffer, Duration::ZERO).unwrap(), Some(4));
        assert_eq!(link.receive(&mut buffer, Duration::ZERO).unwrap(), None);
    }

    #[test]
    fn a_full_wire_refuses_and_a_cut_one_says_so() {
        let (link, wire) = MemoryLink::pair();
        for _ in 0..CAPACITY {
            wire.send(vec![0]).unwrap();
        }
        assert_eq!(wire.send(vec![0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(link);
        assert_eq!(wire.send(vec![0]).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(wire.receive(Duration::ZERO).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
