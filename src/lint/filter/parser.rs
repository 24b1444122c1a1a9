//! The grammar of filters:
//!
//! ```text
//! any   = all { "or" all }
//! all   = not { "and" not }
//! not   = "not" not | "(" any ")" | test
//! test  = NAME [ "&" NUMBER ] [ relation VALUE | "contains" VALUE | [ "not" ] "in" set ]
//! set   = "{" member { "," member } "}"
//! member = VALUE [ ".." VALUE ]
//! ```

use std::ops::Range;

use super::error::FilterError;
use super::evaluate::{Expression, Span};
use super::name::{Operand, names};
use super::token::{Kind, Relation, Token, tokens};
use super::value::Literal;
use crate::lint::nearest::nearest;

/// How deep brackets and `not` may stand in each other.
const DEPTH: usize = 100;

type Parsed<T> = Result<T, FilterError>;

/// The filter that a text spells.
pub(super) fn parse(text: &str) -> Parsed<Expression> {
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0 };
    if parser.next().kind == Kind::End {
        return parser.fault("a filter is empty that should say which packets, such as `tcp`");
    }
    let filter = parser.any()?;
    match &parser.next().kind {
        Kind::End => Ok(filter),
        Kind::Close => parser.fault("this bracket closes none"),
        Kind::Word(word) if matches!(word.as_str(), "matches" | "~") => {
            parser.fault("there are no regular expressions here: `contains` finds text")
        }
        _ => parser.fault("expected `and`, `or` or the end"),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    /// Brackets and `not`s that are open.
    depth: usize,
}

