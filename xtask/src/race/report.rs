//! The result of a race, as a table or as JSON.

use std::fmt;

use serde::Serialize;
use softstack::stack::median;

use super::contender::{Contender, Lap};
use crate::bench::machine::Machine;

/// Everything measured.
#[derive(Serialize)]
pub struct Report {
    machine: Machine,
    packets: u64,
    bytes: u64,
    rounds: u32,
    rows: Vec<Row>,
}

/// One contender; medians over the rounds.
#[derive(Serialize)]
struct Row {
    name: String,
    cores: &'static str,
    packets_per_second: f64,
    /// Of the fastest and the slowest round.
    fastest: f64,
    slowest: f64,
    processor_seconds: f64,
    peak_mib: f64,
    /// The share of the machine that other processes took, in the median round.
    others: f64,
    /// How many times as fast as tshark.
    over_tshark: f64,
    /// How many times as fast as tcpdump.
    over_tcpdump: f64,
}

impl Report {
    /// Puts the rounds together.
    pub fn new(
        machine: Machine,
        packets: u64,
        bytes: u64,
        rounds: u32,
        contenders: &[Contender],
        laps: Vec<Vec<Lap>>,
    ) -> Report {
        let mut rows: Vec<Row> =
            contenders.iter().zip(&laps).map(|(c, laps)| Row::new(c, packets, laps)).collect();
        let speed = |name: &str| {
            rows.iter()
                .find(|row| row.name.starts_with(name))
                .map_or(f64::NAN, |row| row.packets_per_second)
        };
        let (tshark, tcpdump) = (speed("tshark"), speed("tcpdump"));
        for row in &mut rows {
            row.over_tshark = row.packets_per_second / tshark;
            row.over_tcpdump = row.packets_per_second / tcpdump;
        }
        Report { machine, packets, bytes, rounds, rows }
    }
}

impl Row {
    fn new(contender: &Contender, packets: u64, laps: &[Lap]) -> Row {
        let mut speeds: Vec<f64> = laps.iter().map(|lap| packets as f64 / lap.seconds).collect();
        let mut work: Vec<f64> = laps.iter().map(|lap| lap.processor_seconds).collect();
        let mut others: Vec<f64> = laps.iter().map(|lap| lap.others).collect();
        let peak = laps.iter().map(|lap| lap.peak_kib).max().unwrap_or_default();
        Row {
            name: contender.name.clone(),
            cores: contender.cores,
            packets_per_second: median(&mut speeds).unwrap_or(f64::NAN),
            fastest: speeds.iter().copied().fold(0.0, f64::max),
            slowest: speeds.iter().copied().fold(f64::INFINITY, f64::min),
            processor_seconds: median(&mut work).unwrap_or(f64::NAN),
            peak_mib: peak as f64 / 1024.0,
            others: median(&mut others).unwrap_or(f64::NAN),
            over_tshark: f64::NAN,
            over_tcpdump: f64::NAN,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { machine, packets, bytes, rounds, rows } = self;
        writeln!(f, "{machine}")?;
        writeln!(f, "{packets} packets, {} MB, {rounds} rounds, medians\n", bytes / 1_000_000)?;
        writeln!(
            f,
            "{:<28}{:>12}{:>24}{:>8}{:>10}{:>8}{:>10}{:>11}",
            "",
            "packets/s",
            "slowest to fastest",
            "CPU s",
            "peak MiB",
            "others",
            "x tshark",
            "x tcpdump"
        )?;
        for row in rows {
            let range = format!("{:.0} to {:.0}", row.slowest, row.fastest);
            writeln!(
                f,
                "{:<28}{:>12.0}{range:>24}{:>8.2}{:>10.1}{:>7.0}%{:>10.2}{:>11.2}",
                row.name,
                row.packets_per_second,
                row.processor_seconds,
                row.peak_mib,
                100.0 * row.others,
                row.over_tshark,
                row.over_tcpdump
            )?;
        }
        writeln!(f, "(others: the share of the machine that other processes took meanwhile)")
    }
}
