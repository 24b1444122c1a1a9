//! The stable part of a prompt, which depends on the packet: it is made of the programs that claim it.

use std::net::Ipv4Addr;

use softstack::mind::Event;
use softstack::program::Programs;
use softstack::prompt::{Form, Prompt, Style};
use tiktoken_rs::CoreBPE;
use verify::{Example, Host};
use wire::{Echo, Packet, hex};

use super::count;
use crate::Failure;

/// Headers of frames, which is what programs are chosen by; checksums are left 0.
const FRAMES: [(&str, &str); 5] = [
    (
        "ARP",
        "ffffffffffff0200000000020806 00010800060400010200000000020a0000020000000000000a000001",
    ),
    (
        "neighbor solicitation",
        "3333ff00000102000000000286dd 6000000000203afffd000000000000000000000000000002ff02000000000000\
         00000001ff000001 8700000000000000fd0000000000000000000000000000010101020000000002",
    ),
    (
        "ping",
        "0200000000010200000000020800 4500001c00000000400100000a0000020a000001 0800000000010001",
    ),
    (
        "DNS",
        "0200000000010200000000020800 4500001c00000000401100000a0000020a000001 1400003500080000",
    ),
    (
        "TCP to port 80",
        "0200000000010200000000020800 4500002800000000400600000a0000020a000001 140000500000000000000000\
         5002ffff00000000",
    ),
];

/// Prints a table in Markdown: packets, the programs that claim them, and the tokens of the stable part.
pub(super) fn table(tokenizer: &CoreBPE) -> Result<(), Failure> {
    println!("\n| packet | programs | tokens of the stable part |\n|---|---|---|");
    let ping = Echo::new(Ipv4Addr::new(10, 0, 0, 2), Example::IP_HOST.address).request();
    println!("{}", row(tokenizer, "ping, bare IP", &event(&Example::IP_HOST, ping)));
    for (name, frame) in FRAMES {
        let event = event(&Example::ETHERNET_HOST, hex::parse(frame)?);
        println!("{}", row(tokenizer, &format!("{name}, Ethernet"), &event));
    }
    Ok(())
}

/// A packet that came, with the shipped programs that claim it.
pub(super) fn event(host: &Host, bytes: Vec<u8>) -> Event {
    let mut event = Event::new(host.clone(), 1, bytes);
    let packet = Packet::new(host.link(), &event.packet, event.packet.len());
    event.programs = Programs::shipped().choose(&packet);
    event
}

fn row(tokenizer: &CoreBPE, name: &str, event: &Event) -> String {
    let names: Vec<&str> = event.programs.iter().map(|program| program.name.as_str()).collect();
    let prompt = Prompt::new(&Style::new(Form::Bytes, false), event);
    format!("| {name} | {} | {} |", names.join(", "), count(tokenizer, &prompt.system(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_frame_has_its_program() {
        let last = FRAMES.map(|(_, frame)| {
            let event = event(&Example::ETHERNET_HOST, hex::parse(frame).unwrap());
            event.programs.last().map(|program| program.name.clone()).unwrap()
        });
        assert_eq!(last, ["arp", "neighbor", "icmp", "dns", "http"]);
    }
}
