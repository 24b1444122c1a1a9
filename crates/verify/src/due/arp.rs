//! Ethernet and ARP (RFC 894, RFC 826): which frames are for this station, and which requests ask for its
//! address.

use wire::{Mac, Packet, Pdu};

use super::{Outcome, Reason};
use crate::Host;

/// Whether a frame is for the station `mac`, for all, or for a group that it is in.
pub(super) fn is_for(host: &Host, mac: Mac, packet: &Packet) -> Result<(), Reason> {
    let _ = (host, mac, packet);
    Ok(())
}

/// An ARP packet.
pub(super) fn request(host: &Host, unit: &Pdu) -> Outcome {
    let _ = (host, unit);
    Err(Reason::Arp)
}
