//! What is wrong with packets, one in hex a line on standard input, each alone and beside those before:
//! `cargo run -p verify --example lint_hex < packets.txt`

use std::io::stdin;

use verify::Linter;
use wire::{Packet, hex};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut linter = Linter::new();
    for (index, line) in stdin().lines().enumerate() {
        let bytes = hex::parse(&line?)?;
        for finding in linter.packet(&Packet::ip(&bytes)) {
            println!("packet {}: {finding}", index + 1);
            println!("    \u{201c}{}\u{201d}", finding.rule.quote);
        }
    }
    for open in linter.end() {
        println!("packet {}: {}", open.packet, open.finding);
    }
    Ok(())
}
