//! `cargo xtask tokens`: what a reply to a ping costs in tokens, as a whole packet and as edits, and the
//! seconds that they take to write; and what is read with every packet before it. Counted with a real
//! tokenizer, o200k_base, which OpenAI published with its models since GPT-4o; other vendors' differ by some
//! tens of percent.

use std::net::Ipv4Addr;

use clap::Args;
use softstack::prompt::{Form, Prompt, Style};
use tiktoken_rs::{CoreBPE, o200k_base};
use verify::{Example, Host};
use wire::{Echo, hex};

use crate::Failure;
use crate::responder;

mod stable;

const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), None);
const PEER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// What turns a ping into its reply, wherever both have a TTL of 64.
const EDITS: &str = "swap 12 16 4; set 20 00; add16 22 0800";
/// Bytes of data: none, ping's default, and what fills a datagram of 576 and of 1,500 bytes.
const PAYLOADS: [usize; 4] = [0, 56, 548, 1_472];

/// Arguments of `cargo xtask tokens`.
#[derive(Args)]
pub struct Tokens {
    /// Tokens that a model writes in a second.
    #[arg(long, default_value_t = 80.0)]
    rate: f64,
}

impl Tokens {
    /// Counts and prints a table in Markdown.
    pub fn run(self) -> Result<(), Failure> {
        let tokenizer = o200k_base()?;
        println!("| ping | tokens read | form | tokens written | s at {}/s | fewer |", self.rate);
        println!("|---|---|---|---|---|---|");
        for payload in PAYLOADS {
            self.rows(&tokenizer, payload)?;
        }
        stable::table(&tokenizer)
    }

    fn rows(&self, tokenizer: &CoreBPE, payload: usize) -> Result<(), Failure> {
        let data: Vec<u8> = (0..payload).map(|i| i as u8).collect();
        let ping = Echo {
            identifier: 0x2f1a,
            sequence: 1,
            payload: &data,
            ..Echo::new(PEER, HOST.address)
        };
        let request = ping.request();
        let reply = responder::reply(&HOST, &request).ok_or("no reply to a ping")?;
        let edited = wire::apply(&wire::edit::parse(EDITS)?, &request)?;
        if edited != *reply {
            return Err("the edits do not make the reply".into());
        }
        let event = stable::event(&Example::IP_HOST, request);
        let read = count(tokenizer, &Prompt::new(&Style::new(Form::Bytes, false), &event).turn);
        let packet = hex::encode(&reply);
        let whole = count(tokenizer, &format!("SEND {packet}"));
        for (form, answer) in [
            ("bytes, a line", format!("SEND {packet}")),
            ("bytes, JSON", json("packet", &packet)),
            ("edits, a line", format!("EDIT {EDITS}")),
            ("edits, JSON", json("edits", EDITS)),
        ] {
            let written = count(tokenizer, &answer);
            let (seconds, fewer) = (written as f64 / self.rate, whole as f64 / written as f64);
            let length = event.packet.len();
            println!(
                "| {length} bytes | {read} | {form} | {written} | {seconds:.2} | {fewer:.1} times |"
            );
        }
        Ok(())
    }
}

fn json(field: &str, value: &str) -> String {
    format!("{{\"action\":\"send\",\"reason\":\"\",\"{field}\":\"{value}\"}}")
}

fn count(tokenizer: &CoreBPE, text: &str) -> usize {
    tokenizer.encode_ordinary(text).len()
}

#[cfg(test)]
mod tests {
    use softstack::mind::Event;
    use softstack::program::Programs;

    use super::*;

    fn assert_is_bounded(tokenizer: &CoreBPE, prompt: &Prompt) {
        let read = count(tokenizer, &prompt.system(true)) + count(tokenizer, &prompt.turn);
        assert!(read as u64 <= prompt.most_input(), "{read} of {}", prompt.most_input());
    }

    /// The same of hosts that speak more than echo.
    #[test]
    fn nor_has_a_prompt_of_a_whole_host() {
        let tokenizer = o200k_base().unwrap();
        let programs = Programs::shipped();
        let notes =
            "ESTABLISHED una 00001389 snd 00001389 rcv 000003e9 0123456789abcdef ".repeat(5);
        for names in [
            &["host", "ethernet", "ipv6", "tcp", "http"][..],
            &["host", "ethernet", "ipv4", "udp", "dns"],
            &["host", "ethernet", "ipv4", "udp", "dhcp"],
        ] {
            for (form, length) in [(Form::Bytes, 54), (Form::Edits, 1_500)] {
                let packet = (0..length).map(|i| (i as u8).wrapping_mul(37)).collect();
                let mut event = Event::new(Example::ETHERNET_HOST, 1, packet);
                event.programs = programs.select(names);
                assert_eq!(event.programs.len(), names.len());
                event.recollection.notes = notes.clone();
                let mut prompt = Prompt::new(&Style::new(form, true), &event);
                assert_is_bounded(&tokenizer, &prompt);
                prompt.object(2, &"0123456789abcdef".repeat(90), &[], "half a byte");
                assert_is_bounded(&tokenizer, &prompt);
                let longest = Prompt::longest(&Style::new(form, true), &programs, length);
                assert_is_bounded(&tokenizer, &longest);
            }
        }
    }

    /// The budget relies on it: no prompt may be read as more tokens than were set aside.
    #[test]
    fn no_prompt_has_more_tokens_than_it_may() {
        let tokenizer = o200k_base().unwrap();
        for (length, byte) in [(0, 0), (84, 0x45), (1_500, 0xff), (1_500, 0xa0), (1_500, 0x0a)] {
            for form in [Form::Bytes, Form::Edits] {
                let packet = (0..length).map(|i| byte ^ (i as u8).wrapping_mul(37)).collect();
                let event = Event::new(HOST, 1, packet);
                assert_is_bounded(&tokenizer, &Prompt::new(&Style::new(form, true), &event));
            }
        }
    }
}
