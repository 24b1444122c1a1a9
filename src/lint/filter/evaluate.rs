//! Whether a packet is one that a filter asks for. The packet is dissected once, and every test of the
//! filter looks through its fields; those that an ICMP error quotes are another packet's.

use std::cmp::Ordering;

use wire::{Dissection, Field, Layer, Packet, Protocol, Tcp, Value};

use super::name::{Operand, Read, Source, covers};
use super::token::Relation;
use super::value::Literal;

/// A filter as a tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    /// There is such a field, or unit of a protocol.
    Exists(Operand),
    /// Some bits that the operand's mask leaves are set.
    Nonzero(Operand),
    Compare(Operand, Relation, Literal),
    /// A value lies in one of the ranges, their ends included.
    In(Operand, Vec<Span>),
    Contains(Operand, Literal),
}

/// One member of a set.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Span {
    One(Literal),
    From(Literal, Literal),
}

/// What a field says in a packet.
#[derive(Debug)]
pub(super) enum Datum<'a> {
    Number(u64),
    /// What the dissection has, and the octets it lies in.
    Field(&'a Value, &'a [u8]),
    Octets(&'a [u8]),
}

/// A packet that is looked at.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub packet: &'a Packet<'a>,
    pub number: u64,
    pub dissection: Dissection,
}

impl Expression {
    /// Whether the packet is such a one.
    pub fn holds(&self, scene: &Scene) -> bool {
        match self {
            Expression::All(parts) => parts.iter().all(|part| part.holds(scene)),
            Expression::Any(parts) => parts.iter().any(|part| part.holds(scene)),
            Expression::Not(part) => !part.holds(scene),
            Expression::Exists(operand) => scene.has(operand),
            Expression::Nonzero(operand) => {
                scene.any(operand, |datum| matches!(datum, Datum::Number(1..)))
            }
            Expression::Compare(operand, Relation::Differ, literal) => {
                scene.any(operand, |_| true) && !scene.any(operand, |datum| literal.equals(datum))
            }
            Expression::Compare(operand, Relation::Equal, literal) => {
                scene.any(operand, |datum| literal.equals(datum))
            }
            Expression::Compare(operand, relation, literal) => {
                let fits = |order| relation.admits(order);
                scene.any(operand, |datum| literal.order(datum).is_some_and(fits))
            }
            Expression::In(operand, spans) => {
                scene.any(operand, |datum| spans.iter().any(|span| span.holds(datum)))
            }
            Expression::Contains(operand, literal) => {
                scene.any(operand, |datum| literal.is_in(datum))
            }
        }
    }
}

impl Relation {
    /// Whether a value that stands so to another is in this relation to it.
    fn admits(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Differ => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Span {
    fn holds(&self, datum: &Datum) -> bool {
        match self {
            Span::One(literal) => literal.equals(datum),
            Span::From(first, last) => {
                let after = first.order(datum).is_some_and(Ordering::is_ge);
                after && last.order(datum).is_some_and(Ordering::is_le)
            }
        }
    }
}

impl Scene<'_> {
    /// The layers of this packet itself.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.dissection.layers.iter().filter(|layer| !layer.quoted)
    }

    fn has(&self, operand: &Operand) -> bool {
        operand.sources.iter().any(|source| match source {
            Source::Field(name, _) => self.layers().any(|layer| {
                let field = |field: &Field| covers(name, field.name);
                covers(name, layer.name) || layer.fields.iter().any(field)
            }),
            Source::Segment => self.packet.pdu(Protocol::Tcp).is_some(),
            Source::Frame | Source::Number | Source::Length | Source::Captured => true,
        })
    }

    /// Whether one of the values that the operand has in this packet passes the test.
    fn any(&self, operand: &Operand, test: impl Fn(&Datum) -> bool) -> bool {
        let bytes = self.packet.bytes();
        let masked = |datum: Datum| match (operand.mask, &datum) {
            (None, _) => test(&datum),
            (Some(mask), _) => datum.number().is_some_and(|n| test(&Datum::Number(n & mask))),
        };
        operand.sources.iter().any(|source| match source {
            Source::Frame => masked(Datum::Octets(bytes)),
            Source::Number => masked(Datum::Number(self.number)),
            Source::Length => masked(Datum::Number(self.packet.original_length() as u64)),
            Source::Captured => masked(Datum::Number(bytes.len() as u64)),
            Source::Segment => self.segments().any(|length| masked(Datum::Number(length))),
            Source::Field(name, read) => {
                self.data(name, *read).any(&masked)
                    || operand.kinds.is_empty() && self.units(name).any(masked)
            }
        })
    }

    /// What fields of that name say.
    fn data(&self, name: &str, read: Read) -> impl Iterator<Item = Datum<'_>> {
        let fields = self.layers().flat_map(|layer| &layer.fields);
        fields.filter(move |field| field.name == name).filter_map(move |field| {
            let octets = self.packet.bytes().get(field.range.clone()).unwrap_or_default();
            match read {
                Read::Whole => Some(Datum::Field(&field.value, octets)),
                _ => field.value.number().map(|number| Datum::Number(read.of(number))),
            }
        })
    }

    /// The units of the protocol of that name, each with all that it contains.
    fn units(&self, name: &str) -> impl Iterator<Item = Datum<'_>> {
        let pdus = self.packet.pdus().filter(move |pdu| pdu.protocol().name() == name);
        pdus.filter(|pdu| !pdu.is_quoted()).map(|pdu| Datum::Octets(pdu.bytes()))
    }

    /// Octets of data in each TCP segment.
    fn segments(&self) -> impl Iterator<Item = u64> {
        let pdus = self.packet.pdus().filter(|pdu| pdu.protocol() == Protocol::Tcp);
        pdus.filter(|pdu| !pdu.is_quoted()).filter_map(|pdu| {
            let header = Tcp::new(pdu.bytes())?.header_len();
            Some(pdu.length().saturating_sub(header) as u64)
        })
    }
}

impl Datum<'_> {
    fn number(&self) -> Option<u64> {
        match self {
            Datum::Number(number) => Some(*number),
            Datum::Field(value, _) => value.number().map(u64::from),
            Datum::Octets(_) => None,
        }
    }
}
