//! Fields of a DHCP message: the fixed ones, then every option with code, length and data.

use std::net::Ipv4Addr;
use std::ops::Range;

use super::{Fields, Row, Value, address, bytes, mac, named, number, plain, word};
use crate::Dhcp;
use crate::dhcp::option::{END, PAD};
use crate::dhcp::{COOKIE, FIXED_LEN, field, message};
use crate::dns::name::escape;

const FIXED: [Row; 11] = [
    ("dhcp.op", field::OP, |b| named(b, op_name(b[0]))),
    ("dhcp.hardware_type", field::HARDWARE_TYPE, |b| named(b, (b[0] == 1).then_some("Ethernet"))),
    ("dhcp.hardware_length", field::HARDWARE_LENGTH, plain),
    ("dhcp.hops", field::HOPS, plain),
    ("dhcp.transaction", field::TRANSACTION, plain),
    ("dhcp.seconds", field::SECONDS, plain),
    ("dhcp.flags", field::FLAGS, |b| Value::Flags(number(b) as u16, &[(0x8000, "broadcast")])),
    ("dhcp.client_address", field::CLIENT_ADDRESS, address),
    ("dhcp.your_address", field::YOUR_ADDRESS, address),
    ("dhcp.server_address", field::SERVER_ADDRESS, address),
    ("dhcp.relay_address", field::RELAY_ADDRESS, address),
];
const ETHERNET: [Row; 2] =
    [("dhcp.hardware_address", 28..34, mac), ("dhcp.hardware_address_padding", 34..44, bytes)];
const OTHER: [Row; 1] = [("dhcp.hardware_address", field::HARDWARE_ADDRESS, bytes)];

fn op_name(op: u8) -> Option<&'static str> {
    match op {
        1 => Some("BOOTREQUEST"),
        2 => Some("BOOTREPLY"),
        _ => None,
    }
}

/// Takes the message apart; whether it goes to its end.
pub(super) fn fields(fields: &mut Fields) -> bool {
    let ethernet = fields.pdu.get(1..3) == Some(&[1, 6]);
    let hardware: &[Row] = if ethernet { &ETHERNET } else { &OTHER };
    if !fields.rows(&FIXED) || !fields.rows(hardware) {
        return false;
    }
    let message = fields.pdu.bytes();
    let dhcp = Dhcp::new(message);
    let areas: Vec<_> = dhcp.iter().flat_map(Dhcp::areas).collect();
    for (name, place) in
        [("dhcp.server_name", field::SERVER_NAME), ("dhcp.boot_file", field::BOOT_FILE)]
    {
        match areas.contains(&place) {
            true => options(fields, place),
            false if !fields.rows(&[(name, place, string)]) => return false,
            false => {}
        }
    }
    if dhcp.is_some_and(|dhcp| dhcp.has_cookie()) {
        fields.push("dhcp.cookie", field::COOKIE, Value::Address(Ipv4Addr::from(COOKIE).into()));
        options(fields, field::COOKIE.end..message.len());
    } else {
        fields.rest("dhcp.vendor", FIXED_LEN);
    }
    true
}

/// A string that ends with a zero octet or its field.
fn string(octets: &[u8]) -> Value {
    let end = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
    text(&octets[..end])
}

fn text(octets: &[u8]) -> Value {
    let mut text = String::new();
    octets.iter().for_each(|octet| escape(&mut text, *octet, b'\\'));
    Value::Text(text)
}

/// The options in one area, with what lies between and after them.
fn options(fields: &mut Fields, area: Range<usize>) {
    let Some(dhcp) = Dhcp::new(fields.pdu.bytes()) else { return };
    let mut list = dhcp.options_in(area.clone());
    let mut end = area.start;
    for option in list.by_ref() {
        let start = option.as_ref().map_or_else(|bad| bad.offset, |option| option.range.start);
        fields.push("dhcp.option.pad", end..start, Value::Bytes(start - end));
        let Ok(option) = option else {
            let note = format!("the length of the DHCP option at {start} leads past its end");
            fields.note.get_or_insert(note);
            fields.push("dhcp.option.rest", start..area.end, Value::Bytes(area.end - start));
            return;
        };
        let (name, read) = row(option.code);
        let code = Value::Named(u32::from(option.code), &name["dhcp.option.".len()..]);
        fields.push("dhcp.option.code", start..start + 1, code);
        let length = Value::Number(option.data.len() as u32);
        fields.push("dhcp.option.length", start + 1..start + 2, length);
        fields.push(name, option.data_range(), read(option.data));
        end = option.range.end;
    }
    let stop = list.offset();
    fields.push("dhcp.option.pad", end..stop, Value::Bytes(stop - end));
    if stop < area.end {
        fields.push("dhcp.option.end", stop..stop + 1, Value::Number(u32::from(END)));
        let rest = area.end - stop - 1;
        fields.push("dhcp.padding", stop + 1..area.end, Value::Bytes(rest));
    }
}

