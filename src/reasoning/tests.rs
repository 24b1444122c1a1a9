use nano::registers::Registers;
use nano::transformer::Context;

use super::*;

/// What nano says to an echo request with `data`, line by line.
fn lines(data: &[u8]) -> Vec<String> {
    lines_up_to(usize::MAX, data)
}

/// The same when the wire delivers at most `length` bytes of the packet.
fn lines_up_to(length: usize, data: &[u8]) -> Vec<String> {
    let echo = wire::Echo {
        identifier: 7,
        sequence: 1,
        payload: data,
        ..wire::Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into())
    };
    let (mut reasoning, mut lines) = (Reasoning::default(), Vec::new());
    let (network, mut context) = (nano::Network::First.load(), Context::default());
    let mut packet = echo.request();
    packet.truncate(length);
    let own = Registers { ipv4: [10, 0, 0, 1], ..Registers::default() };
    nano::think(network, &mut context, &packet, &own, |seen| {
        reasoning.hear(seen, &mut |line| lines.push(line.to_owned()));
        true
    });
    lines
}

#[test]
fn a_whole_thought_in_narrow_lines() {
    let lines = lines(&[0x33, 0x2f, 0x8b, 0x12, 0x00, 0x01, 0x02, 0x03, 0x04]);
    for line in [
        "bytes 2–3     0025  total length 37                         sum 4525",
        "→ the sum is ffff, so the header checksum is right; is it for me?",
        "my address    0001  less my own                             sum ffff",
        "bytes 24–25   0007  identifier 7                            sum 0007",
        "bytes 28–35   332f→3337 8b12→be49 0001→be4a 0203→c04d  data",
        "bytes 36      04→c44d                                  data",
        "                    no more; fold the last carry            sum c44d",
        "write 22–23         ICMP checksum, the complement of the sum: 3bb2",
        "write 24–31   0007 0001 332f 8b12",
        "write 32–36   0001 0203 04",
        "→ send the reply",
    ] {
        assert!(lines.iter().any(|said| said == line), "{line:?} is not in\n{}", lines.join("\n"));
    }
    assert!(lines.iter().all(|line| line.chars().count() <= 76));
    assert_eq!(lines.last().map(String::as_str), Some("→ send the reply"));
}

#[test]
fn a_cut_packet() {
    for length in [31, 32] {
        let lines = lines_up_to(length, b"abcdefgh");
        let [.., missing, verdict] = &lines[..] else { panic!("{lines:?}") };
        assert!(missing.contains("the wire brought no byte here"), "{}", lines.join("\n"));
        assert!(verdict.starts_with("→ drop, truncated"), "{verdict}");
    }
}

#[test]
fn no_data_at_all() {
    let lines = lines(&[]);
    assert!(lines.contains(&"write 24–27   0007 0001".to_owned()), "{}", lines.join("\n"));
}
