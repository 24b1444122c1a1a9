//! What a request must be.

use serde_json::Value;

use super::{Error, no_model};
use crate::behaviour::{Model, ReasoningField};
use crate::cache::Prefix;
use crate::completion::{Asked, OVERHEAD, Thinking};
use crate::tokens;
use crate::turn::Turn;

/// Fields of a request; a strict model refuses others.
const FIELDS: [&str; 27] = [
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
];
const EFFORTS: [&str; 6] = ["none", "low", "medium", "high", "xhigh", "max"];
/// A cached beginning has a multiple of so many tokens.
const CACHE_STEP: u64 = 128;

/// The request in `body`, if it is in order.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn ask(
    body: &[u8],
    models: &[Model],
    reasoning_field: Option<ReasoningField>,
) -> Result<Asked, Error> {
    let body: Value = serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Error::new(400, "We could not parse the JSON body of your request."))?;
    let id = body["model"].as_str();
    let id = id.ok_or_else(|| Error::new(400, "you must provide a model parameter"))?;
    let model = models.iter().find(|model| model.id == id).ok_or_else(|| no_model(id))?;
    if model.strict {
        fields(&body)?;
    }
    let (system, text) = messages(&body["messages"])?;
    let max_tokens = max_tokens(model, &body)?;
    let effort = effort(model, &body["reasoning_effort"])?;
    sampling(model, &body, effort)?;
    let schema = schema(model, &body["response_format"])?;
    let include_usage = usage_wanted(&body)?;
    let (input, prefixes) = prompt(model, &body, &system);
    let thinking = match reasoning_field {
        Some(_) if effort == Some("none") => Thinking::Off,
        Some(_) => Thinking::Shown,
        // What must be JSON from its first byte on leaves no room for thinking aloud.
        None if schema.is_some() => Thinking::Off,
        None => Thinking::Aloud,
    };
    let turn = Turn::read(id, &system, &text, schema);
    let stream = body["stream"] == true;
    let asked = Asked {
        model: model.clone(),
        turn,
        stream,
        include_usage,
        max_tokens,
        thinking,
        input,
        prefixes,
    };
    too_long(&asked)?;
    Ok(asked)
}

fn fields(body: &Value) -> Result<(), Error> {
    let mut names = body.as_object().into_iter().flat_map(|object| object.keys());
    match names.find(|name| !FIELDS.contains(&name.as_str())) {
        Some(name) => {
            let message = format!("Unknown parameter: '{name}'.");
            Err(Error::invalid(name, Some("unknown_parameter"), message))
        }
        None => Ok(()),
    }
}

/// The system prompt and the user's last message.
fn messages(messages: &Value) -> Result<(String, String), Error> {
    let missing = || {
        let message = "Missing required parameter: 'messages'.";
        Error::invalid("messages", Some("missing_required_parameter"), message)
    };
    let messages = messages.as_array().ok_or_else(missing)?;
    if messages.is_empty() {
        let message = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got \
                       an empty array instead.";
        return Err(Error::invalid("messages", Some("empty_array"), message));
    }
    let of = |roles: &[&str]| {
        let message =
            messages.iter().rfind(|message| roles.iter().any(|role| message["role"] == *role));
        message.map(|message| text_of(&message["content"])).unwrap_or_default()
    };
    Ok((of(&["system", "developer"]), of(&["user"])))
}

/// The text of a content: one string, or parts.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn max_tokens(model: &Model, body: &Value) -> Result<u64, Error> {
    if model.strict && !body["max_tokens"].is_null() {
        let message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                       'max_completion_tokens' instead.";
        return Err(Error::invalid("max_tokens", Some("unsupported_parameter"), message));
    }
    for field in ["max_completion_tokens", "max_tokens"] {
        match (&body[field], body[field].as_u64()) {
            (Value::Null, _) => {}
            (_, Some(tokens @ 1..)) if tokens <= model.max_output || !model.strict => {
                return Ok(tokens);
            }
            (value, _) => {
                let most = model.max_output;
                let message = format!("Invalid '{field}': {value}. Expected 1 to {most}.");
                return Err(Error::invalid(field, Some("invalid_value"), message));
            }
        }
    }
    Ok(model.max_output)
}

