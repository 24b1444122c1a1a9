//! The list of models: here it has neither pages nor limits.

use serde_json::{Value, json};

use super::{Error, no_model};
use crate::behaviour::Model;

/// The list.
pub fn list(models: &[Model]) -> Value {
    json!({"object": "list", "data": models.iter().map(describe).collect::<Vec<_>>()})
}

/// One model.
///
/// # Errors
/// There is none of that name.
pub fn one(models: &[Model], id: &str) -> Result<Value, Error> {
    models.iter().find(|model| model.id == id).map(describe).ok_or_else(|| no_model(id))
}

fn describe(model: &Model) -> Value {
    let created = humantime::parse_rfc3339(&model.created).ok();
    let created = created.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    json!({
        "id": model.id,
        "object": "model",
        "created": created.unwrap_or_default().as_secs(),
        "owned_by": "stand-in",
    })
}
