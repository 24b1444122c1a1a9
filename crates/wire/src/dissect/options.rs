//! Options of IPv4 and TCP, one field each.
//!
//! `ipv4.options` and `tcp.options` are the names of what no option can be told in: what follows the end
//! of the list, and what follows a length that leads nowhere.

use std::net::Ipv4Addr;

use super::{Fields, Value, number};
use crate::options::{END, NO_OPERATION, options};
use crate::{ipv4, tcp};

/// What sets the options of one protocol apart.
pub(super) struct List {
    /// The field that holds what cannot be read.
    unread: &'static str,
    end: &'static str,
    no_operation: &'static str,
    /// The name of an option's field.
    name: fn(u8) -> &'static str,
    /// What the option says, from its kind and what follows the length.
    value: fn(u8, &[u8]) -> Value,
}

pub(super) const IPV4: List = List {
    unread: "ipv4.options",
    end: "ipv4.option.end",
    no_operation: "ipv4.option.no_operation",
    name: ipv4_name,
    value: ipv4_value,
};

pub(super) const TCP: List = List {
    unread: "tcp.options",
    end: "tcp.option.end",
    no_operation: "tcp.option.no_operation",
    name: tcp_name,
    value: tcp_value,
};

/// Lists the options in `bytes`, which begin at octet `start` of the unit.
pub(super) fn fields(fields: &mut Fields, start: usize, bytes: &[u8], list: &List) {
    let mut at = 0;
    while let Some(kind) = bytes.get(at) {
        let one = start + at..start + at + 1;
        match *kind {
            END => {
                fields.push(list.end, one, Value::Named(0, "end of list"));
                return fields.push(
                    list.unread,
                    start + at + 1..start + bytes.len(),
                    rest(bytes, at + 1),
                );
            }
            NO_OPERATION => {
                fields.push(list.no_operation, one, Value::Named(1, "no operation"));
                at += 1;
            }
            kind => match options(&bytes[at..]).next() {
                Some(Ok(option)) => {
                    let end = at + option.range.end;
                    let value = (list.value)(kind, option.data);
                    fields.push((list.name)(kind), start + at..start + end, value);
                    at = end;
                }
                _ => {
                    return fields.push(
                        list.unread,
                        start + at..start + bytes.len(),
                        rest(bytes, at),
                    );
                }
            },
        }
    }
}

fn rest(bytes: &[u8], at: usize) -> Value {
    Value::Bytes(bytes.len() - at)
}

fn tcp_name(kind: u8) -> &'static str {
    use tcp::option::*;
    match kind {
        MSS => "tcp.option.mss",
        WINDOW_SCALE => "tcp.option.window_scale",
        SACK_PERMITTED => "tcp.option.sack_permitted",
        SACK => "tcp.option.sack",
        TIMESTAMPS => "tcp.option.timestamps",
        MD5 => "tcp.option.md5",
        AUTHENTICATION => "tcp.option.authentication",
        MULTIPATH => "tcp.option.multipath",
        FAST_OPEN => "tcp.option.fast_open",
        EXPERIMENT | EXPERIMENT_2 => "tcp.option.experiment",
        _ => "tcp.option",
    }
}

fn tcp_value(kind: u8, data: &[u8]) -> Value {
    use tcp::option::*;
    match (kind, data) {
        (MSS, [_, _]) | (WINDOW_SCALE, [_]) => Value::Number(number(data)),
        (SACK, data) if !data.is_empty() && data.len().is_multiple_of(8) => {
            let block = |block: &[u8]| format!("{}-{}", number(&block[..4]), number(&block[4..]));
            Value::Text(data.chunks_exact(8).map(block).collect::<Vec<_>>().join(", "))
        }
        (TIMESTAMPS, data) if data.len() == 8 => {
            Value::Text(format!("value {}, echo {}", number(&data[..4]), number(&data[4..])))
        }
        (FAST_OPEN | MD5, [_, ..]) => Value::Bytes(data.len()),
        _ => named(kind, tcp::option::name(kind)),
    }
}