fn effort<'a>(model: &Model, effort: &'a Value) -> Result<Option<&'a str>, Error> {
    if effort.is_null() {
        return Ok(None);
    }
    let known = effort.as_str().filter(|effort| EFFORTS.contains(effort));
    let effort = known.ok_or_else(|| {
        let message = format!("Invalid value: {effort}. Supported values are: {EFFORTS:?}.");
        Error::invalid("reasoning_effort", Some("invalid_value"), message)
    })?;
    match model.effort || effort == "none" {
        true => Ok(Some(effort)),
        // As Ollama words it: an effort is for models that think.
        false => Err(Error::new(400, format!("\"{}\" does not support thinking", model.id))),
    }
}

fn sampling(model: &Model, body: &Value, effort: Option<&str>) -> Result<(), Error> {
    if model.sampling || effort == Some("none") {
        return Ok(());
    }
    for field in ["temperature", "top_p"] {
        let value = &body[field];
        if !value.is_null() && value.as_f64() != Some(1.0) {
            let message = format!(
                "Unsupported value: '{field}' does not support {value} with this model. Only the default \
                 (1) value is supported."
            );
            return Err(Error::invalid(field, Some("unsupported_value"), message));
        }
    }
    Ok(())
}

/// The schema of the answer: as OpenAI nests it, or flat, as llama.cpp takes it too.
fn schema<'a>(model: &Model, format: &'a Value) -> Result<Option<&'a Value>, Error> {
    if format["type"] != "json_schema" {
        return Ok(None);
    }
    if !model.structured {
        let message = "Invalid parameter: 'response_format' of type 'json_schema' is not supported with \
                       this model.";
        return Err(Error::invalid("response_format", None, message));
    }
    let nested = &format["json_schema"];
    let name = nested["name"].as_str().unwrap_or_default();
    let schema =
        [&nested["schema"], &format["schema"]].into_iter().find(|schema| schema.is_object());
    match schema {
        Some(schema) if nested["strict"] == true => strict(name, schema).map(|()| Some(schema)),
        Some(schema) => Ok(Some(schema)),
        None => {
            let param = "response_format.json_schema";
            let message = format!("Missing required parameter: '{param}'.");
            Err(Error::invalid(param, Some("missing_required_parameter"), message))
        }
    }
}

fn strict(name: &str, schema: &Value) -> Result<(), Error> {
    let invalid = |what: &str| {
        let message = format!("Invalid schema for response_format '{name}': In context=(), {what}");
        Err(Error::invalid("response_format", None, message))
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !(1..=64).contains(&name.len()) || !name.chars().all(allowed) {
        let message = "Invalid 'response_format.json_schema.name': string does not match pattern.";
        let param = "response_format.json_schema.name";
        return Err(Error::invalid(param, Some("invalid_value"), message));
    }
    if schema["additionalProperties"] != false {
        return invalid("'additionalProperties' is required to be supplied and to be false.");
    }
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut properties = schema["properties"].as_object().into_iter().flat_map(|all| all.keys());
    match properties.find(|property| !required.contains(&property.as_str())) {
        Some(property) => invalid(&format!(
            "'required' is required to be supplied and to be an array including every key in properties. \
             Missing '{property}'."
        )),
        None => Ok(()),
    }
}

fn usage_wanted(body: &Value) -> Result<bool, Error> {
    let options = &body["stream_options"];
    if !options.is_null() && body["stream"] != true {
        let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
        return Err(Error::invalid("stream_options", None, message));
    }
    Ok(options["include_usage"] == true)
}

/// The tokens of the prompt, and its beginning that may be cached: here that needs no mark.
fn prompt(model: &Model, body: &Value, system: &str) -> (u64, Vec<Prefix>) {
    let format = &body["response_format"];
    let format_tokens = if format.is_null() { 0 } else { tokens::count(&format.to_string()) };
    let beginning = format_tokens + tokens::count(system);
    let messages = body["messages"].as_array().into_iter().flatten();
    let said: u64 = messages.map(|message| tokens::count(&text_of(&message["content"]))).sum();
    let cacheable = beginning / CACHE_STEP * CACHE_STEP;
    let prefix = Prefix::new((&model.id, system, format.to_string()), cacheable, false);
    (OVERHEAD + format_tokens + said, vec![prefix])
}

fn too_long(asked: &Asked) -> Result<(), Error> {
    let (input, most) = (asked.input, asked.model.max_input);
    if input <= most {
        return Ok(());
    }
    let message = format!(
        "This model's maximum context length is {most} tokens. However, your messages resulted in {input} \
         tokens. Please reduce the length of the messages."
    );
    Err(Error::invalid("messages", Some("context_length_exceeded"), message))
}
