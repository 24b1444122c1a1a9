//! Which findings of a capture are told: by packet, by rule, by severity, by what is in the packet.

use std::str::FromStr;

use verify::{Finding, RULES, Severity};

use super::Judged;
use super::filter::Filter;
use super::nearest::nearest;

/// What is chosen; everything by default.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Packets by number; all where there are none.
    pub packets: Vec<Numbers>,
    /// Rules by name; all where there are none.
    pub rules: Vec<RuleName>,
    /// Nothing less than this.
    pub severity: Option<Severity>,
    /// Packets that this filter lets through.
    pub filter: Option<Filter>,
}

impl Selection {
    /// Whether a finding is chosen. What is named again when the capture ends, without its bytes, passes no
    /// filter.
    pub fn chooses(&self, judged: &Judged, finding: &Finding) -> bool {
        let number = judged.number;
        let packet = self.packets.is_empty() || self.packets.iter().any(|some| some.has(number));
        let rule =
            self.rules.is_empty() || self.rules.iter().any(|name| name.covers(finding.rule.id));
        let severity = self.severity.is_none_or(|least| finding.severity >= least);
        packet && rule && severity && self.lets_through(judged)
    }

    fn lets_through(&self, judged: &Judged) -> bool {
        let Some(filter) = &self.filter else { return true };
        judged.packet.is_some_and(|packet| filter.matches(packet, judged.number))
    }
}

/// A stretch of packet numbers: `100-200`, `5`, `5-`, `-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    first: u64,
    last: u64,
}

impl Numbers {
    /// Whether `number` lies in it.
    pub fn has(&self, number: u64) -> bool {
        (self.first..=self.last).contains(&number)
    }
}

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Numbers, String> {
        let number = |text: &str, open: u64| match text {
            "" => Ok(open),
            text => text.parse::<u64>().map_err(|_| format!("{text:?} is no packet number")),
        };
        let numbers = match text.split_once('-') {
            None | Some(("", "")) => {
                let one = text.parse().map_err(|_| format!("{text:?} is no packet number"))?;
                Numbers { first: one, last: one }
            }
            Some((first, last)) => {
                Numbers { first: number(first, 1)?, last: number(last, u64::MAX)? }
            }
        };
        match numbers {
            Numbers { first: 0, .. } | Numbers { last: 0, .. } => {
                Err("packets are counted from 1".to_owned())
            }
            Numbers { first, last } if first > last => {
                Err(format!("{text} is empty: its first packet comes after its last"))
            }
            numbers => Ok(numbers),
        }
    }
}

/// The name of a rule, or the beginning of several up to a point: `tcp` is all of TCP's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName(String);

impl RuleName {
    /// Whether it means the rule of that name.
    pub fn covers(&self, id: &str) -> bool {
        let rest = id.strip_prefix(self.0.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl FromStr for RuleName {
    type Err = String;

    fn from_str(text: &str) -> Result<RuleName, String> {
        let name = RuleName(text.trim_end_matches(".*").to_owned());
        match RULES.iter().any(|rule| name.covers(rule.id)) {
            true => Ok(name),
            false => {
                let near = nearest(text, RULES.iter().map(|rule| rule.id));
                let near = if near.is_empty() {
                    String::new()
                } else {
                    format!(" (near: {})", near.join(", "))
                };
                Err(format!("there is no rule {text:?}{near}; `softstack rules` lists them"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let has = |text: &str, number| text.parse::<Numbers>().unwrap().has(number);
        assert!(has("5", 5) && !has("5", 6));
        assert!(has("100-200", 100) && has("100-200", 200) && !has("100-200", 201));
        assert!(has("5-", u64::MAX) && !has("5-", 4) && has("-5", 1) && !has("-5", 6));
        for wrong in ["", "-", "x", "0", "0-4", "7-3", "1-2-3", "1.5"] {
            assert!(wrong.parse::<Numbers>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_and_beginnings_of_rules() {
        let name: RuleName = "udp".parse().unwrap();
        assert!(
            name.covers("udp.checksum") && !name.covers("udpx") && !name.covers("tcp.checksum")
        );
        assert!("udp.*".parse::<RuleName>().unwrap().covers("udp.length"));
        assert!("udp.checksum".parse::<RuleName>().unwrap().covers("udp.checksum.missing"));
        assert!("ud".parse::<RuleName>().unwrap_err().contains("softstack rules"));
    }
}
