//! What tokens cost. Prices are data: `prices.toml` beside this file, and what the configuration says.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Usage;
use super::provider::fits;

/// US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Read, and not from a cache.
    pub input: f64,
    /// Written, reasoning included.
    pub output: f64,
    /// Read from the provider's cache; as `input` where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<f64>,
    /// Read and written into the cache; as `input` where not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_written: Option<f64>,
}

impl Price {
    /// Nothing: a model on a machine of one's own.
    pub const FREE: Price = Price { input: 0.0, output: 0.0, cached: None, cache_written: None };

    /// The price of what is asked in a batch.
    pub fn in_a_batch(&self) -> Price {
        let half = |usd: f64| usd / 2.0;
        Price {
            input: half(self.input),
            output: half(self.output),
            cached: self.cached.map(half),
            cache_written: self.cache_written.map(half),
        }
    }

    /// What `usage` costs, in US dollars.
    pub fn of(&self, usage: &Usage) -> f64 {
        let million = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        million(usage.input, self.input)
            + million(usage.output, self.output)
            + million(usage.cached, self.cached.unwrap_or(self.input))
            + million(usage.cache_written, self.cache_written.unwrap_or(self.input))
    }

    /// The most that so many tokens, read and written, may cost.
    pub fn at_most(&self, input: u64, output: u64) -> f64 {
        let dearest = self.input.max(self.cache_written.unwrap_or(0.0));
        self.of(&Usage { output, ..Usage::default() }) + input as f64 * dearest / 1e6
    }
}

/// The price of `model` (`provider/name`): its own, or that of the longest pattern ending in `*` that
/// fits.
pub fn price(prices: &BTreeMap<String, Price>, model: &str) -> Option<Price> {
    // A name without `*` is longer than any pattern that fits it, or as long but for the star.
    let rank = |pattern: &str| (pattern.trim_end_matches('*').len(), !pattern.ends_with('*'));
    let fitting = prices.iter().filter(|(pattern, _)| fits(pattern, model));
    fitting.max_by_key(|(pattern, _)| rank(pattern)).map(|(_, price)| *price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_token_has_its_price() {
        let price = Price { input: 1.0, output: 5.0, cached: Some(0.1), cache_written: Some(1.25) };
        let usage = Usage {
            input: 1_000_000,
            cached: 2_000_000,
            cache_written: 4_000_000,
            output: 100_000,
            thinking: 50_000,
            ..Usage::default()
        };
        assert!((price.of(&usage) - (1.0 + 0.2 + 5.0 + 0.5)).abs() < 1e-9);
        let plain = Price { cached: None, cache_written: None, ..price };
        assert!((plain.of(&usage) - (7.0 + 0.5)).abs() < 1e-9);
        assert!((price.at_most(1_000_000, 100_000) - 1.75).abs() < 1e-9);
        assert!((price.in_a_batch().of(&usage) - price.of(&usage) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn the_closest_name_wins() {
        let named = |input| Price { input, ..Price::FREE };
        let names = ["a/*", "a/b*", "a/b", "a/bc-1"];
        let prices = names.iter().zip(1u32..).map(|(n, i)| (n.to_string(), named(i.into())));
        let prices = prices.collect();
        let found = |model| price(&prices, model).map(|price| price.input);
        assert_eq!(
            ["a/b", "a/bx", "a/bc-1", "a/x", "b/x"].map(found),
            [Some(3.0), Some(2.0), Some(4.0), Some(1.0), None]
        );
    }
}
