//! Packets in text: plain hex, or a dump as xxd, `hexdump -C`, od, `tcpdump -x` and Wireshark write it, with
//! offsets before the bytes and characters behind them. In a dump, offset 0 begins a packet; in plain hex an
//! empty line does.

use thiserror::Error;

/// Bytes of a dump's row, where no other row says how many.
const ROW: usize = 16;

/// Text that spells no packet.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HexdumpError {
    /// It has no hex at all.
    #[error("there is no hex in it")]
    Empty,
    /// A word is no bytes.
    #[error("line {line}: {word:?} is no whole number of bytes in hex")]
    Word {
        /// The line, from 1.
        line: usize,
        /// The word.
        word: String,
    },
    /// A dump's row is missing, or comes twice.
    #[error(
        "line {line}: the row says offset {said:#x}, and {have:#x} is due: rows are missing or out of order"
    )]
    Offset {
        /// The line, from 1.
        line: usize,
        /// Where it says that its bytes begin.
        said: usize,
        /// Where they would have to.
        have: usize,
    },
}

/// A row of a dump: its line, its offset, and what stands behind that.
struct Row<'t> {
    line: usize,
    offset: usize,
    rest: &'t str,
    /// Whether it can be nothing else.
    is_sure: bool,
}

/// The packets that `text` spells.
///
/// # Errors
/// Where it is neither plain hex nor a dump.
pub fn packets(text: &str) -> Result<Vec<Vec<u8>>, HexdumpError> {
    let rows: Vec<Row> =
        text.lines().enumerate().filter_map(|(index, line)| row(index + 1, line)).collect();
    // Something else may begin like a row; a dump begins at 0.
    let packets = match rows.iter().position(|row| row.offset == 0 && row.is_sure) {
        Some(first) => dumped(&following(rows, first))?,
        None => plain(text)?,
    };
    if packets.is_empty() { Err(HexdumpError::Empty) } else { Ok(packets) }
}

/// The rows from the first on; what only may be one has to follow the one before.
fn following(rows: Vec<Row>, first: usize) -> Vec<Row> {
    let mut kept: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows.into_iter().skip(first) {
        let step = kept.last().and_then(|last| row.offset.checked_sub(last.offset));
        if row.is_sure || step.is_some_and(|step| (1..=4 * ROW).contains(&step)) {
            kept.push(row);
        }
    }
    kept
}

/// Takes a line for a dump's row if it begins with an offset; surely so are hex digits with a colon, or a
/// wide gap, or so many of them that they are no bytes.
fn row(line: usize, text: &str) -> Option<Row<'_>> {
    let text = text.trim_start();
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    let (digits, colon) = match word.strip_suffix(':') {
        Some(digits) => (digits, true),
        None => (word, false),
    };
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let wide = rest.starts_with([' ', '\t']) || matches!(digits.len(), 6 | 7);
    let is_offset = (3..=8).contains(&digits.len());
    let offset = usize::from_str_radix(digits, 16).ok().filter(|_| is_offset)?;
    Some(Row { line, offset, rest, is_sure: colon || wide })
}

fn dumped(rows: &[Row]) -> Result<Vec<Vec<u8>>, HexdumpError> {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    let width = rows.iter().map(|row| row.offset).filter(|offset| *offset > 0).min().unwrap_or(ROW);
    for (index, row) in rows.iter().enumerate() {
        if row.offset == 0 {
            packets.push(Vec::new());
        }
        let Some(packet) = packets.last_mut() else { continue };
        if row.offset != packet.len() {
            let (line, said, have) = (row.line, row.offset, packet.len());
            return Err(HexdumpError::Offset { line, said, have });
        }
        let next = rows.get(index + 1).map(|next| next.offset).filter(|next| *next > row.offset);
        let most = next.map_or(width, |next| next - row.offset);
        packet.extend(row_bytes(row.rest, most));
    }
    packets.retain(|packet| !packet.is_empty());
    Ok(packets)
}

/// The bytes of a row: words of hex up to the gap before the characters.
fn row_bytes(text: &str, most: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    let mut rest = text.trim_start();
    while bytes.len() < most && !rest.is_empty() {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let word = &rest[..end];
        match wire::hex::parse(word) {
            Ok(more) if bytes.len() + more.len() <= most => bytes.extend(more),
            _ => break,
        }
        let after = rest[end..].trim_start();
        // In the middle of a row some leave a gap of two.
        let gap = rest.len() - end - after.len();
        if gap > 2 || (gap == 2 && bytes.len() != ROW / 2) {
            break;
        }
        rest = after;
    }
    bytes
}

