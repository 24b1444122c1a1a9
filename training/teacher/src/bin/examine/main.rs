//! Examines weights: what they make of fresh packets of every class, valid and bad, against the teacher, and of
//! every value of every word that decides. What it shows of the first that went wrong is what the training
//! data lacks.

mod adder;
mod case;
mod exam;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::Parser;
use nano::transformer::Transformer;
use teacher::packets::{Class, QUESTIONS};

use case::Block;
use exam::Examiner;
use report::Report;

#[derive(Parser)]
#[command(about = "Compare a network with its teacher, packet by packet")]
struct Arguments {
    /// Weights in the format that training/train.py writes.
    weights: PathBuf,
    /// Number of valid packets of each class, and again as many with a fault.
    #[arg(short, default_value_t = 1_000)]
    n: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Bytes of data in a packet: at least …
    #[arg(long, default_value_t = 0)]
    min: usize,
    /// … and at most.
    #[arg(long, default_value_t = 100)]
    max: usize,
    /// Packets of this class only: `echo`, `tcp6` and so on; may be given several times.
    #[arg(long, value_parser = class_of)]
    class: Vec<Class>,
    /// Also every value of every word that decides: 1.5 million packets.
    #[arg(long)]
    exhaustive: bool,
    /// Of words that decide, every so manieth value only.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Another token than the teacher's counts as wrong, even if the packet ends as it should.
    #[arg(long)]
    tokens: bool,
    /// Show so many of the packets that went wrong, and where.
    #[arg(long, default_value_t = 0)]
    show: usize,
    /// Packets that are thought about at once; as many as there are processors if not given.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1024))]
    threads: Option<u64>,
}

fn main() -> ExitCode {
    match examine(&Arguments::parse()) {
        Ok(report) => {
            // Whoever reads only the beginning closes the pipe.
            let _ = write!(std::io::stdout(), "{report}");
            ExitCode::from(u8::from(report.wrong() > 0))
        }
        Err(error) => {
            eprintln!("examine: {error}");
            ExitCode::from(2)
        }
    }
}

fn class_of(name: &str) -> Result<Class, String> {
    let known = Class::ALL.into_iter().find(|class| class.name() == name);
    known.ok_or_else(|| format!("it is one of {}", Class::ALL.map(Class::name).join(", ")))
}

fn examine(arguments: &Arguments) -> Result<Report, String> {
    let network = load(&arguments.weights)?;
    if arguments.min > arguments.max {
        return Err(format!("--min {} is more than --max {}", arguments.min, arguments.max));
    }
    let blocks = blocks(arguments);
    let threads = match arguments.threads {
        Some(threads) => threads as usize,
        None => thread::available_parallelism().map_or(1, usize::from),
    };
    let next = AtomicUsize::new(0);
    let work = || {
        let mut examiner = Examiner::new(&network, &blocks, arguments.tokens, arguments.show);
        while examiner.examine(next.fetch_add(1, Ordering::Relaxed)) {}
        examiner.report
    };
    let mut report = Report::new(&blocks, arguments.show);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            report.merge(worker.join().expect("no packet makes the examiner panic"));
        }
    });
    Ok(report)
}

fn load(path: &Path) -> Result<Transformer, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Transformer::from_safetensors(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}

/// What is examined, in order.
fn blocks(arguments: &Arguments) -> Vec<Block> {
    let is_asked = |class: &Class| arguments.class.is_empty() || arguments.class.contains(class);
    let lengths = arguments.min..=arguments.max;
    let mut blocks: Vec<Block> = Class::ALL
        .into_iter()
        .filter(is_asked)
        .map(|class| Block::drawn(class, arguments.n, arguments.seed, lengths.clone()))
        .collect();
    if arguments.exhaustive {
        let every = arguments.every as usize;
        let questions = QUESTIONS.iter().enumerate().filter(|(_, q)| is_asked(&q.class));
        blocks.extend(questions.map(|(number, _)| Block::asked(number, arguments.seed, every)));
    }
    blocks
}
