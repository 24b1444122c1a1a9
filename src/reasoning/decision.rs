//! What the network must have decided to ask for a label next.

use nano::protocol::{
    Arp, Ethernet, Icmp, Icmpv6, Ipv4, Ipv6, Label, Neighbor, Tcp, Udp, Undeliverable,
};

/// The decision that a label shows, in words.
pub(super) fn decision(label: Label) -> Option<&'static str> {
    match label {
        Label::Ethernet(label) => ethernet(label),
        Label::Arp(label) => arp(label),
        Label::Ipv4(label) => ipv4(label),
        Label::Icmp(label) => icmp(label),
        Label::Ipv6(label) => ipv6(label),
        Label::Icmpv6(label) => icmpv6(label),
        Label::Neighbor(label) => neighbor(label),
        Label::Udp(label) => udp(label),
        Label::Tcp(label) => tcp(label),
        Label::Undeliverable(label) => undeliverable(label),
    }
}

fn ethernet(label: Ethernet) -> Option<&'static str> {
    Some(match label {
        Ethernet::Type => "all differences are ffff: the frame is for my station",
        Ethernet::All2 => "perhaps for all stations",
        Ethernet::AllType => "the frame is for all stations",
        Ethernet::Group2 => "for a group of IPv6 nodes; am I one of them?",
        Ethernet::GroupType => "the frame is for a group that I am in",
        Ethernet::From => "I read it; from whom is it?",
        Ethernet::Station => "from another station: to it the reply's frame goes",
        _ => return None,
    })
}

fn arp(label: Arp) -> Option<&'static str> {
    Some(match label {
        Arp::Hardware => "it is ARP",
        Arp::TargetLow => "a request; for my address?",
        Arp::SenderLow => "both differences are ffff: for mine; from me?",
        Arp::To => "not ffff: somebody else asks, and I owe a reply",
        _ => return None,
    })
}

fn ipv4(label: Ipv4) -> Option<&'static str> {
    Some(match label {
        Ipv4::TotalLength => "IPv4",
        Ipv4::ToLow => "the sum is ffff, so the header checksum is right; is it for me?",
        Ipv4::FromLow => "both differences are ffff: it is for me; is it from me?",
        Ipv4::AllLow => "not ffff: not from me; from all hosts here?",
        Ipv4::SourceLook => "no: it is from somebody else",
        Ipv4::FlagsLook => "yes, it is an ordinary host's",
        Ipv4::ProtocolLook => "no",
        Ipv4::FinalLook => "not ICMP; is all of it there?",
        Ipv4::Pseudo => "it is; now the sum with its pseudo-header",
        Ipv4::Header => "the header stands but for its checksum",
        _ => return None,
    })
}

fn icmp(label: Icmp) -> Option<&'static str> {
    Some(match label {
        Icmp::Identifier => "yes; now the message, type and checksum last",
        Icmp::TypeLook => "the sum is ffff, so the ICMP checksum is right",
        Icmp::WriteChecksum => "yes: I owe an echo reply",
        Icmp::LengthLook => "a timestamp request",
        Icmp::Stamp => "it has: I tell my time",
        _ => return None,
    })
}

fn ipv6(label: Ipv6) -> Option<&'static str> {
    Some(match label {
        Ipv6::Mine => "IPv6",
        Ipv6::Group => "all of it is there; is it for me?",
        Ipv6::Zeros => "for a group",
        Ipv6::FrameLook => "all differences are ffff: it is for me",
        Ipv6::GroupNext => "for a group that I am in",
        Ipv6::FromLow => "it may; is it from me?",
        Ipv6::Source => "not ffff: it is from somebody else",
        Ipv6::NobodyNext => "the sum is 0: it is from nobody",
        _ => return None,
    })
}

fn icmpv6(label: Icmpv6) -> Option<&'static str> {
    Some(match label {
        Icmpv6::Length => "ICMPv6; now the message, type and checksum last",
        Icmpv6::TypeLook => "the sum is ffff, so the ICMPv6 checksum is right",
        Icmpv6::GroupLook => "an echo request",
        Icmpv6::WriteType => "no: I owe an echo reply",
        _ => return None,
    })
}

fn neighbor(label: Neighbor) -> Option<&'static str> {
    Some(match label {
        Neighbor::HopLimit => "neighbour discovery",
        Neighbor::TargetLow => "it comes from this link; is my address solicited?",
        Neighbor::StationLook => "all differences are ffff: mine is",
        Neighbor::Option => "I have; are the options sound?",
        Neighbor::Nobody => "they are; who solicits?",
        Neighbor::ProbeGroup => "the sum is 0: nobody yet, who tries the address out",
        Neighbor::WriteGroup1 => "sound: all nodes shall hear that it is mine",
        Neighbor::WriteFlags => "somebody: I owe an advertisement",
        _ => return None,
    })
}

fn udp(label: Udp) -> Option<&'static str> {
    Some(match label {
        Udp::Length => "UDP",
        Udp::PortLook => "the checksum is right, or there is none",
        Udp::AskerLook => "yes",
        Udp::WriteChecksum => "it can: I owe the data back",
        _ => return None,
    })
}

fn tcp(label: Tcp) -> Option<&'static str> {
    Some(match label {
        Tcp::Length => "TCP",
        Tcp::Text => "the sum is ffff, so the TCP checksum is right; is the header all there?",
        Tcp::ControlLook => "the difference is not negative: it is",
        Tcp::AckedLength => {
            "no reset, and with ACK: I owe a reset with the number that it acknowledges"
        }
        Tcp::TextAgain => "no reset, and without ACK: I owe a reset that acknowledges all of it",
        _ => return None,
    })
}

fn undeliverable(label: Undeliverable) -> Option<&'static str> {
    Some(match label {
        Undeliverable::Port4 | Undeliverable::Port6 => "I say that nobody is at this port",
        Undeliverable::Protocol4 => "I say that I do not speak this protocol",
        Undeliverable::Parameter => "I say that I do not know this next header",
        Undeliverable::Total576 | Undeliverable::Length1240 => "the carry says: not all of it fits",
        Undeliverable::Total4 | Undeliverable::Length6 => "no carry: all of it fits",
        _ => return None,
    })
}
