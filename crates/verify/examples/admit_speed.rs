//! How long the gate takes for an 84-byte echo without findings:
//! `cargo run --release -p verify --example admit_speed`.

use std::hint::black_box;
use std::time::Instant;

use verify::{Example, RULES, admit};
use wire::hex;

const ROUNDS: u32 = 2_000_000;

/// An exchange as Linux would have it, recorded: no code here makes a reply.
const PING: &str = "45000054beef40003f0168b70a0000020a000001080094651234000900254a6f \
    94b9de03284d7297bce1062b50759abfe4092e53789dc2e70c31567ba0c5ea0f \
    34597ea3c8ed12375c81a6cbf0153a5f84a9cef3";
const PONG: &str = "4500005400000000400166a70a0000010a00000200009c651234000900254a6f \
    94b9de03284d7297bce1062b50759abfe4092e53789dc2e70c31567ba0c5ea0f \
    34597ea3c8ed12375c81a6cbf0153a5f84a9cef3";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let request = hex::parse(PING)?;
    let mut reply = hex::parse(PONG)?;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        reply = match admit(&Example::HOST, black_box(&request), black_box(reply)) {
            Ok(admitted) => admitted.to_vec(),
            Err(veto) => return Err(veto.into()),
        };
    }
    let nanoseconds = start.elapsed().as_nanos() / u128::from(ROUNDS);
    let (rules, bytes) = (RULES.len(), reply.len());
    println!("{rules} rules, {bytes} bytes: {nanoseconds} ns a reply, one copy included");
    Ok(())
}
