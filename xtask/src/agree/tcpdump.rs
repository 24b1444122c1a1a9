//! The third witness, heard only where the first two disagree: `tcpdump -vvnn`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::kind::Kinds;
use crate::Failure;

/// What tcpdump says of a capture: packet and place of the kind.
///
/// # Errors
///
/// It cannot be started.
pub fn hear(capture: &Path, kinds: &Kinds) -> Result<BTreeSet<(u32, usize)>, Failure> {
    let output = Command::new("tcpdump").args(["-#", "-vvnn", "-r"]).arg(capture).output();
    let output = output.map_err(|error| format!("cannot start tcpdump: {error}"))?;
    Ok(read(&String::from_utf8_lossy(&output.stdout), kinds))
}

fn read(text: &str, kinds: &Kinds) -> BTreeSet<(u32, usize)> {
    let (mut claims, mut packet) = (BTreeSet::new(), 0);
    for line in text.lines() {
        packet = number(line).unwrap_or(packet);
        for (place, kind) in kinds.iter() {
            if kind.tcpdump.iter().any(|piece| line.contains(piece.as_str())) {
                claims.insert((packet, place));
            }
        }
    }
    claims
}

/// The number of a packet's first line; the lines that go on are indented by a tab, or by more than a number is.
fn number(line: &str) -> Option<u32> {
    let (number, rest) = line.trim_start_matches(' ').split_once("  ")?;
    let is_time = rest.as_bytes().get(2) == Some(&b':') && rest.as_bytes().get(5) == Some(&b':');
    number.parse().ok().filter(|_| is_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_on_belongs_to_the_packet_before() {
        let kinds = Kinds::load().unwrap();
        let place = kinds.of_label("udp.checksum.bit").unwrap();
        let text = "    1  22:13:20.000036 IP (tos 0x0)\n    10.0.0.1.1 > 10.0.0.2.2: [udp sum ok] UDP\n   \
                    12  22:13:20.000186 IP (tos 0x0)\n    7  more words\n    10.0.0.1.1 > 10.0.0.2.2: [bad udp cksum 0x1 -> 0x2!]\n";
        assert_eq!(read(text, &kinds).into_iter().collect::<Vec<_>>(), [(12, place)]);
    }
}
