//! The gate before the wire: a reply goes through unchanged or not at all.
//!
//! Only a link that is handed an [`Admitted`] transmits, and only this module can make one. The
//! bytes inside are the very bytes the model gave: nothing here writes to them.

use std::error::Error;
use std::fmt;
use std::ops::Deref;

use crate::{Due, Finding, Host, due, judge};

/// A reply that the judge let through: byte for byte what the model gave.
///
/// No other code can make one:
///
/// ```compile_fail,E0451
/// let forged = verify::Admitted { packet: vec![0x45], remarks: vec![] };
/// ```
///
/// nor change the bytes of one:
///
/// ```compile_fail,E0594
/// fn repair(mut packet: verify::Admitted) {
///     packet[8] = 64;
/// }
/// ```
#[derive(Debug)]
pub struct Admitted {
    packet: Vec<u8>,
    remarks: Vec<Finding>,
}

/// A reply, or a silence, that the judge keeps off the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Veto {
    /// What is wrong, remarks included; at least one finding is of a level that vetoes.
    pub findings: Vec<Finding>,
    /// The bytes the model gave; `None` where it chose silence.
    pub reply: Option<Vec<u8>>,
}

/// Lets `reply` through as the answer of `host` to `request`, unless it breaks a MUST.
///
/// # Errors
/// The veto gives the bytes back with what is wrong with them.
pub fn admit(host: &Host, request: &[u8], reply: Vec<u8>) -> Result<Admitted, Veto> {
    let findings = judge(host, request, Some(&reply));
    gate(reply, findings)
}

/// Lets a reply through unless one of the findings on it is of a level that vetoes.
pub(crate) fn gate(reply: Vec<u8>, findings: Vec<Finding>) -> Result<Admitted, Veto> {
    match findings.iter().any(|finding| finding.rule.level.vetoes()) {
        true => Err(Veto { findings, reply: Some(reply) }),
        false => Ok(Admitted { packet: reply, remarks: findings }),
    }
}

/// Lets silence through as the answer of `host` to `request`, unless a reply is due.
///
/// # Errors
/// The veto says which clause calls for a reply.
pub fn admit_silence(host: &Host, request: &[u8]) -> Result<(), Veto> {
    match due(host, request) {
        Due::Silence(_) | Due::Either(_) => Ok(()),
        Due::Reply => Err(Veto { findings: judge(host, request, None), reply: None }),
    }
}

impl Admitted {
    /// The packet to transmit.
    pub fn as_bytes(&self) -> &[u8] {
        &self.packet
    }

    /// What SHOULD be otherwise; empty for a reply without blemish.
    pub fn remarks(&self) -> &[Finding] {
        &self.remarks
    }
}

impl Deref for Admitted {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.packet
    }
}

impl AsRef<[u8]> for Admitted {
    fn as_ref(&self) -> &[u8] {
        &self.packet
    }
}

/// The findings, one a line.
impl fmt::Display for Veto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{finding}")?;
        }
        Ok(())
    }
}

impl Error for Veto {}
