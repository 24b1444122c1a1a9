//! What the generator knows of the packets it made: a table beside each capture.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Failure;

/// What was done to a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Group and detail: `udp.length.beyond`.
    pub kind: String,
    /// Whether it is a fault; what is not one, a lint has to accept.
    pub fault: bool,
}

/// Labels by packet number, from 1.
pub type Labels = BTreeMap<u32, Label>;

/// Reads the labels beside a capture.
///
/// # Errors
///
/// The table is missing, or a line is not as the generator writes it.
pub fn beside(capture: &Path) -> Result<Labels, Failure> {
    let path = capture.with_extension("labels.tsv");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().enumerate().skip(1);
    lines
        .map(|(number, line)| {
            parse(line).ok_or_else(|| format!("{}:{}: {line}", path.display(), number + 1).into())
        })
        .collect()
}

fn parse(line: &str) -> Option<(u32, Label)> {
    let mut columns = line.split('\t');
    let packet = columns.next()?.parse().ok()?;
    let kind = columns.next()?.to_owned();
    let fault = match columns.next()? {
        "fault" => true,
        "legal" => false,
        _ => return None,
    };
    Some((packet, Label { kind, fault }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let label = Label { kind: "udp.length.zero".into(), fault: true };
        assert_eq!(parse("7\tudp.length.zero\tfault\tlength\t38\t2"), Some((7, label)));
        assert_eq!(parse("7\tudp.length.zero\tmaybe\tlength\t38\t2"), None);
        assert_eq!(parse("seven\tudp.length.zero\tfault"), None);
    }
}
