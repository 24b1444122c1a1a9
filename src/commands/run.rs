//! `softstack run`: the host behind a TUN device that the user prepared, until interrupted.

use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use softstack::link::Addresses;
use softstack::link::tun::Tun;
use softstack::stack::Stack;
use verify::Host;

use super::{Model, Outcome, Output};

/// Arguments of `softstack run`.
#[derive(Args)]
pub struct Run {
    /// Name of the TUN device. One that exists is used as it is; else it is made, and removed at the end.
    #[arg(long, value_name = "NAME", default_value = "softstack0")]
    tun: String,
    /// The model's address.
    #[arg(long, value_name = "IPV4", default_value = "10.0.0.1")]
    address: Ipv4Addr,
    /// The kernel's address on the device.
    #[arg(long, value_name = "IPV4", default_value = "10.0.0.2")]
    peer: Ipv4Addr,
    /// Length of the network prefix that both share, in bits.
    #[arg(long, value_name = "BITS", default_value_t = 24, value_parser = clap::value_parser!(u8).range(0..=32))]
    prefix: u8,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    model: Model,
}

impl Run {
    /// Runs the subcommand until SIGINT or SIGTERM.
    pub fn run(self) -> Outcome {
        let addresses = Addresses {
            kernel: self.peer,
            model: self.address,
            prefix: self.prefix,
            ..Addresses::default()
        };
        let thinkers = self.model.thinkers()?;
        let journal = self.output.journal()?;
        let tun = Tun::open(&self.tun)?;
        if !tun.existed() {
            tun.configure(&addresses)?;
        }
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        let host = Host { address: self.address, broadcast: super::broadcast(&addresses) };
        let stack = Stack::new(Arc::new(tun), thinkers, host, &journal);
        stack.run(&stop)?;
        Ok(ExitCode::SUCCESS)
    }
}
