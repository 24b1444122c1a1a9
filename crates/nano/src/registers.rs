//! What the host knows of itself, laid beside the tape: registers that the network reads word by word, as it
//! reads the packet. Nothing of it is in the weights, so any address is as good as another.

/// The host's own addresses, and the time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Registers {
    /// Its Ethernet address; `None` on a link without link headers. With one, packets are frames.
    pub mac: Option<[u8; 6]>,
    /// Its IPv4 address.
    pub ipv4: [u8; 4],
    /// The directed broadcast address of its IPv4 network, where that has one.
    pub broadcast: Option<[u8; 4]>,
    /// Its IPv6 address, where it has one.
    pub ipv6: Option<[u8; 16]>,
    /// Milliseconds since midnight UT, for timestamp replies (RFC 792).
    pub clock: u32,
}
