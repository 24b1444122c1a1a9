//! What a request must be.

use serde_json::Value;

use super::Error;
use crate::behaviour::{Model, ThinkingKind};
use crate::cache::Prefix;
use crate::completion::{Asked, OVERHEAD, Thinking};
use crate::tokens;
use crate::turn::Turn;

/// The version since which sampling parameters are refused by every model.
const WITHOUT_SAMPLING: &str = "2026-10-21";
/// Versions that there are.
const VERSIONS: [&str; 3] = ["2023-01-01", "2023-06-01", WITHOUT_SAMPLING];
/// Fields of a request; others are refused.
const FIELDS: [&str; 20] = [
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "max_tokens",
    "mcp_servers",
    "messages",
    "metadata",
    "model",
    "output_config",
    "service_tier",
    "stop_sequences",
    "stream",
    "system",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
    "top_k",
    "top_p",
];
const EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];
const MOST_MARKS: usize = 4;
const LEAST_BUDGET: u64 = 1_024;

/// The request in `body`, if it is in order.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn ask(version: Option<&str>, body: &[u8], models: &[Model]) -> Result<Asked, Error> {
    let version = version.ok_or_else(|| Error::invalid("anthropic-version: header is required"))?;
    if !VERSIONS.contains(&version) {
        let message = format!("anthropic-version: \"{version}\" is not a valid version");
        return Err(Error::invalid(message));
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| Error::invalid(format!("The request body is not valid JSON: {error}")))?;
    fields(&body)?;
    let max_tokens = max_tokens(&body)?;
    let id = body["model"].as_str().ok_or_else(|| missing("model"))?;
    let model = models.iter().find(|model| model.id == id);
    let model = model.ok_or_else(|| Error::new(404, format!("model: {id}")))?;
    within_limit(model, max_tokens)?;
    let text = last_of_user(model, &body["messages"])?;
    let thinking = thinking(model, &body["thinking"], max_tokens)?;
    sampling(model, version, &body, thinking != Thinking::Off)?;
    let schema = schema(model, &body["output_config"])?;
    effort(model, &body["output_config"]["effort"])?;
    let (input, prefixes) = prompt(model, &body)?;
    let turn = Turn::read(id, &text_of(&body["system"]), &text, schema);
    let stream = body["stream"] == true;
    let asked = Asked {
        model: model.clone(),
        turn,
        stream,
        include_usage: true,
        max_tokens,
        thinking,
        input,
        prefixes,
    };
    too_long(&asked)?;
    Ok(asked)
}

fn missing(field: &str) -> Error {
    Error::invalid(format!("{field}: Field required"))
}

fn fields(body: &Value) -> Result<(), Error> {
    let object = body.as_object();
    let object = object.ok_or_else(|| Error::invalid("Input should be a valid dictionary"))?;
    let known = |field: &&String| FIELDS.contains(&field.as_str());
    match object.keys().find(|field| !known(field)) {
        Some(field) => Err(Error::invalid(format!("{field}: Extra inputs are not permitted"))),
        None => Ok(()),
    }
}

fn max_tokens(body: &Value) -> Result<u64, Error> {
    match &body["max_tokens"] {
        Value::Null => Err(missing("max_tokens")),
        value => match value.as_u64() {
            None => Err(Error::invalid("max_tokens: Input should be a valid integer")),
            Some(0) => {
                Err(Error::invalid("max_tokens: Input should be greater than or equal to 1"))
            }
            Some(tokens) => Ok(tokens),
        },
    }
}

fn within_limit(model: &Model, max_tokens: u64) -> Result<(), Error> {
    let (most, id) = (model.max_output, &model.id);
    if max_tokens <= most {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "max_tokens: {max_tokens} > {most}, which is the maximum allowed number of output tokens for {id}"
    )))
}

fn last_of_user(model: &Model, messages: &Value) -> Result<String, Error> {
    let messages = messages.as_array().ok_or_else(|| missing("messages"))?;
    let last = messages
        .last()
        .ok_or_else(|| Error::invalid("messages: at least one message is required"))?;
    for (index, message) in messages.iter().enumerate() {
        if !["user", "assistant"].iter().any(|role| message["role"] == *role) {
            let message = format!("messages.{index}.role: Input should be 'user' or 'assistant'");
            return Err(Error::invalid(message));
        }
        if text_of(&message["content"]).trim().is_empty() {
            let message = format!("messages.{index}: user messages must have non-empty content");
            return Err(Error::invalid(message));
        }
    }
    if last["role"] == "assistant" && !model.prefill {
        return Err(Error::invalid(
            "This model does not support assistant message prefill. The conversation must end with a \
             user message.",
        ));
    }
    let last = messages.iter().rfind(|message| message["role"] == "user");
    Ok(last.map(|message| text_of(&message["content"])).unwrap_or_default())
}

/// The text of a content: one string, or blocks.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// What becomes of the reasoning.
fn thinking(model: &Model, asked: &Value, max_tokens: u64) -> Result<Thinking, Error> {
    let adaptive = model.thinks(ThinkingKind::Adaptive);
    if asked.is_null() {
        return Ok(if adaptive { Thinking::Hidden } else { Thinking::Off });
    }
    let name = asked["type"].as_str().ok_or_else(|| missing("thinking.type"))?;
    let kind = ThinkingKind::named(name).ok_or_else(|| unknown_thinking(name))?;
    if !model.thinks(kind) {
        return Err(refused_thinking(kind));
    }
    let shown = match asked["display"].as_str() {
        Some("summarized") => Thinking::Shown,
        Some("omitted") => Thinking::Hidden,
        Some(_) => {
            let message = "thinking.display: Input should be 'summarized' or 'omitted'";
            return Err(Error::invalid(message));
        }
        None if adaptive => Thinking::Hidden,
        None => Thinking::Shown,
    };
    match kind {
        ThinkingKind::Adaptive => Ok(shown),
        ThinkingKind::Enabled => budget(asked, max_tokens).map(|()| shown),
        ThinkingKind::Disabled | ThinkingKind::BetweenTools => Ok(Thinking::Off),
    }
}

