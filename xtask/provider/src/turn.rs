//! What a model is told, read as softstack words it: who it is and what came from the turn, the form of
//! the answer from the system prompt, its shape from the JSON schema.

use std::net::Ipv4Addr;

use serde_json::Value;

mod facts;

pub use facts::{Facts, Origin, Ports};

/// The properties of an answer in JSON whose schema does not say.
const PROPERTIES: [&str; 2] = ["action", "reason"];

/// One question to a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The model that is asked.
    pub model: String,
    /// The system prompt.
    pub system: String,
    /// The last message of the user.
    pub text: String,
    /// Whose packet it is; `None` where the message shows none, or for a host without IPv4.
    pub address: Option<Ipv4Addr>,
    /// What the message says of a whole host; `None` where it is one that answers pings alone.
    pub facts: Option<Facts>,
    /// Why the question is asked.
    pub occasion: Occasion,
    /// The packet.
    pub packet: Vec<u8>,
    /// The form in which a reply is wanted.
    pub form: Form,
    /// Whether the answer is to be JSON.
    pub structured: bool,
    /// The properties of an answer in JSON, in the order of the schema.
    pub properties: Vec<String>,
    /// Whether the link computes checksums.
    pub offload: bool,
    /// Whether an earlier answer was held back.
    pub objected: bool,
}

/// Why a question is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Occasion {
    /// The packet came.
    #[default]
    Packet,
    /// A timer went off. The packet is the last of the flow.
    Timer {
        /// The timer's name.
        name: String,
        /// Whether the packet is one that the host sent, and not one that came.
        sent: bool,
    },
}

/// The forms of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The packet in hex.
    Bytes,
    /// Edits of the packet that is shown.
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
        let form = if wants_edits { Form::Edits } else { Form::Bytes };
        let Question { address, facts, occasion, packet } =
            Question::read(text).unwrap_or_default();
        Turn {
            model: model.to_owned(),
            system: system.to_owned(),
            text: text.to_owned(),
            address,
            facts,
            occasion,
            packet,
            form,
            structured: schema.is_some(),
            properties: properties(schema, form),
            offload: system.contains("## Checksum offload"),
            objected: text.contains("held that back"),
        }
    }
}

/// An indented line that shows an answer in edits.
fn shows_edits(line: &str) -> bool {
    line.starts_with([' ', '\t']) && line.trim_start().starts_with("EDIT ")
}

/// The properties in the order of what is required: JSON objects have none.
fn properties(schema: Option<&Value>, form: Form) -> Vec<String> {
    let required = schema.and_then(|schema| schema["required"].as_array());
    let named = required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let named: Vec<String> = named.collect();
    match named.is_empty() {
        true => PROPERTIES.into_iter().chain([form.property()]).map(str::to_owned).collect(),
        false => named,
    }
}

/// What a message asks.
#[derive(Default)]
struct Question {
    address: Option<Ipv4Addr>,
    facts: Option<Facts>,
    occasion: Occasion,
    packet: Vec<u8>,
}

impl Question {
    /// Reads the facts, up to the line that announces a packet, and the lines of the packet after an empty
    /// one. Where all stands on one line, the host answers pings alone:
    /// `Your address is 10.0.0.1 (0a000001). This packet of 2 bytes came:`.
    fn read(text: &str) -> Option<Question> {
        let begin = text.find("Your ")?;
        let mut lines = text[begin..].lines();
        let mut question = Question::default();
        let mut facts = Facts::default();
        let mut is_short = false;
        loop {
            let line = lines.next()?.trim_end();
            if let Some(rest) = line.strip_prefix("Your address is ") {
                question.address = Some(rest.split_once(' ')?.0.parse().ok()?);
                is_short = line.ends_with("came:");
            }
            if !facts.read(line) && (line.ends_with("came:") || line.ends_with("was:")) {
                question.occasion = occasion(line);
                break;
            }
        }
        let rows = lines.skip_while(|line| line.trim().is_empty());
        let words = rows.map_while(|line| line.strip_prefix("0x")?.split_once(':'));
        let digits: String = words.map(|(_, words)| words).collect();
        question.packet = wire::hex::parse(&digits).ok()?;
        question.facts = (!is_short).then_some(facts);
        Some(question)
    }
}