fn ipv4_name(kind: u8) -> &'static str {
    use ipv4::option::*;
    match kind {
        RECORD_ROUTE => "ipv4.option.record_route",
        TIMESTAMP => "ipv4.option.timestamp",
        TRACEROUTE => "ipv4.option.traceroute",
        SECURITY => "ipv4.option.security",
        LOOSE_SOURCE_ROUTE => "ipv4.option.loose_source_route",
        STREAM_IDENTIFIER => "ipv4.option.stream_identifier",
        STRICT_SOURCE_ROUTE => "ipv4.option.strict_source_route",
        ROUTER_ALERT => "ipv4.option.router_alert",
        _ => "ipv4.option",
    }
}

fn ipv4_value(kind: u8, data: &[u8]) -> Value {
    use ipv4::option::*;
    match (kind, data) {
        (RECORD_ROUTE | LOOSE_SOURCE_ROUTE | STRICT_SOURCE_ROUTE, [pointer, route @ ..]) => {
            let address = |stop: &[u8]| Ipv4Addr::from(number(stop)).to_string();
            let stops: Vec<_> = route.chunks_exact(4).map(address).collect();
            Value::Text(format!("pointer {pointer}: {}", stops.join(", ")))
        }
        (TIMESTAMP, [pointer, flags, ..]) => {
            let (overflow, flag) = (flags >> 4, flags & 15);
            Value::Text(format!("pointer {pointer}, overflow {overflow}, flag {flag}"))
        }
        (ROUTER_ALERT | STREAM_IDENTIFIER, [_, _]) => Value::Number(number(data)),
        _ => named(kind, ipv4::option::name(kind)),
    }
}

/// An option that says no more than its kind does, or whose octets are not taken further apart.
fn named(kind: u8, name: Option<&'static str>) -> Value {
    let kind = u32::from(kind);
    name.map_or(Value::Number(kind), |name| Value::Named(kind, name))
}

#[cfg(test)]
mod tests {
    use crate::dissect;
    use crate::hex;

    /// A SYN of Linux with every usual option, over IPv4 with a record route of one stop.
    const SYN: &str = "47000044 00004000 40060000 0a000002 0a000001 07070800 00000000 \
        9c400050 00000001 00000000 a002fd88 00000000 020405b4 0402080a 00000001 00000000 01030307";

    #[test]
    fn options_are_fields_with_values() {
        let dissection = dissect(&hex::parse(SYN).unwrap());
        let field = |name: &str| {
            let field = dissection.field(name).unwrap_or_else(|| panic!("{name}"));
            (field.range.clone(), field.value.to_string())
        };
        let text = |text: &str| text.to_owned();
        assert_eq!(field("ipv4.option.record_route"), (20..27, text("pointer 8: 0.0.0.0")));
        assert_eq!(field("ipv4.option.end"), (27..28, text("0 (end of list)")));
        assert_eq!(field("tcp.option.mss"), (48..52, text("1460")));
        assert_eq!(field("tcp.option.sack_permitted"), (52..54, text("4 (SACK permitted)")));
        assert_eq!(field("tcp.option.timestamps"), (54..64, text("value 1, echo 0")));
        assert_eq!(field("tcp.option.no_operation"), (64..65, text("1 (no operation)")));
        assert_eq!(field("tcp.option.window_scale"), (65..68, text("7")));
        assert_eq!(dissection.note, None);
    }

    #[test]
    fn what_cannot_be_read_is_one_field() {
        let header = "45000030 00000000 40060000 0a000002 0a000001 \
            9c400050 00000001 00000000 7010fd88 00000000";
        for (list, expect) in [("02040000 00ff0000", 45..48), ("01220000 00000000", 41..48)] {
            let dissection = dissect(&hex::parse(&format!("{header} {list}")).unwrap());
            assert_eq!(dissection.field("tcp.options").unwrap().range, expect);
        }
        let dissection = dissect(
            &hex::parse(&format!("{header} 050a0000 00010000").replace("7010", "8010")).unwrap(),
        );
        assert!(dissection.note.is_some(), "cut inside the options");
    }

    #[test]
    fn values_that_are_lists() {
        let sack = super::tcp_value(5, &[0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 9, 0, 0, 1, 0]);
        assert_eq!(sack.to_string(), "1-5, 9-256");
        let timestamp = super::ipv4_value(68, &[5, 0x13, 0, 0, 0, 0]);
        assert_eq!(timestamp.to_string(), "pointer 5, overflow 1, flag 3");
        assert_eq!(super::tcp_value(2, &[1]).to_string(), "2 (maximum segment size)");
    }
}
