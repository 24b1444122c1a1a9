//! A packet in one line, for lists that scroll by.

use super::{Dissection, Value, protocol_name};
use crate::icmp;

/// The columns a summary keeps to.
const COLUMNS: usize = 80;

/// The line for `packet`; where it would pass 80 columns it goes without its byte count.
pub(super) fn line(packet: &Dissection) -> String {
    let Some((source, destination)) = addresses(packet) else {
        return headless(packet);
    };
    let line = format!("{source} > {destination} {}", content(packet));
    let (bytes, note) = (bytes(packet), note(packet));
    match line.len() + bytes.len() + note.len() <= COLUMNS {
        true => line + &bytes + &note,
        false => line + &note,
    }
}

fn addresses(packet: &Dissection) -> Option<(&Value, &Value)> {
    let source = packet.field("ipv4.source")?;
    let destination = packet.field("ipv4.destination")?;
    Some((&source.value, &destination.value))
}

/// For a packet whose addresses cannot be read.
fn headless(packet: &Dissection) -> String {
    match (packet.length, &packet.note) {
        (0, _) => "no bytes".to_owned(),
        (length, Some(note)) => format!("{}, {note}", Value::Bytes(length)),
        (length, None) => Value::Bytes(length).to_string(),
    }
}

fn content(packet: &Dissection) -> String {
    let protocol = protocol(packet);
    match number(packet, "ipv4.fragment_offset") {
        Some(offset @ 1..) => format!("{protocol} fragment at {}", u32::from(offset) * 8),
        _ => format!("{protocol}{}{}", message(packet), first_fragment(packet)),
    }
}

fn protocol(packet: &Dissection) -> String {
    let number = number(packet, "ipv4.protocol").unwrap_or_default();
    let name = u8::try_from(number).ok().and_then(protocol_name);
    name.map_or_else(|| format!("protocol {number}"), str::to_owned)
}

/// What an ICMP message says of itself; nothing for other protocols.
fn message(packet: &Dissection) -> String {
    let Some(kind) = number(packet, "icmp.type") else {
        return String::new();
    };
    let name = u8::try_from(kind).ok().and_then(icmp::type_name);
    let name = name.map_or_else(|| format!(" type {kind}"), |name| format!(" {name}"));
    let of = |field, word: &str| {
        number(packet, field).map_or_else(String::new, |number| format!(" {word} {number}"))
    };
    let code = number(packet, "icmp.code").filter(|code| *code != 0);
    let code = code.map_or_else(String::new, |code| format!(" code {code}"));
    name + &code + &of("icmp.identifier", "id") + &of("icmp.sequence", "seq")
}

fn first_fragment(packet: &Dissection) -> &'static str {
    match packet.field("ipv4.flags").map(|field| &field.value) {
        Some(Value::Flags(flags)) if flags & 0x20 != 0 => ", first fragment",
        _ => "",
    }
}

/// The octets of the payload, as ping counts them.
fn bytes(packet: &Dissection) -> String {
    let layer = packet.layers.iter().find(|layer| matches!(layer.name, "icmp" | "payload"));
    let length = layer.map_or(0, |layer| layer.range.len());
    format!(", {}", Value::Bytes(length))
}

fn note(packet: &Dissection) -> String {
    packet.note.as_ref().map_or_else(String::new, |note| format!(", {note}"))
}

fn number(packet: &Dissection, name: &str) -> Option<u16> {
    match packet.field(name)?.value {
        Value::Number(number) | Value::Named(number, _) => Some(number),
        _ => None,
    }
}
