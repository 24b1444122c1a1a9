use super::*;

/// A faulty filter, the message, and the part of it that is marked.
#[track_caller]
fn check(filter: &str, message: &str, marked: &str) {
    let error = Filter::parse(filter).expect_err(filter);
    assert_eq!(error.message, message, "{filter}");
    assert_eq!(&filter[error.range.clone()], marked, "{filter}");
}

const NUMBER: &str = "a number such as 64 or 0x40";
const PREFIX: &str = "an address such as 10.0.0.1 or a prefix such as 10.0.0.0/8";

#[test]
fn a_caret_line_marks_the_place() {
    let error = Filter::parse("tcp and\tip.tll < 5").unwrap_err();
    let expect = "no field or protocol is called ip.tll: near it are ip.ttl, ipv4.ttl\n  \
                  tcp and ip.tll < 5\n          ^^^^^^";
    assert_eq!(error.to_string(), expect);
    let error = Filter::parse("\"é\" == 1").unwrap_err();
    assert!(error.to_string().ends_with("\n  \"é\" == 1\n  ^^^"), "{error}");
    let error = Filter::parse("tcp.port ==").unwrap_err();
    assert!(error.to_string().ends_with("\n  tcp.port ==\n             ^"), "{error}");
    let long = format!("{} and ip.tll", ["tcp"; 90].join(" and "));
    let text = Filter::parse(&long).unwrap_err().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let (shown, marks) = (text.lines().nth(1).unwrap(), text.lines().nth(2).unwrap());
    assert_eq!(shown.find("ip.tll"), marks.find('^'), "{text}");
    let text = Filter::parse(&"x".repeat(500)).unwrap_err().to_string();
    assert!(text.lines().skip(1).all(|line| line.chars().count() <= 80), "{text}");
    let text = Filter::parse("\u{1b}[31m").unwrap_err().to_string();
    assert!(!text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn names() {
    for (word, nearest) in [("ipv4.tll", "ipv4.ttl"), ("tcp.prot", "tcp.port")] {
        let message = Filter::parse(word).unwrap_err().message;
        let expect = format!("no field or protocol is called {word}: near it are {nearest}");
        assert!(message.starts_with(&expect), "{message}");
    }
    let unknown = "no field or protocol is called http2: there are ipv4.source, tcp.port and so on";
    check("http2 == 80", unknown, "http2");
    let value = "443 is a value: a test begins with a field, such as `tcp.port in {80, 443}`";
    check("tcp.port == 80 or 443", value, "443");
}

#[test]
fn values() {
    check("ip.ttl == high", &format!("ip.ttl can be compared with {NUMBER}"), "high");
    check("ip.ttl == -1", &format!("ip.ttl can be compared with {NUMBER}"), "-1");
    check("ip.ttl == 10.0.0.1", &format!("ip.ttl can be compared with {NUMBER}"), "10.0.0.1");
    check("ip.ttl == true", &format!("ip.ttl can be compared with {NUMBER}"), "true");
    check("ip.ttl == \"x\"", &format!("ip.ttl can be compared with {NUMBER}"), "\"x\"");
    check(
        "ip.proto == tcp",
        &format!("ip.proto can be compared with {NUMBER}, or its name in quotes"),
        "tcp",
    );
    for address in ["10", "10.0.0.300", "fe80::1", "10.0.0.0/33", "10.0.0.0/+8", "\"10.0.0.1\""] {
        check(
            &format!("ip.src == {address}"),
            &format!("ip.src can be compared with {PREFIX}"),
            address,
        );
    }
    let prefix = "ipv6.src can be compared with an address such as fe80::1 or a prefix such as 2001:db8::/32";
    check("ipv6.src == 10.0.0.1", prefix, "10.0.0.1");
    let hardware = "eth.src can be compared with a hardware address such as 02:00:5e:10:00:01";
    check("eth.src == 02:00", hardware, "02:00");
    check("tcp.flags.syn == yes", "tcp.flags.syn can be compared with 0, 1, true or false", "yes");
    let text = "dns.qry.name can be compared with text in quotes such as \"example.com\", or octets such as 0a:0b:0c";
    check("dns.qry.name == example.com", text, "example.com");
    let text = "dns.qry.name can contain octets such as 0a:0b, or text in quotes";
    check("dns.qry.name contains example", text, "example");
    check("icmp.data == 5", "icmp.data can be compared with octets such as 0a:0b:0c", "5");
    let flags = "tcp.flags has no flag SIN: there are CWR, ECE, URG, ACK, PSH, RST, SYN, FIN";
    check("tcp.flags == \"SIN\"", flags, "\"SIN\"");
    let flags = "tcp.flags can be compared with a number such as 0x12, or flags in quotes such as \"SYN ACK\"";
    check("tcp.flags == SYN", flags, "SYN");
    check("tcp == 6", "tcp is a protocol, no field: only `contains` goes with it", "6");
}

#[test]
fn operations_that_a_field_has_not() {
    check("ip.src < 10.0.0.0/8", "ip.src is equal to this or not: there is no order", "10.0.0.0/8");
    check(
        "dns.qry.name > \"x\"",
        "dns.qry.name is equal to this or not: there is no order",
        "\"x\"",
    );
    check("tcp.flags.syn < 1", "tcp.flags.syn is equal to this or not: there is no order", "1");
    check(
        "dns.qry.name in {\"a\"..\"b\"}",
        "dns.qry.name has no order, so it can lie in no range",
        "\"a\"..\"b\"",
    );
    check("tcp.port in {9..8}", "this range ends before it begins", "9..8");
    check(
        "ip.src in {10.0.0.2..10.0.0.1}",
        "this range ends before it begins",
        "10.0.0.2..10.0.0.1",
    );
    let parts = "ip.ttl has no parts: `contains` goes with text, octets and flags";
    check("ip.ttl contains 5", parts, "5");
    let octets = "frame can contain octets such as 0a:0b, or text in quotes";
    check("frame contains xyz", octets, "xyz");
    check("tcp contains 123", "tcp can contain octets such as 0a:0b, or text in quotes", "123");
    check("ip.src & 5", "ip.src has no bits to mask", "&");
    check("tcp & 5", "tcp has no bits to mask", "&");
    check("tcp.flags & \"SYN\"", "a mask is a number such as 0x12", "\"SYN\"");
}

#[test]
fn grammar() {
    check(" ", "a filter is empty that should say which packets, such as `tcp`", "");
    check("tcp udp", "expected `and`, `or` or the end", "udp");
    check("tcp)", "this bracket closes none", ")");
    check("(tcp or (udp)", "this bracket is not closed", "(");
    check("(tcp udp)", "expected `and`, `or` or a closing bracket", "udp");
    check("tcp and", "expected the name of a field or a protocol", "");
    check("tcp or and udp", "expected the name of a field or a protocol", "and");
    check("\"x\" == tcp", "expected the name of a field or a protocol", "\"x\"");
    check("tcp.port ==", "expected a value", "");
    check("tcp.port == (80)", "expected a value", "(");
    check("tcp.port in 80", "expected a set such as {80, 443, 8000..8100}", "80");
    check("tcp.port in {}", "expected a value", "}");
    check("tcp.port in {80 443}", "expected a comma or `}`", "443");
    check("tcp.port in {80,", "expected a value", "");
    check("tcp.port = 80", "`=` is no operator: equality is `==`", "=");
    check("tcp | udp", "`|` is no operator: the other `or` is `||`", "|");
    check("tcp ~ udp", "there are no regular expressions here: `contains` finds text", "~");
    check(
        "frame matches \"x\"",
        "there are no regular expressions here: `contains` finds text",
        "matches",
    );
    check("frame contains \"x", "these quotes are not closed", "\"");
    let escape = r#"no such escape: there are \" \\ \n \r \t \0 and \x with two digits"#;
    check(r#"frame contains "\q""#, escape, r"\q");
    check(r#"frame contains "\x4""#, escape, r"\x");
    check(r#"frame contains "\é""#, escape, r"\é");
    check("tcp.port not 80", "expected `and`, `or` or the end", "not");
}
