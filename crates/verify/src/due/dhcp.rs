//! DHCP (RFC 2131 section 4.3): which messages a server may answer.

use wire::Dhcp;
use wire::dhcp::message::{DISCOVER, INFORM, REQUEST};
use wire::dhcp::{BOOTREQUEST, field, option};

use super::{Due, Reason};
use crate::Host;

/// A message at the port of servers. No server has to answer: it may have no address to give. A DHCPREQUEST
/// that names a server is for that one alone; without a name it is about a lease that the client has.
pub(super) fn message(host: &Host, data: &[u8]) -> Result<Due, Reason> {
    let dhcp = Dhcp::new(data).filter(is_request).ok_or(Reason::Dhcp)?;
    let server = dhcp.option(option::SERVER_IDENTIFIER);
    let for_us = server.is_none_or(|server| server.data == host.address.octets());
    match dhcp.message_type() {
        Some(DISCOVER | INFORM) => Ok(Due::Either(Reason::Dhcp)),
        Some(REQUEST) if for_us => Ok(Due::Either(Reason::Dhcp)),
        _ => Err(Reason::Dhcp),
    }
}

/// Whether a client sent it, whose hardware address fits the field.
fn is_request(dhcp: &Dhcp) -> bool {
    let fits = usize::from(dhcp.hardware_length()) <= field::HARDWARE_ADDRESS.len();
    dhcp.op() == BOOTREQUEST && dhcp.has_cookie() && fits
}
