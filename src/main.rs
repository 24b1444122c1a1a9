//! The command line: one subcommand a file in `commands`, nothing else here.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

mod commands;

/// A user-space IP stack in which a language model is the protocol implementation.
#[derive(Parser)]
#[command(version, about, after_help = "Start here: softstack ping")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Ping a language model in a private network and watch it think.
    Ping(commands::ping::Ping),
    /// Work in a private network whose one other host is a language model.
    Host(commands::host::Host),
    /// Be the host behind a TUN or TAP device, or at an interface's address, until interrupted.
    Run(commands::run::Run),
    /// Print a recorded journal as the live view did.
    Replay(commands::replay::Replay),
    /// Measure models on fresh random packets, side by side.
    Eval(commands::eval::Eval),
    /// Hold every packet of a capture against the RFCs: findings, clauses, fixes.
    Lint(commands::lint::Lint),
    /// Explain a packet: its fields, what is wrong with it and, with a model, why.
    Explain(Box<commands::explain::Explain>),
    /// List the rules that are checked, with the RFCs' words and examples.
    Rules(commands::rules::Rules),
    /// List the programs: what a hosted model is told of each protocol.
    Programs(commands::programs::List),
    /// Write a program of your own, check it, or print one.
    Program(commands::program::Program),
    /// Find out whether a model can be the host, before any traffic.
    Check(commands::check::Check),
    /// List the providers, or the models that one offers.
    Models(commands::models::Models),
    /// Print the settings that hold, and where each came from.
    Config(commands::config::Config),
}

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    match words.next().as_deref().and_then(|word| word.to_str()) {
        // Hidden: the sandbox starts these, nobody types them.
        Some("__sandbox") => return softstack::sandbox::helper::main(words),
        Some("__pinger") => return softstack::pinger::main(words),
        _ => {}
    }
    let outcome = match Arguments::parse().command {
        Some(Command::Ping(ping)) => ping.run(),
        Some(Command::Host(host)) => host.run(),
        Some(Command::Run(run)) => run.run(),
        Some(Command::Replay(replay)) => replay.run(),
        Some(Command::Eval(eval)) => eval.run(),
        Some(Command::Lint(lint)) => lint.run(),
        Some(Command::Explain(explain)) => explain.run(),
        Some(Command::Rules(rules)) => rules.run(),
        Some(Command::Programs(programs)) => programs.run(),
        Some(Command::Program(program)) => program.run(),
        Some(Command::Check(check)) => check.run(),
        Some(Command::Models(models)) => models.run(),
        Some(Command::Config(config)) => config.run(),
        None => {
            let _ = Arguments::command().print_help();
            Ok(ExitCode::SUCCESS)
        }
    };
    outcome.unwrap_or_else(|error| {
        softstack::view::tell(&format!("softstack: {error}"));
        ExitCode::from(2)
    })
}
