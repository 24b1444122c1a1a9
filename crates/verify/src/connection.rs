//! Connections as the judge sees them (a conntrack): what was said on each, taken from the packets that came and
//! those that were sent. The judge keeps this for itself; no model is ever told of it.

/// All connections of a host, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Connections {}

/// What a segment calls for, beside the segments before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A reset of a segment to no connection (RFC 9293 section 3.10.7.1).
    Reset,
}

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {}
