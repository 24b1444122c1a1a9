//! An exchange as the rules see it: the request, what is due, and the reply beside it.
//!
//! Both packets are taken apart once, as far as their bytes go, so that each rule is a comparison of
//! two fields. A field that does not exist is not compared: then a rule on its packet has spoken.

use std::ops::Range;
use std::sync::LazyLock;
use std::time::Duration;

use wire::ethernet::field::TYPE;
use wire::icmp::ECHO_HEADER_LEN;
use wire::{Icmp, Ipv4, Link, Packet, Pdu, Protocol, Udp};

use crate::connection::Connections;
use crate::datagram::Datagram;
use crate::due::Assessment;
use crate::{Call, Due, Finding, Host, Occasion, Reason, Session, inspect_until, rules};

/// Octets of an Ethernet header without tags.
const ETHERNET_HEADER: usize = 14;

/// No connections.
static NONE: LazyLock<Connections> = LazyLock::new(Connections::default);

/// A request and what was, or was not, replied to it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// Who replies.
    pub host: &'a Host,
    /// The packet that came; for a timer, the last that came on its flow.
    pub request: &'a [u8],
    /// The packet that answers it; `None` is silence.
    pub reply: Option<&'a [u8]>,
    /// What the request calls for.
    pub due: Due,
    /// What kind of reply that is; `None` where there must be none.
    pub call: Option<Call>,
    /// Whether a timer went off, and no packet came.
    pub is_timer: bool,
    /// What the judge knows of the packets before.
    pub(crate) connections: &'a Connections,
    /// Whether the host may send one more ICMP error.
    pub(crate) allows_error: bool,
    /// The datagram of the request, of either IP version, where there is one.
    pub(crate) asked: Option<Datagram<'a>>,
    /// That of the reply.
    pub(crate) answered: Option<Datagram<'a>>,
}

/// An echo message and where in its packet it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) icmp: Icmp<'a>,
    pub(crate) start: usize,
}

impl<'a> Exchange<'a> {
    /// The exchange of `host`, with what is due, when nothing came before.
    pub fn new(host: &'a Host, request: &'a [u8], reply: Option<&'a [u8]>) -> Self {
        Exchange::known(host, &NONE, Occasion::Packet(request), reply)
    }

    /// The exchange in a session.
    pub(crate) fn within(
        session: &'a Session,
        occasion: Occasion<'a>,
        reply: Option<&'a [u8]>,
        now: Duration,
    ) -> Self {
        let (host, mut connections) = (session.host(), session.connections());
        if connections.is_forgotten(host.link(), occasion.packet(), now) {
            // Others are not looked at.
            connections = &NONE;
        }
        let known = Exchange::known(host, connections, occasion, reply);
        Exchange { allows_error: session.allows_error(now), ..known }
    }

    fn known(
        host: &'a Host,
        connections: &'a Connections,
        occasion: Occasion<'a>,
        reply: Option<&'a [u8]>,
    ) -> Self {
        let request = occasion.packet();
        let Assessment { mut due, mut call } = Assessment::of(host, request, connections);
        let is_timer = matches!(occasion, Occasion::Timer(_));
        if is_timer {
            // What was due when the packet came has been dealt with; a connection may have more to say.
            call = connections.speaks_up(host.link(), request).map(Call::Segment).or(call);
            due = later(due, call);
        }
        let link = link(host, request);
        let datagram = |bytes: &'a [u8]| Datagram::of(&Packet::new(link, bytes, bytes.len()));
        let (asked, answered) = (datagram(request), reply.and_then(datagram));
        let allows_error = true;
        Exchange {
            host,
            request,
            reply,
            due,
            call,
            is_timer,
            connections,
            allows_error,
            asked,
            answered,
        }
    }

    /// Holds it against every rule: see [`judge`](crate::judge).
    pub(crate) fn judge(&self) -> Vec<Finding> {
        let mut findings = match self.reply {
            Some(reply) => inspect_until(&self.packet(reply), is_named_by_their_port),
            None => Vec::new(),
        };
        findings.extend(rules::on_exchanges().filter_map(|rule| rule.judge_exchange(self)));
        // What goes back to a model says what is wrong, never what to write instead.
        findings.iter_mut().for_each(|finding| finding.edits.clear());
        findings
    }

