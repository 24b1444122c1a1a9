//! What somebody may have meant who wrote a name that is none: the names that look most like it.

/// How many names are offered at most.
const OFFERED: usize = 3;
/// From here on, 1 being the same, a name is near enough to be offered.
const NEAR: f64 = 0.6;

/// The known names nearest to `word`, the nearest first; none where nothing is near. A name of several
/// parts is near if its last parts are the word: `ttl` is near `ipv4.ttl`.
///
/// ```
/// # use softstack::lint::nearest::nearest;
/// assert_eq!(nearest("ip.tll", ["ip.src", "ip.ttl", "eth.src"]), ["ip.ttl"]);
/// ```
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let word = word.to_lowercase();
    // Nothing of any length is near a name that long, and measuring it would take its time.
    if word.len() > 60 {
        return Vec::new();
    }
    let scored = names.into_iter().map(|name| (likeness(&word, name), name));
    let mut near: Vec<_> = scored.filter(|(score, _)| *score >= NEAR).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup();
    near.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

fn likeness(word: &str, name: &str) -> f64 {
    let is_end = name.strip_suffix(word).is_some_and(|before| before.ends_with('.'));
    if is_end { 0.95 } else { strsim::normalized_damerau_levenshtein(word, name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_or_ends_alike() {
        let names = ["ip.ttl", "ip.src", "ipv4.ttl", "tcp.port", "udp.port", "tcp"];
        assert_eq!(nearest("ttl", names), ["ip.ttl", "ipv4.ttl"]);
        assert_eq!(nearest("TCP.prot", names), ["tcp.port", "udp.port"]);
        assert_eq!(nearest("", names), [""; 0]);
        assert_eq!(nearest("http2.settings", names), [""; 0]);
        assert_eq!(nearest(&"tcp.port".repeat(9), names), [""; 0]);
    }
}
