//! How long the gate takes for a reply without findings: an echo of 84 bytes, and the passing examples of
//! sessions, each once: `cargo run --release -p verify --example admit_speed [PREFIX]`.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use verify::{Example, Host, Occasion, RULES, Session};
use wire::hex;

const ROUNDS: u32 = 100_000;

/// An exchange as Linux would have it, recorded: no code here makes a reply.
const PING: &str = "45000054beef40003f0168b70a0000020a000001080094651234000900254a6f \
    94b9de03284d7297bce1062b50759abfe4092e53789dc2e70c31567ba0c5ea0f \
    34597ea3c8ed12375c81a6cbf0153a5f84a9cef3";
const PONG: &str = "4500005400000000400166a70a0000010a00000200009c651234000900254a6f \
    94b9de03284d7297bce1062b50759abfe4092e53789dc2e70c31567ba0c5ea0f \
    34597ea3c8ed12375c81a6cbf0153a5f84a9cef3";

fn main() -> Result<(), Box<dyn Error>> {
    let prefix = std::env::args().nth(1).unwrap_or_default();
    println!("{} rules", RULES.len());
    report("ping", &Example::HOST, &[], PING, PONG)?;
    let mut seen = vec![];
    for rule in RULES.iter().filter(|rule| rule.id.starts_with(&prefix)) {
        let Example::Session { host, before, request, reply: Some(reply) } = rule.pass else {
            continue;
        };
        if !seen.contains(&(request, reply)) {
            seen.push((request, reply));
            report(rule.id, host, before, request, reply)?;
        }
    }
    Ok(())
}

fn report(
    name: &str,
    host: &Host,
    before: &[(&str, Option<&str>)],
    request: &str,
    reply: &str,
) -> Result<(), Box<dyn Error>> {
    let mut session = Session::new(host.clone());
    for (came, sent) in before {
        let (came, sent) = (hex::parse(came)?, sent.map(hex::parse).transpose()?);
        session.settle(Duration::ZERO, Occasion::Packet(&came), sent.as_deref());
    }
    let (request, mut reply) = (hex::parse(request)?, hex::parse(reply)?);
    let start = Instant::now();
    for _ in 0..ROUNDS {
        let occasion = Occasion::Packet(black_box(&request));
        reply = session.admit(Duration::ZERO, occasion, black_box(reply))?.to_vec();
    }
    let nanoseconds = start.elapsed().as_nanos() / u128::from(ROUNDS);
    println!("{name}: {} bytes, {nanoseconds} ns, one copy included", reply.len());
    Ok(())
}
