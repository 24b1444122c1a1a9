//! The project's own tools, never shipped: `cargo xtask bench` measures nano against the kernel and
//! a minimal responder, `cargo xtask tokens` counts what replies cost a hosted model, `cargo xtask
//! licences` checks what we depend on. This is the one place, beside the tests, with code that builds an
//! echo reply.

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod licences;
mod responder;
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
    /// Fail on a dependency whose licence or source we do not allow.
    Licences,
    /// Count what a reply costs in tokens, in each form.
    Tokens(tokens::Tokens),
    /// One host in one sandbox under one run of ping; the benchmark starts these.
    #[command(name = "__round", hide = true)]
    Round(bench::round::Plan),
}

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == "__sandbox") {
        return softstack::sandbox::helper::main(words);
    }
    let outcome = match Arguments::parse().task {
        Task::Bench(bench) => bench.run(),
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
