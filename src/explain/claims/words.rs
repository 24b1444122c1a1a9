//! The words that the check knows: what connects a name with its value, what makes a statement one of
//! another packet or of what should be. A word in the wrong list is a wrong mark or a missed one.

/// Words between a name and its value.
#[rustfmt::skip]
pub(super) const CONNECTING: &[&str] = &[
    "is", "isn't", "was", "be", "has", "have", "of", "at", "in", "says", "say", "reads", "read",
    "shows", "show", "states", "state", "carries", "carry", "holds", "hold", "contains",
    "contain", "equals", "equal", "set", "to", "value", "number", "field", "the", "this", "a",
    "its", "here", "also", "only", "just", "still", "now", "currently", "indeed", "correctly",
    "wrongly", "given", "as", "being", "remains", "stays", "which", "gives", "announces",
    "declares", "specifies", "claims", "packet", "datagram", "frame", "header", "message",
    "segment", "hex", "hexadecimal", "decimal", "not", "exactly", "byte", "octet", "word", "lies",
    "lie", "sits", "occupies", "begins", "starts", "located", "stored", "resides", "spans",
];

/// Words before a name that leave it a name of this packet's field.
#[rustfmt::skip]
pub(super) const PRECEDING: &[&str] = &[
    "the", "a", "an", "its", "this", "that", "with", "and", "has", "have", "of", "in", "is",
    "are", "was", "carries", "shows", "states", "says", "from", "to", "at", "where", "whose",
    "but", "for", "by", "because", "since", "so", "which", "also", "only", "wrong", "bad",
    "invalid", "incorrect", "stated", "actual", "current", "present", "given", "same", "found",
    "stored", "recorded", "field", "value", "packet's", "datagram's", "header's", "message's",
    "segment's", "frame's", "header", "packet", "message", "datagram", "segment", "frame",
    "while", "contains", "holds", "bears", "uses", "on", "via", "over", "as", "low", "high",
    "unusual", "however", "here", "though", "although",
];

/// Words that make all that follows them in their sentence hypothetical.
#[rustfmt::skip]
pub(super) const CONDITIONS: &[&str] = &[
    "if", "unless", "whether", "were", "suppose", "supposing", "assume", "assumes", "assuming",
    "imagine", "pretend", "when", "whenever", "until", "once", "example", "e.g", "eg", "such",
    "like", "typically", "usually", "normally", "commonly", "often", "sometimes", "generally",
    "default", "defaults", "linux", "windows", "bsd", "freebsd", "macos", "solaris", "cisco",
    "android", "systems", "stacks", "hosts", "every", "any", "all", "most", "many", "some",
    "both", "neither", "nor", "either", "another", "other", "others", "next", "previous",
    "subsequent", "replies", "responses", "minimum", "maximum", "least", "range",
];

/// Words that do so up to a contrast: "should be 64, but is 63".
#[rustfmt::skip]
pub(super) const WISHES: &[&str] = &[
    "should", "shall", "must", "would", "could", "might", "may", "can", "cannot", "expected",
    "expect", "expects", "expecting", "ought", "needs", "need", "needed", "require", "requires",
    "required", "supposed", "intended", "meant", "wants", "instead", "rather", "than", "not",
    "never", "no", "without", "correct", "right", "proper", "properly", "valid", "legal",
    "allowed", "change", "changes", "changed", "changing", "replace", "replaced", "replacing",
    "recompute", "recomputed", "recomputing", "recalculate", "recalculated", "compute",
    "computed", "computes", "computing", "calculate", "calculated", "write", "wrote", "writing",
    "put", "putting", "make", "making", "makes", "use", "using", "used", "fix", "fixed", "fixing",
    "patch", "patched", "restore", "restored", "clear", "clearing", "increment", "incremented",
    "decrement", "decremented", "decrementing", "became", "become", "becomes", "turn", "turns",
    "turned", "send", "sending", "fill", "filling", "emit", "ensure", "let", "try", "probably",
    "likely", "perhaps", "maybe", "possibly", "presumably", "apparently", "seems", "seem",
    "appears", "suggests", "suggest", "before", "after", "originally", "original", "previously",
    "earlier", "formerly", "initially", "initial", "later", "then", "had", "old", "new",
    "relative", "scaled", "effective", "inner", "embedded", "quoted", "means", "meaning",
    "denotes", "stands", "equivalent", "about", "approximately", "roughly", "nearly", "almost",
    "around", "sets", "setting", "forbids", "forbid", "prohibits", "prohibit", "allows", "allow",
    "permits", "permit", "demands", "mandates", "per", "according",
];

/// Words between a name and a value that make it what should or might be.
#[rustfmt::skip]
pub(super) const MODAL: &[&str] = &[
    "should", "shall", "must", "would", "could", "might", "may", "can", "needs", "ought", "will",
];

/// Words after which it is this packet that is spoken of again.
#[rustfmt::skip]
pub(super) const CONTRASTS: &[&str] = &[
    "but", "however", "whereas", "yet", "though", "although", "actually", "actual", "found",
];

/// Words right behind a value that make it one that should or would be.
#[rustfmt::skip]
pub(super) const AFTERWARDS: &[&str] = &[
    "expected", "would", "should", "must", "might", "may", "could", "needed", "required",
    "wanted", "instead", "before", "originally", "previously", "earlier", "means", "denotes",
    "stands", "signifies", "if", "unless", "when", "until",
];

/// Words between a place and what is there.
#[rustfmt::skip]
pub(super) const BETWEEN: &[&str] = &[
    "is", "are", "hold", "holds", "carry", "carries", "contain", "contains", "the", "its", "a",
    "say", "says", "read", "reads", "show", "shows", "of", "header", "field", "value", "hex",
    "now", "still", "only", "both", "as", "packet", "message", "in",
];

/// Words behind a value, or behind its unit, that make it a difference, a bound or one of several.
#[rustfmt::skip]
pub(super) const SPOILING: &[&str] = &[
    "or", "through", "less", "more", "fewer", "lower", "higher", "too", "short", "shorter",
    "longer", "greater", "above", "below", "under", "over", "off", "percent", "times", "bit",
    "bits", "hop", "hops", "out", "ms", "seconds", "minutes", "hours", "kb", "mb", "missing",
    "extra", "x", "additional", "plus", "minus", "modulo", "divided",
];

/// Names of registries that may stand for a number.
#[rustfmt::skip]
pub(super) const KINDS: &[&str] = &[
    "echo reply", "echo request", "destination unreachable", "source quench", "redirect",
    "router advertisement", "router solicitation", "time exceeded", "parameter problem",
    "timestamp", "timestamp reply", "icmp", "igmp", "tcp", "udp", "icmpv6", "ipv6-icmp", "gre",
    "esp", "ospf", "sctp", "arp",
];

/// Words that call a layer, whether the packet has it or not.
#[rustfmt::skip]
pub(super) const LAYER_WORDS: &[&str] = &[
    "ip", "ipv4", "ipv6", "icmp", "icmpv4", "icmpv6", "ethernet", "mac", "vlan", "dhcp", "bootp",
    "arp", "udp", "tcp", "dns", "ping", "802.1q", "dot1q",
];

/// Words before "set" that make it a state and no order.
#[rustfmt::skip]
pub(super) const STATES: &[&str] = &[
    "is", "are", "was", "not", "flag", "flags", "bit", "bits", "fragment", "fragments", "both",
];
