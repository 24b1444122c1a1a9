//! The list of models, page by page.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Error;
use crate::behaviour::{Model, ThinkingKind};

const USUAL_PAGE: usize = 20;
const LARGEST_PAGE: usize = 1_000;

/// A page of the list.
///
/// # Errors
/// A page that cannot be.
pub fn list(models: &[Model], query: &HashMap<String, String>) -> Result<Value, Error> {
    let limit = match query.get("limit").map(|limit| limit.parse::<usize>()) {
        None => USUAL_PAGE,
        Some(Ok(limit @ 1..=LARGEST_PAGE)) => limit,
        Some(_) => {
            return Err(Error::invalid(format!("limit: Input should be 1 to {LARGEST_PAGE}")));
        }
    };
    let place = |id: &String| {
        let place = models.iter().position(|model| model.id == *id);
        place.ok_or_else(|| Error::invalid(format!("No model found with id {id}")))
    };
    let from = query.get("after_id").map(place).transpose()?.map_or(0, |place| place + 1);
    let until = query.get("before_id").map(place).transpose()?;
    let (page, has_more) = match until {
        None => {
            let rest = &models[from..];
            (&rest[..limit.min(rest.len())], rest.len() > limit)
        }
        // The page that ends before that model.
        Some(until) => (&models[until.saturating_sub(limit)..until], until > limit),
    };
    let id = |model: Option<&Model>| model.map(|model| model.id.clone());
    Ok(json!({
        "data": page.iter().map(describe).collect::<Vec<_>>(),
        "has_more": has_more,
        "first_id": id(page.first()),
        "last_id": id(page.last()),
    }))
}

/// One model.
///
/// # Errors
/// There is none of that name.
pub fn one(models: &[Model], id: &str) -> Result<Value, Error> {
    let model = models.iter().find(|model| model.id == id);
    model.map(describe).ok_or_else(|| Error::new(404, format!("model: {id}")))
}

fn describe(model: &Model) -> Value {
    let supported = |supported: bool| json!({"supported": supported});
    let effort = supported(model.effort);
    json!({
        "type": "model",
        "id": model.id,
        "display_name": model.name,
        "created_at": model.created,
        "max_input_tokens": model.max_input,
        "max_tokens": model.max_output,
        "capabilities": {
            "structured_outputs": supported(model.structured),
            "image_input": supported(false),
            "effort": {
                "supported": model.effort,
                "low": effort, "medium": effort, "high": effort, "xhigh": effort, "max": effort,
            },
            "thinking": {
                "supported": !model.thinking.is_empty(),
                "types": {
                    "adaptive": supported(model.thinks(ThinkingKind::Adaptive)),
                    "enabled": supported(model.thinks(ThinkingKind::Enabled)),
                },
            },
        },
    })
}
