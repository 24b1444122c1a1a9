//! The brain that explains packets: it reads the table and the findings in a prompt and puts them into
//! sentences, every number of them right, or one of them wrong on purpose.

use std::fmt::Write;

use crate::turn::Turn;

/// A field in the table.
#[derive(Debug, PartialEq, Eq)]
struct Field<'t> {
    place: &'t str,
    name: &'t str,
    value: &'t str,
}

/// Whether a packet is to be explained, and not answered.
pub fn is_wanted(turn: &Turn) -> bool {
    turn.system.starts_with("# You explain packets")
}

/// The explanation. A liar adds one to a number: the TTL, or the first there is.
pub fn explanation(turn: &Turn, lies: bool) -> String {
    let fields = fields(&turn.text);
    let mut text = String::from("## What it is\n\n");
    let lie = fields
        .iter()
        .position(|field| field.name == "ipv4.ttl")
        .or_else(|| fields.iter().position(|field| field.value.parse::<u64>().is_ok()))
        .filter(|_| lies);
    for (index, field) in fields.iter().enumerate() {
        let value = match field.value.parse::<u64>() {
            Ok(number) if lie == Some(index) => (number + 1).to_string(),
            _ => field.value.to_owned(),
        };
        let _ = writeln!(text, "The field `{}` is {value} (bytes {}).", field.name, field.place);
    }
    text += "\n## What is wrong\n\n";
    let findings: Vec<&str> =
        turn.text.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    for finding in &findings {
        let _ = writeln!(text, "- {finding}");
    }
    if findings.is_empty() {
        text += "Nothing is wrong with it.\n";
    }
    text +=
        "\n## Probable cause\n\nProbably somebody changed the packet and not what depends on it.\n";
    text += "\n## Change in the sender\n\n";
    for fix in turn.text.lines().filter_map(|line| line.strip_prefix("  fix: ")) {
        let _ = writeln!(text, "- What the bytes should become: {fix}");
    }
    text + "Compute checksums last.\n"
}

/// The lines of the table: two blanks, a place, a name, a value.
fn fields(text: &str) -> Vec<Field<'_>> {
    let table = text.split_once("Its fields:").map_or("", |(_, table)| table);
    let table = table.split_once("The packet:").map_or(table, |(table, _)| table);
    let field = |line: &'_ str| -> Option<(usize, usize)> {
        let rest = line.strip_prefix("  ")?;
        let place = rest.find(' ')?;
        let name = rest[place..].trim_start().find(' ')?;
        Some((place, name))
    };
    let lines = table.lines().filter_map(|line| {
        let (place, name) = field(line)?;
        let rest = &line[2..];
        let behind = rest[place..].trim_start();
        Some(Field { place: &rest[..place], name: &behind[..name], value: behind[name..].trim() })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Packet 1 of the capture, link raw, 28 bytes: a > b\n\nIts fields:\n\n\
                        ipv4, bytes 0–19\n  8         ipv4.ttl       63\n  \
                        10–11     ipv4.checksum  0x26df\n\nThe packet:\n\n0x0000: 4500\n\n\
                        The checker found:\n\n- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: \
                        expected 0x27df, found 0x26df\n  clause: “…”\n  fix: set 10 27df\n";

    #[test]
    fn it_says_what_the_prompt_says() {
        let turn = Turn::read("m", "# You explain packets\n", TEXT, None);
        assert!(is_wanted(&turn) && !is_wanted(&Turn::read("m", "", TEXT, None)));
        let said = explanation(&turn, false);
        for expect in [
            "The field `ipv4.ttl` is 63 (bytes 8).",
            "The field `ipv4.checksum` is 0x26df (bytes 10–11).",
            "- ipv4.checksum (RFC 791 3.1, MUST) bytes 10–11: expected 0x27df, found 0x26df\n",
            "should become: set 10 27df",
        ] {
            assert!(said.contains(expect), "{expect} is not in {said}");
        }
        assert!(explanation(&turn, true).contains("`ipv4.ttl` is 64 "));
    }
}
