//! An exchange as the rules see it: the request, what is due, and the reply beside it.
//!
//! Both packets are taken apart once, as far as their bytes go, so that each rule is a comparison of
//! two fields. A field that does not exist is not compared: then a rule on its packet has spoken.

use std::ops::Range;

use wire::icmp::ECHO_HEADER_LEN;
use wire::{Icmp, Ipv4};

use crate::{Due, Host, due};

/// A request and what was, or was not, replied to it.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// Who replies.
    pub host: &'a Host,
    /// The packet that came.
    pub request: &'a [u8],
    /// The packet that answers it; `None` is silence.
    pub reply: Option<&'a [u8]>,
    /// What the request calls for.
    pub due: Due,
}

/// An echo message and where in its packet it begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) icmp: Icmp<'a>,
    pub(crate) start: usize,
}

impl<'a> Exchange<'a> {
    /// The exchange of `host`, with what is due.
    pub fn new(host: &'a Host, request: &'a [u8], reply: Option<&'a [u8]>) -> Self {
        Exchange { host, request, reply, due: due(host, request) }
    }

    /// Request and reply, where a reply may be sent and one was, of at least twenty octets.
    pub(crate) fn datagrams(&self) -> Option<(Ipv4<'a>, Ipv4<'a>)> {
        match self.due {
            Due::Silence(_) => None,
            Due::Reply | Due::Either(_) => {
                Some((Ipv4::new(self.request)?, Ipv4::new(self.reply?)?))
            }
        }
    }

    /// The two echo messages, where both exist, whatever protocol the reply states.
    pub(crate) fn messages(&self) -> Option<(Message<'a>, Message<'a>)> {
        let (asked, answered) = self.datagrams()?;
        Some((message(&asked)?, message(&answered)?))
    }
}

impl Message<'_> {
    /// A range of the message as one of its packet.
    pub(crate) fn range(&self, range: Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }
}

/// A whole echo header, or nothing.
fn message<'a>(ip: &Ipv4<'a>) -> Option<Message<'a>> {
    let payload = ip.payload().filter(|payload| payload.len() >= ECHO_HEADER_LEN)?;
    let icmp = Icmp::new(payload)?;
    Some(Message { icmp, start: ip.header_len() })
}