fn plain(text: &str) -> Result<Vec<Vec<u8>>, HexdumpError> {
    let mut packets = vec![Vec::new()];
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            packets.push(Vec::new());
        }
        let words = line.split(|c: char| c.is_whitespace() || matches!(c, ':' | ',' | '-'));
        for word in words.filter(|word| !word.is_empty()) {
            let digits = word.strip_prefix("0x").unwrap_or(word);
            let bytes = wire::hex::parse(digits).map_err(|_| {
                let word = word.chars().take(40).collect();
                HexdumpError::Word { line: index + 1, word }
            })?;
            packets.last_mut().expect("there is one").extend(bytes);
        }
    }
    packets.retain(|packet| !packet.is_empty());
    Ok(packets)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(text: &str) -> String {
        let packets = packets(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        packets.iter().map(|packet| wire::hex::encode(packet)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_dump_gives_the_same_bytes() {
        const BYTES: &str = "450000144142434461626364616263644142434465";
        for text in [
            BYTES,
            "0x4500 0014 4142 4344 6162 6364 6162 6364 4142 4344 65",
            "45:00:00:14:41:42:43:44:61:62:63:64:61:62:63:64:41:42:43:44:65",
            // xxd
            "00000000: 4500 0014 4142 4344 6162 6364 6162 6364  E...ABCDabcdabcd\n\
             00000010: 4142 4344 65                             ABCDe\n",
            // tcpdump -x, and -X
            "12:00:01.000000 IP 10.0.0.2 > 10.0.0.1: ICMP echo request, id 7, seq 1, length 64\n\
             \t0x0000:  4500 0014 4142 4344 6162 6364 6162 6364\n\t0x0010:  4142 4344 65\n",
            "\t0x0000:  4500 0014 4142 4344 6162 6364 6162 6364  E...ABCDabcdabcd\n\
             \t0x0010:  4142 4344 65                             ABCDe\n",
            // Wireshark
            "0000  45 00 00 14 41 42 43 44 61 62 63 64 61 62 63 64   E...ABCDabcdabcd\n\
             0010  41 42 43 44 65                                    ABCDe\n",
            // hexdump -C, and od -A x -t x1
            "00000000  45 00 00 14 41 42 43 44  61 62 63 64 61 62 63 64  |E...ABCDabcdabcd|\n\
             00000010  41 42 43 44 65                                    |ABCDe|\n00000015\n",
            "000000 45 00 00 14 41 42 43 44 61 62 63 64 61 62 63 64\n000010 41 42 43 44 65\n000015\n",
            // xxd -c 8: the characters look like bytes.
            "00000000: 4500 0014 4142 4344  E...ABCD\n00000008: 6162 6364 6162 6364  abcdabcd\n\
             00000010: 4142 4344 65         ABCDe\n",
        ] {
            assert_eq!(one(text), BYTES, "{text}");
        }
    }

    #[test]
    fn several_packets() {
        assert_eq!(one("4500\n0001\n\n4501\n"), "45000001 4501");
        assert_eq!(one("0000  45 00\n\nsome words\n0000  45 01\n"), "4500 4501");
        assert_eq!(one("0000  45 00\n0002 00 1c\n0004 01\nface the bytes\n"), "4500001c01");
    }

    #[test]
    fn what_is_none() {
        assert_eq!(packets(""), Err(HexdumpError::Empty));
        let word = |line, word: &str| Err(HexdumpError::Word { line, word: word.into() });
        assert_eq!(packets("4500\n450"), word(2, "450"));
        assert_eq!(packets("hello"), word(1, "hello"));
        let gap = packets("0000  45 00\n0010  45\n");
        assert_eq!(gap, Err(HexdumpError::Offset { line: 2, said: 16, have: 2 }));
    }

    proptest! {
        #[test]
        fn dumps_come_back(bytes in prop::collection::vec(any::<u8>(), 1..70)) {
            let expect = wire::hex::encode(&bytes);
            prop_assert_eq!(one(&wire::hex::dump(&bytes)), expect.clone());
            prop_assert_eq!(one(&crate::prompt::dump(&bytes)), expect);
        }

        #[test]
        fn no_text_panics(text in "[0-9a-f:x \n\t|é]{0,80}") {
            let _ = packets(&text);
        }
    }
}
