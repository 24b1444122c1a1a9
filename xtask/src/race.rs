//! `cargo xtask race`: how fast `softstack lint` goes through a large capture of correct traffic, beside
//! tshark and tcpdump on the same file in the same run. Rounds are interleaved, so that whatever else the
//! machine does hits all alike; ratios are to be trusted, absolutes less.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::Failure;
use crate::agree::generator::{build_softstack, generate};
use crate::bench::machine::Machine;
use contender::{Contender, Lap};
use report::Report;

mod contender;
mod report;
pub mod stopwatch;

/// Arguments of `cargo xtask race`.
#[derive(Args)]
pub struct Race {
    /// Rounds of each contender.
    #[arg(short, long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Packets of the generated capture; 500,000 make 230 MB.
    #[arg(short, long, default_value_t = 500_000, conflicts_with = "capture")]
    packets: u32,
    /// Seed of the generator.
    #[arg(long, default_value_t = 4)]
    seed: u64,
    /// Race on this pcap file instead of a generated one.
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
    /// The program that races; built if not given.
    #[arg(long, value_name = "FILE")]
    softstack: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

impl Race {
    /// Generates, measures and prints.
    pub fn run(self) -> Result<(), Failure> {
        let program = match &self.softstack {
            Some(program) => program.clone(),
            None => build_softstack()?,
        };
        let capture = match &self.capture {
            Some(capture) => capture.clone(),
            None => generate("race", self.packets, self.seed)?.join("race.pcap"),
        };
        // Reading all of it once also puts it into the page cache.
        let packets = count(&capture)?;
        let contenders = Contender::all(&program, &capture)?;
        let laps = self.laps(&contenders)?;
        let bytes = std::fs::metadata(&capture)?.len();
        let machine = Machine::here();
        let report = Report::new(machine, packets, bytes, self.rounds, &contenders, laps);
        match self.json {
            true => println!("{}", serde_json::to_string(&report)?),
            false => print!("{report}"),
        }
        Ok(())
    }

    /// Each contender once a round, so that all see the same machine; one round before that is not counted.
    fn laps(&self, contenders: &[Contender]) -> Result<Vec<Vec<Lap>>, Failure> {
        let mut laps = vec![Vec::new(); contenders.len()];
        for round in 0..=self.rounds {
            eprintln!("round {round} of {}", self.rounds);
            for (contender, laps) in contenders.iter().zip(&mut laps) {
                let lap = contender.lap()?;
                if round > 0 {
                    laps.push(lap);
                }
            }
        }
        Ok(laps)
    }
}

/// Packets of a little-endian pcap file, which is what the generator writes.
fn count(capture: &Path) -> Result<u64, Failure> {
    let mut file = io::BufReader::with_capacity(1 << 20, File::open(capture)?);
    let mut header = [0; 24];
    io::Read::read_exact(&mut file, &mut header)?;
    if header[..4] != [0xd4, 0xc3, 0xb2, 0xa1] {
        return Err(format!("{}: not a little-endian pcap file", capture.display()).into());
    }
    let (mut packets, mut record) = (0, [0; 16]);
    while io::Read::read_exact(&mut file, &mut record).is_ok() {
        let length = u32::from_le_bytes([record[8], record[9], record[10], record[11]]);
        let copied = io::copy(&mut io::Read::take(&mut file, u64::from(length)), &mut io::sink())?;
        if copied < u64::from(length) {
            return Err(format!("{}: ends in packet {}", capture.display(), packets + 1).into());
        }
        packets += 1;
    }
    Ok(packets)
}

/// The words of a command line.
fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_counted_to_the_last_byte() {
        let mut capture = vec![0xd4, 0xc3, 0xb2, 0xa1];
        capture.resize(24, 0);
        for length in [3u8, 5] {
            capture.extend([0, 0, 0, 0, 0, 0, 0, 0, length, 0, 0, 0, length, 0, 0, 0]);
            capture.resize(capture.len() + usize::from(length), 0xee);
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &capture).unwrap();
        assert_eq!(count(file.path()).unwrap(), 2);
        std::fs::write(file.path(), &capture[..capture.len() - 1]).unwrap();
        assert!(count(file.path()).is_err());
    }
}
