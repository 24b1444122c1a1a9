//! The second witness: tshark's expert information, every checksum checked.

use std::path::Path;
use std::process::Command;

use super::kind::{Kind, Kinds};
use super::lint::Claims;
use crate::Failure;

/// Checks that are off by default; those of ICMP, ICMPv6, IGMP and GRE are always on.
pub const PREFERENCES: [&str; 3] =
    ["ip.check_checksum:TRUE", "udp.check_checksum:TRUE", "tcp.check_checksum:TRUE"];
/// What tells whether a checksum was left to a card; in the order in which they are read.
const ENDS: [&str; 7] =
    ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.len", "ip.hdr_len", "ipv6.plen"];
/// Between the values of a field that occurs several times: no value of ours has it.
const SEVERAL: char = '\u{1f}';

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

/// Number, addresses and lengths, the checksums that cards compute, then every kind's fields.
fn columns(kinds: &Kinds) -> impl Iterator<Item = &str> {
    let experts = kinds.iter().flat_map(|(_, kind)| kind.tshark.iter().map(String::as_str));
    let sums = kinds.iter().filter_map(|(_, kind)| kind.offload.as_deref());
    ["frame.number"].into_iter().chain(ENDS).chain(sums).chain(experts)
}

fn read(line: &str, kinds: &Kinds, claims: &mut Claims) {
    let mut fields = line.split('\t');
    let mut next = || fields.next().unwrap_or_default();
    let Ok(number) = next().parse() else { return };
    let ends = ENDS.map(|_| last(next()));
    let sums: Vec<_> =
        kinds.iter().filter(|(_, k)| k.offload.is_some()).map(|(n, _)| (n, last(next()))).collect();
    for (place, kind) in kinds.iter() {
        let named: Vec<_> =
            kind.tshark.iter().filter(|_| !next().is_empty()).map(String::as_str).collect();
        if !named.is_empty() {
            let sum = sums.iter().find(|(n, _)| *n == place).map(|(_, sum)| *sum);
            let is_offload = sum.is_some_and(|sum| is_offload(kind, sum, &ends));
            let prefix = if is_offload { "offload: " } else { "" };
            claims.insert((number, place), format!("{prefix}{}", named.join(" ")));
        }
    }
}

/// The innermost value of a field that occurs in several headers.
fn last(values: &str) -> &str {
    values.rsplit(SEVERAL).next().unwrap_or_default()
}

/// Whether a checksum is the pseudo-header's sum, not complemented: what a host leaves for a card that
/// computes checksums; without the length for one that also cuts segments.
fn is_offload(kind: &Kind, sum: &str, ends: &[&str; ENDS.len()]) -> bool {
    let [source, target, source6, target6, total, header, payload] = *ends;
    let protocol = if kind.name.starts_with("tcp") { 6 } else { 17 };
    let found = sum.strip_prefix("0x").and_then(|sum| u32::from_str_radix(sum, 16).ok());
    let of = |addresses: [Option<Vec<u8>>; 2], length: Option<u32>| {
        let [Some(source), Some(target)] = addresses else { return false };
        let whole = fold(&[source, target].concat()) + protocol;
        let small = found == Some(carry(whole));
        small || length.is_some_and(|length| found == Some(carry(whole + length)))
    };
    let four = [source, target]
        .map(|text| text.parse().ok().map(|a: std::net::Ipv4Addr| a.octets().to_vec()));
    let six = [source6, target6]
        .map(|text| text.parse().ok().map(|a: std::net::Ipv6Addr| a.octets().to_vec()));
    let number = |text: &str| text.parse::<u32>().ok();
    let length =
        number(total).zip(number(header)).and_then(|(total, header)| total.checked_sub(header));
    of(four, length) || of(six, number(payload))
}

fn fold(octets: &[u8]) -> u32 {
    octets.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(pair[1])).sum()
}

/// Ones'-complement addition's end-around carry.
fn carry(mut sum: u32) -> u32 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(kinds: &Kinds, sum: &str, expert: &str) -> String {
        let place = kinds.of_label("tcp.checksum.bit").unwrap();
        let mut fields: Vec<String> = vec!["7".into()];
        fields.extend(["10.0.0.1", "10.0.0.2", "", "", "60", "20", ""].map(String::from));
        for (n, _) in kinds.iter().filter(|(_, kind)| kind.offload.is_some()) {
            fields.push(if n == place { sum.into() } else { String::new() });
        }
        for (n, kind) in kinds.iter() {
            fields.extend(
                kind.tshark.iter().map(|_| if n == place { expert.into() } else { String::new() }),
            );
        }
        fields.join("\t")
    }

    #[test]
    fn a_bad_checksum_and_one_left_to_a_card() {
        let kinds = Kinds::load().unwrap();
        let place = kinds.of_label("tcp.checksum.bit").unwrap();
        // 0a00 + 0001 + 0a00 + 0002 + 6 + 40 = 1431
        for (sum, expert, expect) in [
            ("0x1431", "1", Some("offload: tcp.checksum_bad.expert")),
            ("0x1409", "1", Some("offload: tcp.checksum_bad.expert")),
            ("0x1432", "1", Some("tcp.checksum_bad.expert")),
            ("0x1432", "", None),
        ] {
            let mut claims = Claims::new();
            read(&line(&kinds, sum, expert), &kinds, &mut claims);
            assert_eq!(claims.get(&(7, place)).map(String::as_str), expect, "{sum}");
        }
    }
}
