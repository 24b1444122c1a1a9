//! Explanations: a captured packet, what the checker found in it, and a model's words about both, held
//! against the bytes.

pub mod claims;