/// `The timer retransmit went off. Your last packet on this flow, of 44 bytes, was:`, or another sentence.
fn occasion(line: &str) -> Occasion {
    let timer = line.strip_prefix("The timer ").and_then(|rest| rest.split_once(" went off. "));
    timer.map_or(Occasion::Packet, |(name, rest)| Occasion::Timer {
        name: name.to_owned(),
        sent: rest.starts_with("Your last packet"),
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use serde_json::json;

    use super::*;

    const TEXT: &str = "Your address is 10.0.0.1 (0a000001). This packet of 19 bytes came:\n\n\
                        0x0000: 0001 0203 0405 0607 0809 0a0b 0c0d 0e0f\n0x0010: 1011 ff\n";
    const WHOLE: &str = "Your address is 10.0.0.1 (0a000001).\n\
                         Your IPv6 address is fd00::1 (fd000000000000000000000000000001).\n\
                         Your Ethernet address is 02:00:00:00:00:01.\n\
                         Open UDP ports: 7, 53, 4000-4010.\nOpen TCP ports: none.\n\
                         For what you originate: identification 1a2b, TTL 63, initial sequence number \
                         5c6d7e8f.\nYour notes on this flow: SYN-RECEIVED which came:\n";

    #[test]
    fn address_and_packet_are_read() {
        let turn = Turn::read("m", "", TEXT, None);
        assert_eq!((turn.address, &turn.facts), (Some(Ipv4Addr::new(10, 0, 0, 1)), &None));
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
    fn a_whole_host_and_a_packet() {
        let text = format!("{WHOLE}This packet of 2 bytes came:\n\n0x0000: 4500\n");
        let turn = Turn::read("m", "", &text, None);
        let facts = turn.facts.unwrap();
        assert_eq!(turn.address, Some(Ipv4Addr::new(10, 0, 0, 1)));
        assert_eq!(facts.ipv6, Some(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)));
        assert_eq!(facts.mac.unwrap().0, [2, 0, 0, 0, 0, 1]);
        let udp = facts.udp.unwrap();
        let open = [7, 53, 4000, 4005, 4010].map(|port| udp.contains(port));
        assert!(open == [true; 5] && !udp.contains(54) && !udp.contains(4011));
        assert_eq!(facts.tcp, Some(Ports::default()));
        let origin = Origin { identification: 0x1a2b, ttl: 63, initial_sequence: 0x5c6d_7e8f };
        assert_eq!(facts.origin, origin);
        assert_eq!(facts.notes.as_deref(), Some("SYN-RECEIVED which came:"));
        assert_eq!((turn.packet, turn.occasion), (vec![0x45, 0], Occasion::Packet));
    }

    #[test]
    fn few_facts_are_enough() {
        let text = "Your IPv6 address is fd00::1 (fd00…).\nYou have no notes on this flow.\n\
                    This packet of 1 bytes came:\n\n0x0000: 60\n";
        let turn = Turn::read("m", "", text, None);
        let facts = turn.facts.unwrap();
        assert_eq!((turn.address, facts.mac, facts.udp, facts.notes), (None, None, None, None));
        assert_eq!(facts.origin, Origin::default());
        assert_eq!(turn.packet, [0x60]);
    }

    #[test]
    fn timers() {
        for (sentence, sent) in [
            ("Your last packet on this flow, of 2 bytes, was:", true),
            ("The last packet that came on this flow, of 2 bytes, was:", false),
        ] {
            let text =
                format!("{WHOLE}The timer retransmit went off. {sentence}\n\n0x0000: 4500\n");
            let turn = Turn::read("m", "", &text, None);
            assert_eq!(turn.occasion, Occasion::Timer { name: "retransmit".into(), sent });
            assert_eq!(turn.packet, [0x45, 0]);
        }
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
    fn the_properties_are_those_of_the_schema_in_its_order() {
        let read = |schema: Value| Turn::read("m", "", TEXT, Some(&schema)).properties;
        let plain = json!({"properties": {"packet": {}}});
        assert_eq!(read(plain), ["action", "reason", "packet"]);
        let order = ["timers", "action", "note", "edits", "reason"];
        let schema = json!({"properties": {"edits": {}}, "required": order});
        assert_eq!(read(schema), order);
    }

    #[test]
    fn other_messages_show_no_packet() {
        for text in ["", "Hello", "Your address is ", "Your address is x y\n\n0x0: 45"] {
            let turn = Turn::read("m", "", text, None);
            assert_eq!((turn.address, turn.facts), (None, None), "{text}");
        }
    }
}