fn unknown_thinking(name: &str) -> Error {
    Error::invalid(format!(
        "thinking: Input tag '{name}' found using 'type' does not match any of the expected tags: \
         'adaptive', 'between_tools', 'disabled', 'enabled'"
    ))
}

fn refused_thinking(kind: ThinkingKind) -> Error {
    Error::invalid(match kind {
        ThinkingKind::Adaptive => "adaptive thinking is not supported on this model".to_owned(),
        kind => format!(
            "\"thinking.type.{}\" is not supported for this model. Use \"thinking.type.adaptive\" and \
             \"output_config.effort\" to control thinking behavior.",
            kind.name()
        ),
    })
}

fn budget(asked: &Value, max_tokens: u64) -> Result<(), Error> {
    let field = "thinking.enabled.budget_tokens";
    let budget = asked["budget_tokens"].as_u64().ok_or_else(|| missing(field))?;
    if budget < LEAST_BUDGET {
        let message = format!("{field}: Input should be greater than or equal to {LEAST_BUDGET}");
        return Err(Error::invalid(message));
    }
    if budget >= max_tokens {
        return Err(Error::invalid("`max_tokens` must be greater than `thinking.budget_tokens`."));
    }
    Ok(())
}

/// What models that do not sample as one likes take is what they do anyway.
fn sampling(model: &Model, version: &str, body: &Value, thinks: bool) -> Result<(), Error> {
    for (field, usual) in [("temperature", Some(1.0)), ("top_p", Some(0.99)), ("top_k", None)] {
        let Some(value) = body.get(field) else { continue };
        let is_usual = usual.is_some() && value.as_f64() == usual;
        if version >= WITHOUT_SAMPLING {
            return Err(Error::invalid(format!("{field}: Extra inputs are not permitted")));
        }
        if !model.sampling && !is_usual {
            return Err(Error::invalid(format!("`{field}` is deprecated for this model.")));
        }
        if thinks && field == "temperature" && !is_usual {
            let message = "`temperature` may only be set to 1 when thinking is enabled.";
            return Err(Error::invalid(message));
        }
    }
    Ok(())
}

fn schema<'a>(model: &Model, output: &'a Value) -> Result<Option<&'a Value>, Error> {
    let Some(format) = output.get("format").filter(|format| !format.is_null()) else {
        return Ok(None);
    };
    if !model.structured {
        let message =
            format!("output_config.format: '{}' does not support output format", model.id);
        return Err(Error::invalid(message));
    }
    if format["type"] != "json_schema" {
        return Err(Error::invalid("output_config.format.type: Input should be 'json_schema'"));
    }
    let schema = format.get("schema").filter(|schema| schema.is_object());
    let schema = schema.ok_or_else(|| missing("output_config.format.schema"))?;
    if schema["type"] == "object" && schema["additionalProperties"] != false {
        return Err(Error::invalid(
            "output_config.format.schema: For 'object' type, 'additionalProperties' must be \
             explicitly set to false",
        ));
    }
    Ok(Some(schema))
}

fn effort(model: &Model, effort: &Value) -> Result<(), Error> {
    if effort.is_null() {
        return Ok(());
    }
    if !model.effort {
        return Err(Error::invalid("This model does not support the effort parameter."));
    }
    match effort.as_str().is_some_and(|effort| EFFORTS.contains(&effort)) {
        true => Ok(()),
        false => Err(Error::invalid(
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        )),
    }
}

/// The tokens of the prompt, in the order tools, system, messages, and the beginnings that are marked.
fn prompt(model: &Model, body: &Value) -> Result<(u64, Vec<Prefix>), Error> {
    let settings = format!("{} {} {}", model.id, body["thinking"], body["output_config"]);
    let mut so_far = format!("{settings} {}", body["tools"]);
    let mut input = OVERHEAD + count_json(&body["tools"]);
    input += count_json(&body["output_config"]["format"]);
    let mut prefixes = Vec::new();
    for block in system_blocks(&body["system"]) {
        let text = block.as_str().or(block["text"].as_str()).unwrap_or_default();
        so_far += text;
        input += tokens::count(text);
        let mark = &block["cache_control"];
        if mark.is_object() {
            prefixes.push(Prefix::new(&so_far, input, mark["ttl"] == "1h"));
        }
    }
    if prefixes.len() > MOST_MARKS {
        let found = prefixes.len();
        return Err(Error::invalid(format!(
            "A maximum of {MOST_MARKS} blocks with cache_control may be provided. Found {found}."
        )));
    }
    let messages = body["messages"].as_array().into_iter().flatten();
    input += messages.map(|message| tokens::count(&text_of(&message["content"]))).sum::<u64>();
    Ok((input, prefixes))
}

fn system_blocks(system: &Value) -> &[Value] {
    match system {
        Value::Array(blocks) => blocks,
        Value::String(_) => std::slice::from_ref(system),
        _ => &[],
    }
}

fn count_json(value: &Value) -> u64 {
    if value.is_null() { 0 } else { tokens::count(&value.to_string()) }
}

fn too_long(asked: &Asked) -> Result<(), Error> {
    let (input, most) = (asked.input, asked.model.max_input);
    match input > most {
        true => Err(Error::invalid(format!("prompt is too long: {input} tokens > {most} maximum"))),
        false => Ok(()),
    }
}
