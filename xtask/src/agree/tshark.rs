//! The second witness: tshark's expert information, every checksum checked.

use std::path::Path;
use std::process::Command;

use super::kind::Kinds;
use super::lint::Claims;
use super::offload::{self, SEVERAL};
use crate::Failure;

/// Checks that are off by default; those of ICMP, ICMPv6, IGMP and GRE are always on.
pub const PREFERENCES: [&str; 3] =
    ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"];
/// The kind that names the protocol at fault too: whatever tshark's dissector of it could not read.
const MALFORMED: &str = "malformed";

/// What tshark says of a capture; of one that it cannot read to its end, what it says until there.
///
/// # Errors
///
/// It cannot be started, or knows a field of `kinds.toml` no more.
pub fn hear(capture: &Path, kinds: &Kinds) -> Result<Claims, Failure> {
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields", "-E", "separator=/t", "-E"]);
    command.arg(format!("aggregator={SEVERAL}")).arg("-r").arg(capture);
    for preference in PREFERENCES {
        command.args(["-o", preference]);
    }
    for field in columns(kinds) {
        command.args(["-e", field]);
    }
    let output = command.output().map_err(|error| format!("cannot start tshark: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if told.contains("aren't valid") {
        return Err(format!("tshark: {told}").into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut claims = Claims::new();
    text.lines().for_each(|line| read(line, kinds, &mut claims));
    Ok(claims)
}

/// Number, protocols, what tells of offload, the checksums that cards compute, then every kind's fields.
fn columns(kinds: &Kinds) -> impl Iterator<Item = &str> {
    let experts = kinds.iter().flat_map(|(_, kind)| kind.tshark.iter().map(String::as_str));
    let sums = kinds.iter().filter_map(|(_, kind)| kind.offload.as_deref());
    ["frame.number", "frame.protocols"]
        .into_iter()
        .chain(offload::FIELDS)
        .chain(sums)
        .chain(experts)
}

fn read(line: &str, kinds: &Kinds, claims: &mut Claims) {
    let mut fields = line.split('\t');
    let mut next = || fields.next().unwrap_or_default();
    let Ok(number) = next().parse() else { return };
    let protocols = next();
    let ends = offload::FIELDS.map(|_| next());
    let cards = kinds.iter().filter(|(_, kind)| kind.offload.is_some());
    let sums: Vec<_> = cards.map(|(place, _)| (place, next())).collect();
    for (place, kind) in kinds.iter() {
        let named: Vec<_> =
            kind.tshark.iter().filter(|_| !next().is_empty()).map(String::as_str).collect();
        if named.is_empty() {
            continue;
        }
        let mut said = named.join(" ");
        let protocol = if kind.name.starts_with("tcp") { 6 } else { 17 };
        let sum = sums.iter().find(|(n, _)| *n == place).map_or("", |(_, sum)| sum);
        if offload::is_offloaded(sum, &ends, protocol) {
            said.insert_str(0, "offload: ");
        }
        if kind.name == MALFORMED {
            said += " in ";
            said += protocols.rsplit(':').next().unwrap_or_default();
        }
        claims.insert((number, place), said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kinds: &Kinds, sum: &str, expert: &str) -> String {
        let place = kinds.of_label("tcp.checksum.bit").unwrap();
        let mut fields: Vec<String> = vec!["7".into(), "eth:ip:tcp".into()];
        fields.extend(["10.0.0.1", "10.0.0.2", "", "", "60", "20", ""].map(String::from));
        for (n, _) in kinds.iter().filter(|(_, kind)| kind.offload.is_some()) {
            fields.push(if n == place { sum.into() } else { String::new() });
        }
        for (n, kind) in kinds.iter() {
            let of = |field: &String| match n == place && field.ends_with("bad.expert") {
                true => expert.to_owned(),
                false => String::new(),
            };
            fields.extend(kind.tshark.iter().map(of));
        }
        fields.join("\t")
    }

    #[test]
    fn a_bad_checksum_and_one_left_to_a_card() {
        let kinds = Kinds::load().unwrap();
        let place = kinds.of_label("tcp.checksum.bit").unwrap();
        for (sum, expert, expect) in [
            ("0x1431", "1", Some("offload: tcp.checksum_bad.expert")),
            ("0x1432", "1", Some("tcp.checksum_bad.expert")),
            ("0x1432", "", None),
        ] {
            let mut claims = Claims::new();
            read(&line(&kinds, sum, expert), &kinds, &mut claims);
            assert_eq!(claims.get(&(7, place)).map(String::as_str), expect, "{sum}");
            assert_eq!(claims.len(), usize::from(expect.is_some()));
        }
    }
}
