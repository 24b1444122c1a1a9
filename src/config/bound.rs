//! A bound that can be lifted: a number, or `none`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How much is allowed: so much, or whatever comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound<T> {
    /// No limit.
    None,
    /// This much.
    At(T),
}

impl<T> Bound<T> {
    /// The limit that holds: the one that was set, or the usual one.
    pub fn or(set: Option<Bound<T>>, usual: Option<T>) -> Option<T> {
        match set {
            Some(Bound::None) => None,
            Some(Bound::At(limit)) => Some(limit),
            None => usual,
        }
    }
}

/// Numbers that can limit something.
trait Number: Sized {
    fn read(text: &str) -> Option<Self>;
}

impl Number for u64 {
    fn read(text: &str) -> Option<u64> {
        text.parse().ok()
    }
}

impl Number for f64 {
    fn read(text: &str) -> Option<f64> {
        text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
    }
}

fn read<T: Number>(text: &str) -> Result<Bound<T>, String> {
    match (text, T::read(text)) {
        ("none", _) => Ok(Bound::None),
        (_, Some(limit)) => Ok(Bound::At(limit)),
        _ => Err(format!("{text:?} is neither a number nor \"none\"")),
    }
}

macro_rules! bound_of {
    ($($number:ty),*) => {$(
        impl FromStr for Bound<$number> {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                read(text)
            }
        }

        impl<'de> Deserialize<'de> for Bound<$number> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // A number, or text; either is read as on the command line.
                let value = serde_json::Value::deserialize(deserializer)?;
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                read(&text).map_err(de::Error::custom)
            }
        }
    )*};
}

bound_of!(u64, f64);

impl<T: Serialize> Serialize for Bound<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Bound::None => serializer.serialize_str("none"),
            Bound::At(limit) => limit.serialize(serializer),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Bound<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::None => f.write_str("none"),
            Bound::At(limit) => limit.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_none() {
        assert_eq!("2.5".parse(), Ok(Bound::At(2.5)));
        assert_eq!("none".parse::<Bound<u64>>(), Ok(Bound::None));
        for wrong in ["", "-1", "many", "nan", "inf"] {
            assert!(wrong.parse::<Bound<f64>>().is_err(), "{wrong}");
        }
        for json in ["2", "\"2\"", "\"none\""] {
            let bound: Bound<u64> = serde_json::from_str(json).unwrap();
            let again = serde_json::to_string(&bound).unwrap();
            assert_eq!(serde_json::from_str::<Bound<u64>>(&again).unwrap(), bound);
        }
        assert_eq!(Bound::or(None, Some(1)), Some(1));
        assert_eq!(Bound::or(Some(Bound::None), Some(1)), None);
        assert_eq!(Bound::or(Some(Bound::At(2)), Some(1)), Some(2));
    }
}
