//! A packet in one line, for lists that scroll by.

use super::{Dissection, Field, Layer, Value, protocol_name};
use crate::{icmp, icmpv6};

/// The columns a summary keeps to, where addresses let it.
const COLUMNS: usize = 80;

/// The line for `packet`; where it would pass 80 columns it goes without its byte count.
pub(super) fn line(packet: &Dissection) -> String {
    let layers: Vec<&Layer> = packet.layers.iter().filter(|layer| !layer.quoted).collect();
    let summary = Summary { packet, layers };
    let note = packet.note.as_ref().map_or_else(String::new, |note| format!(", {note}"));
    let Some((line, bytes)) = summary.network().or_else(|| summary.link()) else {
        return headless(packet);
    };
    match line.len() + bytes.len() + note.len() <= COLUMNS {
        true => line + &bytes + &note,
        false => line + &note,
    }
}

/// For a packet whose addresses cannot be read.
fn headless(packet: &Dissection) -> String {
    match (packet.length, &packet.note) {
        (0, _) => "no bytes".to_owned(),
        (length, Some(note)) => format!("{}, {note}", Value::Bytes(length)),
        (length, None) => Value::Bytes(length).to_string(),
    }
}

/// The layers that count: what an ICMP error quotes is not what is said here.
struct Summary<'a> {
    packet: &'a Dissection,
    layers: Vec<&'a Layer>,
}

impl Summary<'_> {
    /// What the innermost IP packet says, and its payload's octets.
    fn network(&self) -> Option<(String, String)> {
        let at = self.layers.iter().rposition(|layer| matches!(layer.name, "ipv4" | "ipv6"))?;
        let find = |four, six| field(self.layers[at], four).or_else(|| field(self.layers[at], six));
        let source = find("ipv4.source", "ipv6.source")?.value.to_string();
        let destination = find("ipv4.destination", "ipv6.destination")?.value.to_string();
        let inner = &self.layers[at + 1..];
        let of = |names: [&str; 2]| {
            inner.iter().find_map(|layer| names.iter().find_map(|name| field(layer, name)))
        };
        let port = |address: String, port: Option<&Field>| match port {
            None => address,
            Some(port) if address.contains(':') => format!("[{address}]:{}", port.value),
            Some(port) => format!("{address}:{}", port.value),
        };
        let source = port(source, of(["udp.source_port", "tcp.source_port"]));
        let destination = port(destination, of(["udp.destination_port", "tcp.destination_port"]));
        let padding = self.packet.layers.last().filter(|last| last.name == "padding");
        let end = padding.map_or(self.packet.length, |padding| padding.range.start);
        let content = inner.first().filter(|layer| layer.name != "padding");
        let bytes = content.map_or(0, |content| end.saturating_sub(content.range.start));
        let line = format!("{source} > {destination} {}", self.content(at));
        Some((line, format!(", {}", Value::Bytes(bytes))))
    }

    fn content(&self, at: usize) -> String {
        let (network, inner) = (self.layers[at], &self.layers[at + 1..]);
        let protocol = protocol(network, inner);
        let offset = number(network, "ipv4.fragment_offset")
            .or_else(|| inner.iter().find_map(|layer| number(layer, "ipv6.fragment.offset")));
        match offset {
            Some(offset @ 1..) => format!("{protocol} fragment at {}", offset * 8),
            _ => format!("{protocol}{}{}", message(inner), first_fragment(network, inner)),
        }
    }

    /// ARP in words, or the header of the link.
    fn link(&self) -> Option<(String, String)> {
        let bytes = format!(", {}", Value::Bytes(self.packet.length));
        let find = |name| self.packet.field(name).map(|field| field.value.to_string());
        if let Some(opcode) = self.packet.field("arp.opcode") {
            let (sender, target) = (find("arp.sender_address")?, find("arp.target_address")?);
            let line = match opcode.value.number() {
                Some(1) => format!("ARP who has {target}, tell {sender}"),
                Some(2) => format!("ARP {sender} is at {}", find("arp.sender_hardware")?),
                _ => format!("ARP opcode {}, {sender} to {target}", opcode.value),
            };
            return Some((line, bytes));
        }
        let (source, destination) = (find("ethernet.source")?, find("ethernet.destination")?);
        let kind = find("vlan.type").or_else(|| find("ethernet.type")).unwrap_or_default();
        Some((format!("{source} > {destination} {kind}"), bytes))
    }
}

fn protocol(network: &Layer, inner: &[&Layer]) -> String {
    let next = inner.iter().rev().find_map(|layer| {
        let names = [
            "ipv6.hop_by_hop.next_header",
            "ipv6.routing.next_header",
            "ipv6.fragment.next_header",
            "ipv6.destination_options.next_header",
        ];
        names.iter().find_map(|name| number(layer, name))
    });
    let next = next.or_else(|| number(network, "ipv4.protocol"));
    let number = next.or_else(|| number(network, "ipv6.next_header")).unwrap_or_default();
    let name = u8::try_from(number).ok().and_then(protocol_name);
    match (number, name) {
        (58, _) => "ICMPv6".to_owned(),
        (_, Some(name)) => name.to_owned(),
        (number, None) => format!("protocol {number}"),
    }
}

/// What an ICMP message or a TCP segment says of itself; nothing for other protocols.
fn message(inner: &[&Layer]) -> String {
    let of = |name: &str| inner.iter().find_map(|layer| field(layer, name));
    if let Some(flags) = of("tcp.flags") {
        return format!(" {}", flags.value);
    }
    let number = |names: [&str; 2]| names.iter().find_map(|name| of(name)?.value.number());
    let Some(kind) = number(["icmp.type", "icmpv6.type"]) else {
        return String::new();
    };
    let registry = if of("icmp.type").is_some() { icmp::type_name } else { icmpv6::type_name };
    let name = u8::try_from(kind).ok().and_then(registry);
    let name = name.map_or_else(|| format!(" type {kind}"), |name| format!(" {name}"));
    let word = |names, word: &str| {
        number(names).map_or_else(String::new, |number| format!(" {word} {number}"))
    };
    let code = number(["icmp.code", "icmpv6.code"]).filter(|code| *code != 0);
    let code = code.map_or_else(String::new, |code| format!(" code {code}"));
    let identifier = word(["icmp.identifier", "icmpv6.identifier"], "id");
    name + &code + &identifier + &word(["icmp.sequence", "icmpv6.sequence"], "seq")
}

fn first_fragment(network: &Layer, inner: &[&Layer]) -> &'static str {
    let four = number(network, "ipv4.flags").is_some_and(|flags| flags & 0x20 != 0);
    let six = inner.iter().find_map(|layer| number(layer, "ipv6.fragment.more")) == Some(1);
    if four || six { ", first fragment" } else { "" }
}

fn field<'a>(layer: &'a Layer, name: &str) -> Option<&'a Field> {
    layer.fields.iter().find(|field| field.name == name)
}

fn number(layer: &Layer, name: &str) -> Option<u32> {
    field(layer, name)?.value.number()
}
