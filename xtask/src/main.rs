//! The project's own tools, never shipped: `cargo xtask bench` measures nano against the kernel and
//! a minimal responder, `cargo xtask flood` what a flood costs a hosted model, `cargo xtask tokens` what its
//! replies cost; `cargo xtask provider` is a local server that stands in for one, and `cargo xtask licences`
//! checks what we depend on; `cargo xtask agree` holds `softstack lint` against Wireshark and tcpdump, `cargo
//! xtask race` measures it beside them, `cargo xtask oracle` holds the judge and nano against the kernel. This is
//! the one place, beside the tests, with code that builds an echo reply.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod agree;
mod bench;
mod flood;
mod licences;
mod oracle;
mod race;
mod responder;
mod stand_in;
mod tokens;

/// Why a task could not be done.
type Failure = Box<dyn Error + Send + Sync>;

/// The project's own tools, never shipped.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure round-trip times, memory and tokens with the real ping.
    Bench(bench::Bench),
    /// Flood a host whose model is hosted, and count what it costs.
    Flood(flood::Flood),
    /// Be a local server that stands in for the providers of hosted models.
    Provider(stand_in::StandIn),
    /// Fail on a dependency whose licence or source we do not allow.
    Licences,
    /// Compare `softstack lint` with Wireshark, tcpdump and what is known of the packets.
    Agree(agree::Agree),
    /// Compare what the judge says of packets with what this machine's kernel does with them.
    Oracle(oracle::Oracle),
    /// Measure how fast `softstack lint` is beside tshark and tcpdump.
    Race(race::Race),
    /// Count what a reply costs in tokens, in each form.
    Tokens(tokens::Tokens),
    /// One host in one sandbox under one run of ping; the benchmark starts these.
    #[command(name = "__round", hide = true)]
    Round(bench::round::Plan),
    /// One run of one program under a stopwatch; the race starts these.
    #[command(name = "__lap", hide = true)]
    Lap(race::stopwatch::Stopwatch),
}

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == "__sandbox") {
        return softstack::sandbox::helper::main(words);
    }
    let outcome = match Arguments::parse().task {
        Task::Bench(bench) => bench.run(),
        Task::Flood(flood) => flood.run(),
        Task::Provider(stand_in) => stand_in.run(),
        Task::Agree(agree) => agree.run(),
        Task::Oracle(oracle) => oracle.run(),
        Task::Race(race) => race.run(),
        Task::Lap(stopwatch) => stopwatch.run(),
        Task::Licences => licences::check(),
        Task::Tokens(tokens) => tokens.run(),
        Task::Round(plan) => plan.run(),
    };
    outcome.map_or_else(
        |error| {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}
