//! The configuration as a person reads it: TOML that can be a configuration file again, with where each
//! value came from, and without secrets.

use std::fmt;

use serde_json::{Value, json};

use super::{Config, environment};
use crate::backend::http::shown_address;

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = serde_json::to_value(&self.settings).expect("settings are plain data");
        let all = all.as_object().expect("a struct is an object");
        for (name, value) in all.iter().filter(|(_, value)| !value.is_object()) {
            match value {
                Value::Null => writeln!(f, "# {name} is not set")?,
                value => writeln!(f, "{name} = {}  # from {}", toml(value), self.source(name))?,
            }
        }
        for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
            let setting = name.strip_prefix("SOFTSTACK_").map(str::to_lowercase);
            let known = |setting: &String| all.contains_key(setting) || setting == "config";
            if setting.is_some_and(|setting| !known(&setting)) {
                writeln!(f, "# {name} is set in the environment and is no setting")?;
            }
        }
        for (table, rows) in all.iter().filter_map(|(name, value)| Some((name, value.as_object()?)))
        {
            if table == "prices" {
                writeln!(f, "\n[prices]  # US dollars for a million tokens")?;
            }
            for (row, value) in rows {
                match table.as_str() {
                    "providers" => self.provider(f, row, value)?,
                    _ => writeln!(f, "{row:?} = {}", inline(value))?,
                }
            }
        }
        Ok(())
    }
}

impl Config {
    fn provider(&self, f: &mut fmt::Formatter<'_>, name: &str, value: &Value) -> fmt::Result {
        writeln!(f, "\n[providers.{name}]")?;
        for (field, value) in value.as_object().into_iter().flatten() {
            write!(f, "{field} = {}", inline(value))?;
            // A variable that says an address or holds a key: whether it does.
            let variable = value.as_str().filter(|_| field.ends_with("_variable"));
            match (field.as_str(), variable.map(|name| environment(name).unwrap_or_default())) {
                (_, Some(held)) if held.is_empty() => writeln!(f, "  # not set")?,
                ("base_url_variable", Some(held)) => {
                    writeln!(f, "  # set: {}", shown_address(&held))?;
                }
                (_, Some(_)) => writeln!(f, "  # set")?,
                _ => writeln!(f)?,
            }
        }
        Ok(())
    }

    fn source(&self, name: &str) -> String {
        let source = self.layers.find_metadata(name).map(|metadata| metadata.name.to_string());
        source.unwrap_or_else(|| "built in".to_owned())
    }
}

fn toml(value: &Value) -> String {
    match value {
        // What JSON escapes in a string, TOML escapes alike.
        Value::String(text) if text.contains("://") => json!(shown_address(text)).to_string(),
        value => value.to_string(),
    }
}

/// A table or list on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name} = {}", inline(value)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        value => toml(value),
    }
}