/// Numbers as the lengths say, octets where they are none.
fn value(octets: &[u8]) -> Value {
    if matches!(octets.len(), 1 | 2 | 4) { plain(octets) } else { bytes(octets) }
}

fn addresses(octets: &[u8]) -> Value {
    match octets.as_chunks::<4>() {
        ([one], []) => Value::Address(Ipv4Addr::from(*one).into()),
        (several, []) => {
            let several: Vec<_> = several.iter().map(|a| Ipv4Addr::from(*a).to_string()).collect();
            Value::Text(several.join(" "))
        }
        _ => bytes(octets),
    }
}

fn codes(octets: &[u8]) -> Value {
    let codes: Vec<_> = octets.iter().map(u8::to_string).collect();
    Value::Text(codes.join(" "))
}

fn kind(octets: &[u8]) -> Value {
    match octets {
        [kind] => named(octets, message::name(*kind)),
        _ => bytes(octets),
    }
}

fn client(octets: &[u8]) -> Value {
    match octets {
        [1, address @ ..] if address.len() == 6 => mac(address),
        _ => bytes(octets),
    }
}

fn hexadecimal(octets: &[u8]) -> Value {
    if octets.len() == 2 { word(octets) } else { bytes(octets) }
}

/// A code, the name of its option, and how its data is read.
type Known = (u8, &'static str, fn(&[u8]) -> Value);

/// The name of an option in the words of its RFC, and how its data is read.
fn row(code: u8) -> (&'static str, fn(&[u8]) -> Value) {
    debug_assert!(!matches!(code, PAD | END));
    match OPTIONS.binary_search_by_key(&code, |(code, ..)| *code) {
        Ok(at) => (OPTIONS[at].1, OPTIONS[at].2),
        Err(_) => ("dhcp.option.data", bytes),
    }
}

/// RFC 2132 and, from 77 on, the RFCs that IANA's "BOOTP Vendor Extensions and DHCP Options" names.
#[rustfmt::skip]
pub(super) const OPTIONS: &[Known] = &[
    (1, "dhcp.option.subnet_mask", addresses),
    (2, "dhcp.option.time_offset", value),
    (3, "dhcp.option.router", addresses),
    (4, "dhcp.option.time_server", addresses),
    (5, "dhcp.option.name_server", addresses),
    (6, "dhcp.option.domain_name_server", addresses),
    (7, "dhcp.option.log_server", addresses),
    (8, "dhcp.option.cookie_server", addresses),
    (9, "dhcp.option.lpr_server", addresses),
    (10, "dhcp.option.impress_server", addresses),
    (11, "dhcp.option.resource_location_server", addresses),
    (12, "dhcp.option.host_name", text),
    (13, "dhcp.option.boot_file_size", value),
    (14, "dhcp.option.merit_dump_file", text),
    (15, "dhcp.option.domain_name", text),
    (16, "dhcp.option.swap_server", addresses),
    (17, "dhcp.option.root_path", text),
    (18, "dhcp.option.extensions_path", text),
    (19, "dhcp.option.ip_forwarding", value),
    (20, "dhcp.option.non_local_source_routing", value),
    (21, "dhcp.option.policy_filter", addresses),
    (22, "dhcp.option.maximum_datagram_reassembly_size", value),
    (23, "dhcp.option.default_ttl", value),
    (24, "dhcp.option.path_mtu_aging_timeout", value),
    (25, "dhcp.option.path_mtu_plateau_table", bytes),
    (26, "dhcp.option.interface_mtu", value),
    (27, "dhcp.option.all_subnets_local", value),
    (28, "dhcp.option.broadcast_address", addresses),
    (29, "dhcp.option.perform_mask_discovery", value),
    (30, "dhcp.option.mask_supplier", value),
    (31, "dhcp.option.perform_router_discovery", value),
    (32, "dhcp.option.router_solicitation_address", addresses),
    (33, "dhcp.option.static_route", addresses),
    (34, "dhcp.option.trailer_encapsulation", value),
    (35, "dhcp.option.arp_cache_timeout", value),
    (36, "dhcp.option.ethernet_encapsulation", value),
    (37, "dhcp.option.tcp_default_ttl", value),
    (38, "dhcp.option.tcp_keepalive_interval", value),
    (39, "dhcp.option.tcp_keepalive_garbage", value),
    (40, "dhcp.option.nis_domain", text),
    (41, "dhcp.option.nis_servers", addresses),
    (42, "dhcp.option.ntp_servers", addresses),
    (43, "dhcp.option.vendor_specific_information", bytes),
    (44, "dhcp.option.netbios_name_server", addresses),
    (45, "dhcp.option.netbios_datagram_distribution_server", addresses),
    (46, "dhcp.option.netbios_node_type", value),
    (47, "dhcp.option.netbios_scope", text),
    (48, "dhcp.option.x_window_font_server", addresses),
    (49, "dhcp.option.x_window_display_manager", addresses),
    (50, "dhcp.option.requested_address", addresses),
    (51, "dhcp.option.lease_time", value),
    (52, "dhcp.option.overload", value),
    (53, "dhcp.option.message_type", kind),
    (54, "dhcp.option.server_identifier", addresses),
    (55, "dhcp.option.parameter_request_list", codes),
    (56, "dhcp.option.message", text),
    (57, "dhcp.option.maximum_message_size", value),
    (58, "dhcp.option.renewal_time", value),
    (59, "dhcp.option.rebinding_time", value),
    (60, "dhcp.option.vendor_class_identifier", text),
    (61, "dhcp.option.client_identifier", client),
    (64, "dhcp.option.nis_plus_domain", text),
    (65, "dhcp.option.nis_plus_servers", addresses),
    (66, "dhcp.option.tftp_server_name", text),
    (67, "dhcp.option.boot_file_name", text),
    (68, "dhcp.option.mobile_ip_home_agent", addresses),
    (69, "dhcp.option.smtp_server", addresses),
    (70, "dhcp.option.pop3_server", addresses),
    (71, "dhcp.option.nntp_server", addresses),
    (72, "dhcp.option.www_server", addresses),
    (73, "dhcp.option.finger_server", addresses),
    (74, "dhcp.option.irc_server", addresses),
    (75, "dhcp.option.streettalk_server", addresses),
    (76, "dhcp.option.stda_server", addresses),
    (77, "dhcp.option.user_class", bytes),
    (80, "dhcp.option.rapid_commit", bytes),
    (81, "dhcp.option.client_fqdn", bytes),
    (82, "dhcp.option.relay_agent_information", bytes),
    (90, "dhcp.option.authentication", bytes),
    (91, "dhcp.option.client_last_transaction_time", value),
    (92, "dhcp.option.associated_ip", addresses),
    (93, "dhcp.option.client_system_architecture", hexadecimal),
    (94, "dhcp.option.client_network_interface", bytes),
    (97, "dhcp.option.client_machine_identifier", bytes),
    (100, "dhcp.option.posix_timezone", text),
    (101, "dhcp.option.tz_database_timezone", text),
    (108, "dhcp.option.ipv6_only_preferred", value),
    (114, "dhcp.option.captive_portal", text),
    (116, "dhcp.option.auto_configure", value),
    (118, "dhcp.option.subnet_selection", addresses),
    (119, "dhcp.option.domain_search", bytes),
    (120, "dhcp.option.sip_servers", bytes),
    (121, "dhcp.option.classless_static_route", bytes),
    (124, "dhcp.option.vendor_identifying_class", bytes),
    (125, "dhcp.option.vendor_identifying_information", bytes),
    (150, "dhcp.option.tftp_server_address", addresses),
    (252, "dhcp.option.proxy_auto_discovery", text),
];