    /// A packet of this host's link, taken apart.
    pub(crate) fn packet<'b>(&self, bytes: &'b [u8]) -> Packet<'b> {
        Packet::new(link(self.host, self.request), bytes, bytes.len())
    }

    /// Octets of the link header, before which no rule but those on the link looks.
    pub(crate) fn link_header(&self) -> usize {
        if self.host.mac.is_some() { ETHERNET_HEADER } else { 0 }
    }

    /// Whether a reply of this kind is called for.
    pub(crate) fn calls_for(&self, call: Call) -> bool {
        self.call == Some(call)
    }

    /// The reply where one may be sent and was, if the link says that it is of the protocol of the request.
    pub(crate) fn answer(&self) -> Option<&'a [u8]> {
        let has_type_of_request = |reply: &&[u8]| reply.get(TYPE) == self.request.get(TYPE);
        let reply = self.reply.filter(|_| self.call.is_some())?;
        Some(reply).filter(|reply| self.host.mac.is_none() || has_type_of_request(reply))
    }

    /// The datagrams of request and reply, of either IP version, where a reply may be sent and one was.
    pub(crate) fn pair(&self) -> Option<(Datagram<'a>, Datagram<'a>)> {
        self.answer()?;
        Some((self.asked?, self.answered?))
    }

    /// Request and reply without link headers, where an echo reply may be sent and a packet was, of at
    /// least twenty octets.
    pub(crate) fn datagrams(&self) -> Option<(Ipv4<'a>, Ipv4<'a>)> {
        let at = self.link_header();
        let reply = self.answer().filter(|_| self.calls_for(Call::Echo))?;
        Some((Ipv4::new(self.request.get(at..)?)?, Ipv4::new(reply.get(at..)?)?))
    }

    /// The two echo messages, where both exist, whatever protocol the reply states.
    pub(crate) fn messages(&self) -> Option<(Message<'a>, Message<'a>)> {
        let (asked, answered) = self.datagrams()?;
        Some((message(&asked)?, message(&answered)?))
    }
}

impl Message<'_> {
    /// A range of the message as one of its packet.
    pub(crate) fn range(&self, range: Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }
}

/// The link of a host's packets; without link headers, of the IP version of what came.
fn link(host: &Host, request: &[u8]) -> Link {
    let is_ipv6 = request.first().is_some_and(|first| first >> 4 == 6);
    match host.link() {
        Link::RawIp if is_ipv6 && host.ipv6.is_some() => Link::Ipv6,
        Link::RawIp => Link::Ipv4,
        link => link,
    }
}

/// Whether a unit of a reply is of its protocol by the port of the other end alone. What a datagram of ours carries
/// the service at our own port says; a client's port is whatever it likes (RFC 768, "Source Port").
fn is_named_by_their_port(unit: &Pdu) -> bool {
    let udp = unit.around().filter(|around| around.protocol() == Protocol::Udp);
    let Some(udp) = udp.and_then(|around| Udp::new(around.bytes())) else { return false };
    match unit.protocol() {
        Protocol::Dns => !matches!(udp.source_port(), 53 | 5353),
        Protocol::Dhcp => !matches!(udp.source_port(), 67 | 68),
        Protocol::Vxlan => true,
        _ => false,
    }
}

/// What is due when a timer goes off: what the packet called for when it came has been dealt with. TCP, open
/// UDP ports and protocols of one's own may speak again; errors and answers of the layers below may not.
fn later(due: Due, call: Option<Call>) -> Due {
    let of_tcp = |reason| {
        matches!(reason, Reason::TcpHeader | Reason::TcpChecksum)
            || matches!(reason, Reason::TcpReset | Reason::TcpSegment)
    };
    match (call, due.reason()) {
        (Some(Call::Datagram), reason) => Due::Either(reason.unwrap_or(Reason::UdpPort)),
        (Some(Call::Own), reason) => Due::Either(reason.unwrap_or(Reason::IcmpType)),
        (Some(Call::Segment(_)), reason) => Due::Either(reason.unwrap_or(Reason::TcpSegment)),
        (None, Some(reason)) if of_tcp(reason) => Due::Either(reason),
        (Some(Call::Unreachable(_)), _) | (None, None) => Due::Silence(Reason::Error),
        (Some(Call::Echo | Call::Timestamp), _) => Due::Silence(Reason::IcmpType),
        (Some(Call::Echo6), _) => Due::Silence(Reason::Icmpv6Type),
        (Some(Call::Arp), _) => Due::Silence(Reason::Arp),
        (Some(Call::Neighbor), _) => Due::Silence(Reason::Neighbor),
        (None, Some(reason)) => Due::Silence(reason),
    }
}

/// A whole echo header, or nothing.
fn message<'a>(ip: &Ipv4<'a>) -> Option<Message<'a>> {
    let payload = ip.payload().filter(|payload| payload.len() >= ECHO_HEADER_LEN)?;
    let icmp = Icmp::new(payload)?;
    Some(Message { icmp, start: ip.header_len() })
}
