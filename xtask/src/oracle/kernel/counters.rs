//! What the kernel counts, from /proc/net: of the many counters those that tell why a packet went no further.

use std::collections::BTreeMap;
use std::fs;
use std::io;

/// Counters of ordinary traffic: every packet moves some of them.
const ORDINARY: [&str; 20] = [
    "InReceives",
    "InDelivers",
    "InOctets",
    "InMcastPkts",
    "InMcastOctets",
    "InBcastPkts",
    "InBcastOctets",
    "InNoECTPkts",
    "InECT0Pkts",
    "InMsgs",
    "InSegs",
    "InDatagrams",
    "CurrEstab",
    "RcvbufErrors",
    "InType",
    "TCPPureAcks",
    "TCPHPHits",
    "TCPRcvCoalesce",
    "TCPDeliveredCE",
    "TCPAutoCorking",
];

/// The counters of a network namespace at one time.
pub struct Counters(BTreeMap<String, u64>);

impl Counters {
    /// Those of this thread's namespace.
    pub fn read() -> io::Result<Counters> {
        let mut all = BTreeMap::new();
        for file in ["snmp", "netstat"] {
            all.extend(tables(&fs::read_to_string(format!("/proc/thread-self/net/{file}"))?));
        }
        // A kernel without IPv6 has none.
        let six = fs::read_to_string("/proc/thread-self/net/snmp6").unwrap_or_default();
        all.extend(six.lines().filter_map(|line| {
            let (name, value) = line.split_once(char::is_whitespace)?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        }));
        Ok(Counters(all))
    }

    /// Those that tell something and have grown since, by name.
    pub fn since(&self, now: &Counters) -> Vec<String> {
        let grown = now.0.iter().filter(|(name, value)| self.0.get(*name).unwrap_or(&0) < value);
        grown.map(|(name, _)| name.clone()).filter(|name| tells(name)).collect()
    }
}

/// Pairs of lines: names behind a prefix, then values behind it.
fn tables(text: &str) -> Vec<(String, u64)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for pair in lines.chunks_exact(2) {
        let (Some((prefix, names)), Some((_, values))) =
            (pair[0].split_once(':'), pair[1].split_once(':'))
        else {
            continue;
        };
        let values = values.split_whitespace().map(str::parse);
        for (name, value) in names.split_whitespace().zip(values) {
            // Some are signed: the most connections, which no packet changes.
            found.extend(value.ok().map(|value| (format!("{prefix}{name}"), value)));
        }
    }
    found
}

/// Not of ordinary traffic, and not of what was sent.
fn tells(name: &str) -> bool {
    let is_of = |word: &str| name.contains(word);
    !name.contains("Out")
        && !name.starts_with("IcmpMsg")
        && !ORDINARY.iter().any(|word| is_of(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_grew_are_named_if_they_tell_something() {
        let read = |text| Counters(tables(text).into_iter().collect());
        let before = read("Ip: InReceives InHdrErrors\nIp: 3 0\nTcp: MaxConn OutRsts\nTcp: -1 0\n");
        let after = read("Ip: InReceives InHdrErrors\nIp: 4 1\nTcp: MaxConn OutRsts\nTcp: -1 1\n");
        assert_eq!(before.since(&after), ["IpInHdrErrors"]);
    }
}
