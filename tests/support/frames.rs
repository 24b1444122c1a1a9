//! An Ethernet without an operating system.

use std::io;
use std::time::Duration;

use softstack::link::Link;
use softstack::link::memory::MemoryLink;
use verify::Admitted;

/// A memory link that carries frames.
pub struct Frames(pub MemoryLink);

impl Link for Frames {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        self.0.receive(buffer, timeout)
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        self.0.transmit(packet)
    }

    fn description(&self) -> String {
        "frames in memory".into()
    }

    fn link_type(&self) -> wire::Link {
        wire::Link::Ethernet
    }
}
