//! Writes rows of training tokens to standard output, for `training/train.py`.

use std::io::Write;

use clap::{Parser, Subcommand, ValueEnum};
use teacher::rows::{self, Mixture};

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Rows of eight-byte cells, without end.
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
        Command::Show { seed, data } => {
            use rand::SeedableRng;
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let arrival = teacher::packets::arrival(&mut rng, data, None);
            let (trace, ending) = teacher::trace(&arrival.packet, arrival.own);
            print!("{}", teacher::notation(&trace));
            println!(
                "{ending:02x?}, {} tokens, {} chosen",
                trace.len(),
                trace.iter().filter(|e| e.chosen).count()
            );
            Ok(())
        }
        Command::Vocabulary => {
            println!("{} {}", nano::vocabulary::VOCABULARY_VERSION, nano::vocabulary::Token::COUNT);
            Ok(())
        }
    }
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
