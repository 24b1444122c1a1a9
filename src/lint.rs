//! The linter of captures.

pub mod filter;
pub mod nearest;
