//! How much a model is to reason before it answers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whether and how a model reasons before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Thinking {
    /// As is best for the model.
    #[default]
    Auto,
    /// Not at all.
    Off,
    /// As much as the model sees fit.
    Adaptive,
    /// So many tokens at most; the form that older models need.
    Budget(u32),
}

impl FromStr for Thinking {
    type Err = String;

    fn from_str(text: &str) -> Result<Thinking, String> {
        match (text, text.parse()) {
            ("auto", _) => Ok(Thinking::Auto),
            ("off", _) => Ok(Thinking::Off),
            ("adaptive", _) => Ok(Thinking::Adaptive),
            (_, Ok(budget @ 1024..)) => Ok(Thinking::Budget(budget)),
            _ => Err("thinking is auto, off, adaptive, or a budget of 1024 tokens or more".into()),
        }
    }
}

impl fmt::Display for Thinking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Thinking::Auto => f.write_str("auto"),
            Thinking::Off => f.write_str("off"),
            Thinking::Adaptive => f.write_str("adaptive"),
            Thinking::Budget(tokens) => tokens.fmt(f),
        }
    }
}

/// As on the command line.
impl Serialize for Thinking {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A word, or a number.
impl<'de> Deserialize<'de> for Thinking {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Thinking, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinking_is_read() {
        assert_eq!("2048".parse(), Ok(Thinking::Budget(2048)));
        for word in ["auto", "off", "adaptive", "4096"] {
            assert_eq!(word.parse::<Thinking>().unwrap().to_string(), word);
        }
        assert_eq!(serde_json::from_str::<Thinking>("2048").unwrap(), Thinking::Budget(2048));
        assert!("1023".parse::<Thinking>().is_err() && "on".parse::<Thinking>().is_err());
    }
}
