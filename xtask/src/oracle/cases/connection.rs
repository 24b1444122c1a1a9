//! TCP (RFC 9293 section 3.10.7.4) on a connection: opened from us, at a port whose program says nothing.

use wire::tcp::flag::{ACK, FIN, RST, SYN};

use crate::oracle::case::{Case, Segment, open_case, segment_case};

/// What lies outside every window.
const FAR: i32 = 1_000_000;

/// Segments on an open connection, and on one that is being opened or reset.
pub fn cases() -> Vec<Case> {
    [open(), resets(), opening()].concat()
}

fn open() -> Vec<Case> {
    let ack = Segment::new(ACK);
    let bare = Segment::new(0);
    vec![
        open_case("tcp.open.data", "none: data", ack.data(b"GET")),
        open_case("tcp.open.fin", "none: FIN and ACK", Segment::new(FIN | ACK)),
        open_case(
            "tcp.open.data_fin",
            "none: data, FIN and ACK",
            Segment::new(FIN | ACK).data(b"GET"),
        ),
        open_case("tcp.open.ack", "none: an acknowledgment again", ack),
        open_case("tcp.open.keepalive", "none: a keep-alive probe", ack.ahead(-1)),
        open_case("tcp.open.checksum", "the checksum", ack.data(b"GET").corrupt()),
        open_case("tcp.open.old", "an old segment", ack.ahead(-100).data(b"GET")),
        open_case("tcp.open.gap", "a segment with a gap before it", ack.ahead(10).data(b"GET")),
        open_case("tcp.open.future", "a segment beyond the window", ack.ahead(FAR).data(b"GET")),
        open_case(
            "tcp.open.acks_nothing",
            "data that acknowledges what was not sent",
            ack.acked(1000).data(b"GET"),
        ),
        open_case(
            "tcp.open.acks_old",
            "data that acknowledges less than was acknowledged",
            ack.acked(-1).data(b"GET"),
        ),
        open_case(
            "tcp.open.acks_ancient",
            "data that acknowledges what is older than any window",
            ack.acked(-FAR).data(b"GET"),
        ),
        open_case("tcp.open.no_ack", "data without ACK", bare.data(b"GET")),
        open_case("tcp.open.null", "no flags", bare),
        open_case("tcp.open.fin_no_ack", "FIN without ACK", Segment::new(FIN)),
        open_case("tcp.open.syn", "SYN in the window", Segment::new(SYN)),
        open_case("tcp.open.syn_far", "SYN outside the window", Segment::new(SYN).ahead(FAR)),
        open_case("tcp.open.syn_again", "the first SYN again", Segment::new(SYN).ahead(-1)),
        open_case("tcp.open.syn_ack", "SYN and ACK in the window", Segment::new(SYN | ACK)),
        open_case("tcp.ipv6.open.data", "none: data over IPv6", ack.data(b"GET").over_ipv6()),
    ]
}

fn resets() -> Vec<Case> {
    let (syn, ack, rst) = (Segment::new(SYN), Segment::new(ACK), Segment::new(RST));
    vec![
        open_case("tcp.open.rst", "none: RST at the next number due", rst),
        open_case(
            "tcp.open.rst_ack",
            "none: RST and ACK at the next number due",
            Segment::new(RST | ACK),
        ),
        open_case("tcp.open.rst_window", "RST elsewhere in the window", rst.ahead(100)),
        open_case("tcp.open.rst_far", "RST outside the window", rst.ahead(FAR)),
        open_case("tcp.open.rst_old", "RST before the window", rst.ahead(-100)),
        open_case("tcp.open.rst_checksum", "RST, and the checksum", rst.corrupt()),
        segment_case(
            "tcp.reset.data",
            "data on a connection that was reset",
            &[syn, ack, rst],
            ack.data(b"GET"),
        ),
        segment_case(
            "tcp.half_closed.data",
            "data behind a FIN",
            &[syn, ack, Segment::new(FIN | ACK)],
            ack.data(b"GET"),
        ),
        segment_case(
            "tcp.half_closed.fin",
            "none: the FIN again",
            &[syn, ack, Segment::new(FIN | ACK)],
            Segment::new(FIN | ACK).ahead(-1),
        ),
    ]
}

fn opening() -> Vec<Case> {
    let (syn, ack) = (Segment::new(SYN), Segment::new(ACK));
    vec![
        segment_case("tcp.opening.ack", "none: the acknowledgment that opens it", &[syn], ack),
        segment_case(
            "tcp.opening.data",
            "none: data in the acknowledgment that opens it",
            &[syn],
            ack.data(b"GET"),
        ),
        segment_case("tcp.opening.syn_again", "none: the SYN again", &[syn], syn.ahead(-1)),
        segment_case("tcp.opening.syn_other", "another SYN in the window", &[syn], syn.ahead(100)),
        segment_case(
            "tcp.opening.acks_nothing",
            "an acknowledgment of what was not sent",
            &[syn],
            ack.acked(1000),
        ),
        segment_case(
            "tcp.opening.future",
            "an acknowledgment beyond the window",
            &[syn],
            ack.ahead(FAR),
        ),
        segment_case(
            "tcp.opening.rst",
            "none: RST at the next number due",
            &[syn],
            Segment::new(RST),
        ),
        segment_case(
            "tcp.opening.rst_far",
            "RST outside the window",
            &[syn],
            Segment::new(RST).ahead(FAR),
        ),
        segment_case("tcp.opening.null", "no flags", &[syn], Segment::new(0)),
        segment_case("tcp.opening.fin", "FIN without ACK", &[syn], Segment::new(FIN)),
    ]
}
