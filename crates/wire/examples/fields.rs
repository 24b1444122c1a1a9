//! Every field of a packet, with its octets: `cargo run -p wire --example fields -- 4500001c…`

use wire::{dissect, hex};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text: String = std::env::args().skip(1).collect();
    let packet = hex::parse(&text)?;
    let dissection = dissect(&packet);
    println!("{}", dissection.summary());
    for field in dissection.fields() {
        println!("{:>4}  {:<28} {}", field.range.start, field.name, field.value);
    }
    if let Some(note) = dissection.note {
        println!("{note}");
    }
    Ok(())
}