impl Parser<'_> {
    /// The token to come; behind the last there is none.
    fn next(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    /// Goes past the next token, if it is that one.
    fn take(&mut self, kind: &Kind) -> bool {
        let is_next = self.next().kind == *kind;
        self.at += usize::from(is_next);
        is_next
    }

    fn fault<T>(&self, message: &str) -> Parsed<T> {
        Err(self.error(message, self.next().range.clone()))
    }

    fn error(&self, message: &str, range: Range<usize>) -> FilterError {
        FilterError::new(message, range, self.text)
    }

    fn any(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.all()?];
        while self.take(&Kind::Or) {
            parts.push(self.all()?);
        }
        Ok(several(parts, Expression::Any))
    }

    fn all(&mut self) -> Parsed<Expression> {
        let mut parts = vec![self.not()?];
        while self.take(&Kind::And) {
            parts.push(self.not()?);
        }
        Ok(several(parts, Expression::All))
    }

    fn not(&mut self) -> Parsed<Expression> {
        if !matches!(self.next().kind, Kind::Not | Kind::Open) {
            return self.test();
        }
        if self.depth == DEPTH {
            return self.fault(&format!("more than {DEPTH} brackets and `not`s in each other"));
        }
        self.depth += 1;
        let begin = self.next().range.clone();
        let inside = if self.take(&Kind::Not) {
            Expression::Not(Box::new(self.not()?))
        } else {
            self.at += 1;
            let inside = self.any()?;
            match self.next().kind {
                Kind::Close => self.at += 1,
                Kind::End => return Err(self.error("this bracket is not closed", begin)),
                _ => return self.fault("expected `and`, `or` or a closing bracket"),
            }
            inside
        };
        self.depth -= 1;
        Ok(inside)
    }

    fn test(&mut self) -> Parsed<Expression> {
        let operand = self.operand()?;
        match self.next().kind.clone() {
            Kind::Compare(relation) => {
                self.at += 1;
                self.comparison(operand, relation)
            }
            Kind::Contains => {
                self.at += 1;
                let (literal, range) = self.literal()?;
                let fit = literal.fit_content(&operand);
                let literal = fit.map_err(|message| self.error(&message, range))?;
                Ok(Expression::Contains(operand, literal))
            }
            Kind::In => {
                self.at += 1;
                self.set(operand)
            }
            Kind::Not if self.tokens.get(self.at + 1).is_some_and(|next| next.kind == Kind::In) => {
                self.at += 2;
                Ok(Expression::Not(Box::new(self.set(operand)?)))
            }
            _ if operand.mask.is_some() => Ok(Expression::Nonzero(operand)),
            _ => Ok(Expression::Exists(operand)),
        }
    }

    /// The name that a test begins with, and the mask behind it.
    fn operand(&mut self) -> Parsed<Operand> {
        let Kind::Word(word) = &self.next().kind else {
            return self.fault("expected the name of a field or a protocol");
        };
        let Some(mut operand) = Operand::named(word) else {
            return self.fault(&unknown(word));
        };
        self.at += 1;
        if self.next().kind == Kind::Mask {
            if !operand.has_bits() {
                return self.fault(&format!("{} has no bits to mask", operand.name));
            }
            self.at += 1;
            let (mask, range) = self.literal()?;
            let error = || self.error("a mask is a number such as 0x12", range);
            operand.mask = Some(mask.number().ok_or_else(error)?);
        }
        Ok(operand)
    }

    fn comparison(&mut self, operand: Operand, relation: Relation) -> Parsed<Expression> {
        let (literal, range) = self.fitting(&operand)?;
        let has_order = !matches!(relation, Relation::Equal | Relation::Differ);
        match literal.has_order(&operand) {
            false if has_order => {
                let message =
                    format!("{} is equal to this or not: there is no order", operand.name);
                Err(self.error(&message, range))
            }
            _ => Ok(Expression::Compare(operand, relation, literal)),
        }
    }

    fn set(&mut self, operand: Operand) -> Parsed<Expression> {
        if !self.take(&Kind::OpenSet) {
            return self.fault("expected a set such as {80, 443, 8000..8100}");
        }
        let mut spans = Vec::new();
        loop {
            spans.push(self.member(&operand)?);
            match self.next().kind {
                Kind::Comma => self.at += 1,
                Kind::CloseSet => break,
                _ => return self.fault("expected a comma or `}`"),
            }
        }
        self.at += 1;
        Ok(Expression::In(operand, spans))
    }

    fn member(&mut self, operand: &Operand) -> Parsed<Span> {
        let (first, begin) = self.fitting(operand)?;
        if !self.take(&Kind::To) {
            return Ok(Span::One(first));
        }
        let (last, end) = self.fitting(operand)?;
        let range = begin.start..end.end;
        if !first.has_order(operand) || !last.has_order(operand) {
            let message = format!("{} has no order, so it can lie in no range", operand.name);
            return Err(self.error(&message, range));
        }
        match first.is_beyond(&last) {
            true => Err(self.error("this range ends before it begins", range)),
            false => Ok(Span::From(first, last)),
        }
    }

    /// A value that the operand can be compared with.
    fn fitting(&mut self, operand: &Operand) -> Parsed<(Literal, Range<usize>)> {
        let (literal, range) = self.literal()?;
        match literal.fit(operand) {
            Ok(literal) => Ok((literal, range)),
            Err(message) => Err(self.error(&message, range)),
        }
    }

    fn literal(&mut self) -> Parsed<(Literal, Range<usize>)> {
        let Token { kind, range } = self.next().clone();
        let literal = match kind {
            Kind::Word(word) => Literal::word(&word),
            Kind::Quoted(text) => Literal::quoted(&text),
            _ => return self.fault("expected a value"),
        };
        self.at += 1;
        Ok((literal, range))
    }
}

/// One part is itself, several are put together.
fn several(mut parts: Vec<Expression>, together: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.swap_remove(0),
        _ => together(parts),
    }
}

fn unknown(word: &str) -> String {
    let shown: String = word.chars().take(40).collect();
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return format!(
            "{shown} is a value: a test begins with a field, such as `tcp.port in {{80, 443}}`"
        );
    }
    let near = nearest(word, names());
    match near[..] {
        [] => format!(
            "no field or protocol is called {shown}: there are ipv4.source, tcp.port and so on"
        ),
        _ => format!("no field or protocol is called {shown}: near it are {}", near.join(", ")),
    }
}
