//! Fields of UDP and TCP.

use super::{Fields, Row, Value, number, options, plain, word};
use crate::tcp::{MIN_HEADER_LEN, field, flag};
use crate::{Protocol, Tcp, udp};

const UDP: [Row; 4] = [
    ("udp.source_port", udp::field::SOURCE_PORT, plain),
    ("udp.destination_port", udp::field::DESTINATION_PORT, plain),
    ("udp.length", udp::field::LENGTH, plain),
    ("udp.checksum", udp::field::CHECKSUM, word),
];
const TCP: [Row; 10] = [
    ("tcp.source_port", field::SOURCE_PORT, plain),
    ("tcp.destination_port", field::DESTINATION_PORT, plain),
    ("tcp.sequence", field::SEQUENCE, plain),
    ("tcp.acknowledgment", field::ACKNOWLEDGMENT, plain),
    ("tcp.data_offset", field::DATA_OFFSET, |b| Value::Number(number(b) >> 4)),
    ("tcp.reserved", field::DATA_OFFSET, |b| Value::Number(number(b) & 0x0f)),
    ("tcp.flags", field::FLAGS, |b| Value::Flags(u16::from(b[0]), FLAGS)),
    ("tcp.window", field::WINDOW, plain),
    ("tcp.checksum", field::CHECKSUM, word),
    ("tcp.urgent_pointer", field::URGENT_POINTER, plain),
];
const FLAGS: &[(u16, &str)] = &[
    (flag::CWR as u16, "CWR"),
    (flag::ECE as u16, "ECE"),
    (flag::URG as u16, "URG"),
    (flag::ACK as u16, "ACK"),
    (flag::PSH as u16, "PSH"),
    (flag::RST as u16, "RST"),
    (flag::SYN as u16, "SYN"),
    (flag::FIN as u16, "FIN"),
];

pub(super) fn fields(fields: &mut Fields) {
    if fields.pdu.protocol() == Protocol::Udp {
        if fields.rows(&UDP) {
            fields.rest("payload", udp::HEADER_LEN);
        }
        return;
    }
    if !fields.rows(&TCP) {
        return;
    }
    let Some(tcp) = Tcp::new(fields.pdu.bytes()) else { return };
    match tcp.options() {
        Some(list) => {
            options::fields(fields, MIN_HEADER_LEN, list, &options::TCP);
            fields.rest("payload", MIN_HEADER_LEN + list.len());
        }
        None if tcp.header_len() < MIN_HEADER_LEN => {
            fields.note = Some(format!("data offset {} is under 5", tcp.header_len() / 4));
            fields.rest("payload", MIN_HEADER_LEN);
        }
        None => {
            fields.note = Some("the bytes end inside tcp.options".to_owned());
            fields.rest("tcp.options", MIN_HEADER_LEN);
        }
    }
}
