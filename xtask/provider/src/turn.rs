//! What a model is told, read as softstack words it: the address and the packet from the turn, the form of
//! the answer from the system prompt, its shape from the JSON schema.

use std::net::Ipv4Addr;

use serde_json::Value;

/// One question to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The model that is asked.
    pub model: String,
    /// The system prompt.
    pub system: String,
    /// The last message of the user.
    pub text: String,
    /// Whose packet it is; `None` where the message shows none.
    pub address: Option<Ipv4Addr>,
    /// The packet.
    pub packet: Vec<u8>,
    /// The form in which a reply is wanted.
    pub form: Form,
    /// Whether the answer is to be JSON.
    pub structured: bool,
    /// Whether the link computes checksums.
    pub offload: bool,
    /// Whether an earlier answer was held back.
    pub objected: bool,
}

/// The forms of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The packet in hex.
    Bytes,
    /// Edits of the packet that came.
    Edits,
}

impl Form {
    /// The word before a reply of this form.
    pub fn word(self) -> &'static str {
        match self {
            Form::Bytes => "SEND",
            Form::Edits => "EDIT",
        }
    }

    /// The property of JSON that holds a reply of this form.
    pub fn property(self) -> &'static str {
        match self {
            Form::Bytes => "packet",
            Form::Edits => "edits",
        }
    }
}

impl Turn {
    /// Reads a question; `schema` is that of the answer, if it is to be JSON.
    pub fn read(model: &str, system: &str, text: &str, schema: Option<&Value>) -> Turn {
        let wants_edits = match schema.map(|schema| &schema["properties"]) {
            Some(properties) if properties.get("edits").is_some() => true,
            Some(properties) if properties.get("packet").is_some() => false,
            _ => system.lines().any(shows_edits),
        };
        let (address, packet) = question(text).unzip();
        Turn {
            model: model.to_owned(),
            system: system.to_owned(),
            text: text.to_owned(),
            address,
            packet: packet.unwrap_or_default(),
            form: if wants_edits { Form::Edits } else { Form::Bytes },
            structured: schema.is_some(),
            offload: system.contains("## Checksum offload"),
            objected: text.contains("held that back"),
        }
    }
}

/// An indented line that shows an answer in edits.
fn shows_edits(line: &str) -> bool {
    line.starts_with([' ', '\t']) && line.trim_start().starts_with("EDIT ")
}

/// Address and packet: `Your address is 10.0.0.1 (0a000001). This packet of 2 bytes came:`, and the lines
/// of the packet after an empty one.
fn question(text: &str) -> Option<(Ipv4Addr, Vec<u8>)> {
    let (_, after) = text.split_once("Your address is ")?;
    let (address, after) = after.split_once(' ')?;
    let lines = after.lines().skip(1).skip_while(|line| line.trim().is_empty());
    let words = lines.map_while(|line| line.strip_prefix("0x")?.split_once(':'));
    let digits: String = words.map(|(_, words)| words).collect();
    Some((address.parse().ok()?, wire::hex::parse(&digits).ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "Your address is 10.0.0.1 (0a000001). This packet of 19 bytes came:\n\n\
                        0x0000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f\n0x0010: 1011 ff\n";

    #[test]
    fn address_and_packet_are_read() {
        let turn = Turn::read("m", "", TEXT, None);
        assert_eq!(turn.address, Some(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(turn.packet, (0..18).chain([0xff]).collect::<Vec<_>>());
        assert!(!turn.objected && !turn.structured && !turn.offload);
        let again = format!(
            "{TEXT}\nTo this you answered before:\n\nSEND 0x0000: 45\n\nThe checker held that back:\n"
        );
        let turn = Turn::read("m", "## Checksum offload", &again, None);
        assert_eq!(turn.packet.len(), 19);
        assert!(turn.objected && turn.offload);
    }

    #[test]
    fn a_packet_of_nothing() {
        let text = "Your address is 10.0.0.1 (0a000001). This packet of 0 bytes came:\n\n";
        let turn = Turn::read("m", "", text, None);
        assert!(turn.address.is_some() && turn.packet.is_empty());
    }

    #[test]
    fn the_form_is_that_of_the_schema_or_of_the_system_prompt() {
        let form = |system, schema: Option<&Value>| Turn::read("m", system, TEXT, schema).form;
        assert_eq!(form("EDIT the packet.\n    SEND 45", None), Form::Bytes);
        assert_eq!(form("For most:\n\n    EDIT swap 12 16 4", None), Form::Edits);
        let schema = json!({"properties": {"packet": {}}});
        assert_eq!(form("\n    EDIT swap 12 16 4", Some(&schema)), Form::Bytes);
        let schema = json!({"properties": {"edits": {}}});
        assert_eq!(form("", Some(&schema)), Form::Edits);
    }

    #[test]
    fn other_messages_show_no_packet() {
        for text in ["", "Hello", "Your address is ", "Your address is x y\n\n0x0: 45"] {
            assert_eq!(Turn::read("m", "", text, None).address, None, "{text}");
        }
    }
}
