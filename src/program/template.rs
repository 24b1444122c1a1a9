//! A program to begin with: sound as it is, and with a word on every line that one may want to change.

use super::Program;
use super::front::is_name;

/// What stands in the claims over these; over any other, a claim of its own is a start.
const CLAIMS: [(&str, &str, &str); 7] = [
    ("host", "ethernet.type", "0x88b5"),
    ("ethernet", "ethernet.type", "0x88b5"),
    ("icmp", "icmp.type", "253"),
    ("icmpv6", "icmpv6.type", "200"),
    ("ipv4", "ipv4.protocol", "253"),
    ("ipv6", "ipv6.next_header", "253"),
    ("tcp", "tcp.destination_port", "4000"),
];

const TEXT: &str = include_str!("template.md");

/// The text of a program of that name over another, for its author to fill in.
///
/// # Errors
/// No program can be called so.
pub fn template(name: &str, over: &Program) -> Result<String, String> {
    if !is_name(name) {
        return Err(format!(
            "{name:?} is no name for a program: lower-case letters, digits and dashes, a letter first"
        ));
    }
    if name == super::ROOT || name == over.name {
        return Err(format!("{name} cannot stand over {}", over.name));
    }
    Ok(TEXT
        .replace("NAME", name)
        .replace("OVER", &over.name)
        .replace("CLAIM", &claim(over))
        .replace("TITLE", &title(name)))
}

fn claim(over: &Program) -> String {
    let known = CLAIMS.iter().find(|(name, ..)| *name == over.name);
    match (known, over.claims.first()) {
        (Some((_, field, value)), _) => format!("{field}: {value}"),
        (None, Some(claim)) if over.name != "udp" => claim.line(),
        _ => "udp.destination_port: 4000".to_owned(),
    }
}

/// `my-game` as `My game`.
fn title(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + &rest.replace('-', " ")
}
