//! Writes rows of training tokens to standard output, for `training/train.py`.

use std::io::Write;

use clap::{Parser, Subcommand, ValueEnum};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use teacher::packets::{self, Arrival, Class};
use teacher::rows::{self, Mixture};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Rows of ten-byte cells, without end.
    Rows {
        #[arg(long)]
        mixture: MixtureName,
        #[arg(long)]
        seed: u64,
        /// Number of the first row.
        #[arg(long, default_value_t = 0)]
        from: u64,
        #[arg(long)]
        length: usize,
    },
    /// The trace of one packet, in the notation of the documentation.
    Show {
        #[arg(long, default_value_t = 1)]
        seed: u64,
        #[arg(long, default_value_t = 5)]
        data: usize,
        /// What the packet asks for: `echo`, `tcp6` and so on.
        #[arg(long, default_value = "echo")]
        class: String,
        /// Over Ethernet.
        #[arg(long)]
        framed: bool,
        /// With a fault, drawn at random.
        #[arg(long)]
        bad: bool,
    },
    /// The size of the vocabulary.
    Vocabulary,
}

#[derive(Clone, Copy, ValueEnum)]
enum MixtureName {
    Learn,
    Valid,
    Bad,
}

fn main() -> std::io::Result<()> {
    match Arguments::parse().command {
        Command::Rows { mixture, seed, from, length } => stream(mixture, seed, from, length),
        Command::Show { seed, data, class, framed, bad } => {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let Some(class) = Class::ALL.into_iter().find(|known| known.name() == class) else {
                let names: Vec<_> = Class::ALL.into_iter().map(Class::name).collect();
                eprintln!("no class {class:?}: one of {}", names.join(", "));
                std::process::exit(2);
            };
            let framed = framed || class.is_on_ethernet_only();
            let fault = bad.then(|| packets::fault(&mut rng, class));
            show(&packets::arrival(&mut rng, class, framed, data, fault));
            Ok(())
        }
        Command::Vocabulary => {
            println!("{} {}", nano::vocabulary::VOCABULARY_VERSION, nano::vocabulary::Token::COUNT);
            Ok(())
        }
    }
}

fn show(arrival: &Arrival) {
    let (trace, ending) = teacher::trace(&arrival.packet, &arrival.own);
    print!("{}", teacher::notation(&trace));
    let chosen = trace.iter().filter(|entry| entry.chosen).count();
    println!("{ending:02x?}, {} tokens, {chosen} chosen", trace.len());
}

fn stream(mixture: MixtureName, seed: u64, from: u64, length: usize) -> std::io::Result<()> {
    let mixture = match mixture {
        MixtureName::Learn => Mixture::Learn,
        MixtureName::Valid => Mixture::Valid,
        MixtureName::Bad => Mixture::Bad,
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for number in from.. {
        for cell in rows::row(mixture, seed, number, length) {
            out.write_all(&cell.bytes())?;
        }
    }
    Ok(())
}
