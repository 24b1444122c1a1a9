//! Requests and their replies: echoes of ICMP, and DNS.

use std::ops::Range;

use wire::Flow;

use super::observation::{Kind, Message};
use super::{Located, Recent, found, noted};
use crate::Finding;

/// The requests that were seen.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    asked: Recent<Request>,
}

#[derive(Debug)]
struct Request {
    kind: Kind,
    packet: u64,
    flow: Option<Flow>,
    content: Option<(usize, u64)>,
    range: Range<usize>,
    to_group: bool,
    /// How often it was asked: asked twice, it may be answered twice.
    times: u32,
    /// Digests of the replies' packets.
    answered: u32,
    last_answer: u64,
}

impl Exchanges {
    /// Takes a request in. A request alone is never at fault here.
    pub(super) fn ask(&mut self, packet: u64, message: &Message) -> Vec<Finding> {
        let key = if message.to_group { message.by_anyone } else { message.exchange };
        if let Some(request) = self.asked.get_mut(key)
            && request.content == message.content
        {
            request.times += 1;
            return Vec::new();
        }
        let request = Request {
            kind: message.kind,
            packet,
            flow: message.flow,
            content: message.content,
            range: message.range.clone(),
            to_group: message.to_group,
            times: 1,
            answered: 0,
            last_answer: 0,
        };
        self.asked.insert(key, request);
        Vec::new()
    }

    /// What is wrong with a reply beside its request. Of one whose request was not captured nothing can
    /// be said.
    pub(super) fn answer(&mut self, message: &Message) -> Vec<Finding> {
        // Two looks, for the borrow checker: a reply to a group is rare.
        let key = match self.asked.get_mut(message.exchange) {
            Some(_) => message.exchange,
            None => message.by_anyone,
        };
        let Some(request) = self
            .asked
            .get_mut(key)
            .filter(|request| request.to_group == (key == message.by_anyone))
        else {
            return Vec::new();
        };
        let findings =
            [request.mismatch(message), request.repetition(message), request.group(message)];
        request.answered += 1;
        request.last_answer = message.packet;
        findings.into_iter().flatten().collect()
    }

    /// Requests to one host that got no reply.
    pub(super) fn end(&mut self) -> Vec<Located> {
        let open = self.asked.drain().into_iter();
        let open = open.filter(|request| request.answered == 0 && !request.to_group);
        let located = open.filter_map(|request| {
            let id = match request.kind {
                Kind::Echo => "exchange.unanswered",
                Kind::Echo6 => "icmpv6.echo.unanswered",
                Kind::Dns => "dns.unanswered",
            };
            let message = "no reply to it in this capture".to_owned();
            let finding = noted(id, request.range, message)?;
            Some(Located { packet: request.packet, flow: request.flow, finding })
        });
        let mut located: Vec<_> = located.collect();
        located.sort_by_key(|located| located.packet);
        located
    }
}

impl Request {
    fn mismatch(&self, reply: &Message) -> Option<Finding> {
        let ((asked, asked_digest), (given, given_digest)) = self.content.zip(reply.content)?;
        let (request, range) = (self.packet, reply.range.clone());
        match self.kind {
            Kind::Dns if (asked, asked_digest) != (given, given_digest) => {
                let message = format!("the question is not that of packet {request}");
                found("dns.reply.question", range, message)
            }
            Kind::Dns => None,
            kind if asked != given => {
                let message =
                    format!("expected {asked} bytes of data as in packet {request}, found {given}");
                let id = if kind == Kind::Echo { "icmp.echo.length" } else { "icmpv6.echo.length" };
                found(id, range, message)
            }
            kind if asked_digest != given_digest => {
                let message = format!("the data are not those of packet {request}");
                let id =
                    if kind == Kind::Echo { "icmp.echo.payload" } else { "icmpv6.echo.payload" };
                found(id, range, message)
            }
            _ => None,
        }
    }

    /// A request to a group has many answers. The very same packet twice is the work of the capture.
    fn repetition(&self, reply: &Message) -> Option<Finding> {
        if self.to_group || self.answered < self.times || self.kind == Kind::Dns {
            return None;
        }
        let message = format!("packet {} was answered before", self.packet);
        match self.last_answer == reply.packet {
            true => {
                let message = format!("{message}, by the very same packet: captured twice?");
                noted("exchange.duplicate", reply.range.clone(), message)
            }
            false => found("exchange.duplicate", reply.range.clone(), message),
        }
    }

    fn group(&self, reply: &Message) -> Option<Finding> {
        let message = format!("answers packet {}, which went to a group of hosts", self.packet);
        let echo = self.to_group && self.kind == Kind::Echo;
        echo.then(|| noted("silence.broadcast", reply.range.clone(), message))?
    }
}
