//! `cargo xtask bench`: what a ping costs when a language model answers it, beside the kernel and a
//! minimal responder on the same kind of device, in the same run. Rounds are interleaved, so that
//! whatever else the machine does hits all alike; medians and ratios are to be trusted, absolutes less.

use std::time::Duration;

use clap::Args;
use softstack::stack::median;

use crate::Failure;
use forward::Forward;
use machine::Machine;
use report::{Length, Report, Row, Setting};
use round::{Answerer, Plan, Round};

mod forward;
pub mod machine;
mod report;
pub mod round;

const ANSWERERS: [Answerer; 3] = [Answerer::Kernel, Answerer::Responder, Answerer::Nano];
/// Total lengths of the packets for nano alone: no data, ping's default, a datagram every host must
/// take (RFC 791), and nearly a full frame.
const LENGTHS: [usize; 4] = [28, 84, 576, 1400];
/// Thoughts about each length in a round.
const THOUGHTS: usize = 10;

/// Arguments of `cargo xtask bench`.
#[derive(Args)]
pub struct Bench {
    /// Pings a round with 56 bytes of data; a quarter of that with 1,372.
    #[arg(short, long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(8..))]
    count: u64,
    /// Rounds of each host in each setting.
    #[arg(short, long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: u64,
    /// Seconds between two pings; longer where nano needs longer, so that no ping waits for another.
    #[arg(short, long, default_value = "0.002", value_parser = interval)]
    interval: Duration,
    /// Use a veth pair even where a TUN device may be opened.
    #[arg(long)]
    veth: bool,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

fn interval(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(interval) if (0.001..=10.0).contains(&seconds) => Ok(interval),
        _ => Err("must be between 0.001 and 10 seconds".into()),
    }
}

/// One setting of ping and what was measured in it, round by round.
struct Series {
    payload: usize,
    interval: Duration,
    count: u64,
    rounds: [Vec<Round>; ANSWERERS.len()],
}

impl Bench {
    /// Measures and prints.
    pub fn run(self) -> Result<(), Failure> {
        let report = self.measure()?;
        match self.json {
            true => println!("{}", serde_json::to_string(&report)?),
            false => print!("{report}"),
        }
        Ok(())
    }

    fn measure(&self) -> Result<Report, Failure> {
        let machine = Machine::here();
        let mut forward = Forward::default();
        let mut series = self.series(&mut forward)?;
        let mut thoughts = LENGTHS.map(|bytes| (bytes, 0, Vec::new()));
        for number in 1..=self.rounds {
            eprintln!("round {number} of {}", self.rounds);
            for series in &mut series {
                series.round(self.veth)?;
            }
            for (bytes, tokens, times) in &mut thoughts {
                for _ in 0..THOUGHTS {
                    let thought = forward.think(*bytes)?;
                    *tokens = thought.tokens;
                    times.push(thought.milliseconds);
                }
            }
        }
        Ok(Report {
            machine,
            link: series[0].rounds[0][0].link.clone(),
            rounds: self.rounds,
            settings: series.into_iter().map(Series::finish).collect(),
            forward: thoughts
                .map(|(b, tokens, mut times)| Length::new(b, tokens, &mut times))
                .into(),
        })
    }

    /// Back to back only with little data: ping sends again after 10 ms even without a reply, so for
    /// a host that thinks longer it would measure the queue.
    fn series(&self, forward: &mut Forward) -> Result<[Series; 3], Failure> {
        let short = self.patient(forward.pace(84)?);
        let long = self.patient(forward.pace(1400)?);
        Ok([
            Series::new(56, short, self.count),
            Series::new(56, Duration::ZERO, self.count),
            Series::new(1372, long, self.count / 4),
        ])
    }

    /// The interval asked for, or three times what nano needs: busy machines falter.
    fn patient(&self, pace: Duration) -> Duration {
        self.interval.max(Duration::from_millis(3 * pace.as_millis() as u64 + 1))
    }
}

impl Forward {
    /// About how long nano thinks about a packet of that length.
    fn pace(&mut self, bytes: usize) -> Result<Duration, Failure> {
        let mut times = Vec::new();
        for _ in 0..THOUGHTS {
            times.push(self.think(bytes)?.milliseconds);
        }
        Ok(Duration::from_secs_f64(median(&mut times).unwrap_or_default() / 1e3))
    }
}

impl Series {
    fn new(payload: usize, interval: Duration, count: u64) -> Series {
        Series { payload, interval, count, rounds: Default::default() }
    }

    /// One round of each host.
    fn round(&mut self, veth: bool) -> Result<(), Failure> {
        let (count, payload, interval) =
            (self.count, self.payload, self.interval.as_micros() as u64);
        for (answerer, rounds) in ANSWERERS.into_iter().zip(&mut self.rounds) {
            rounds.push(Plan { answerer, veth, count, payload, interval }.run_apart()?);
        }
        Ok(())
    }

    fn finish(self) -> Setting {
        let rows = ANSWERERS.into_iter().zip(&self.rounds);
        let mut hosts: Vec<Row> = rows.map(|(host, rounds)| Row::new(host, rounds)).collect();
        let yardstick = hosts.iter().find(|row| row.host == Answerer::Responder);
        let yardstick = yardstick.map_or(f64::NAN, |row| row.median_ms);
        hosts.iter_mut().for_each(|row| row.ratio = row.median_ms / yardstick);
        let interval_ms = self.interval.as_secs_f64() * 1e3;
        Setting { payload: self.payload, interval_ms, count: self.count, hosts }
    }
}
