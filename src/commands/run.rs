//! `softstack run`: the host behind a TUN or TAP device, or at an interface's address, until interrupted.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use softstack::link::raw::{self, Assigned, IcmpSocket};
use softstack::link::tun::{Kind, Tun};
use softstack::link::{Addresses, Ipv6Addresses, Link};
use softstack::stack::{Stack, host};
use softstack::view::tell;
use verify::Host;

use super::cidr::{Cidr, hosts, hosts_6};
use super::{Model, Outcome, Output};

/// Bits of the network where the address was given without.
const PREFIX: u8 = 24;
/// The same of IPv6.
const PREFIX_6: u8 = 64;
/// What a person must know who sees every ping answered twice.
const KERNEL_ANSWERS: &str = "softstack: the kernel answers pings to this machine's addresses too, so \
    each ping gets two replies; leave them to the model with `sudo sysctl -w \
    net.ipv4.icmp_echo_ignore_all=1`, inside the network namespace if this is one of your own";

/// Arguments of `softstack run`.
#[derive(Args)]
pub struct Run {
    /// Name of the TUN device. One that exists is used as it is; else it is made, and removed at the end.
    #[arg(long, value_name = "NAME", default_value = "softstack0")]
    tun: String,
    /// Be on an Ethernet instead, behind the TAP device of this name.
    #[arg(long, value_name = "NAME", conflicts_with = "tun")]
    tap: Option<String>,
    /// Answer at an interface of this machine instead, with a raw socket; the kernel should then not
    /// answer too: docs/raw.md.
    #[arg(long, value_name = "IFACE", conflicts_with_all = ["tun", "tap", "peer", "keep"])]
    raw: Option<String>,
    /// The model's address and network [default: 10.0.0.1/24; with --raw, the interface's first].
    #[arg(long, value_name = "CIDR")]
    address: Option<Cidr>,
    /// The kernel's address on the device [default: the lowest other of the network].
    #[arg(long, value_name = "IPV4")]
    peer: Option<Ipv4Addr>,
    /// An IPv6 address and network of the model too; the kernel gets the lowest other.
    #[arg(long, value_name = "CIDR", conflicts_with = "raw")]
    ipv6: Option<Cidr<Ipv6Addr>>,
    /// Leave the device in place at the end, for the next run to take over.
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    model: Model,
}

impl Run {
    /// Runs the subcommand until SIGINT or SIGTERM.
    pub fn run(self) -> Outcome {
        let thinkers = self.model.thinkers()?;
        let (link, host) = match &self.raw {
            Some(interface) => self.at_interface(interface)?,
            None => self.behind_tun()?,
        };
        // Last: a run that cannot begin shall not cost an old journal.
        let journal = self.output.journal()?;
        let stop = super::interrupted()?;
        let stack = Stack::new(link, thinkers, host, &journal);
        stack.run(&stop)?;
        Ok(ExitCode::SUCCESS)
    }

    fn behind_tun(&self) -> Result<(Arc<dyn Link>, Host), Box<dyn Error>> {
        let addresses = self.tun_addresses()?;
        let tun = match &self.tap {
            Some(name) => Tun::open(name, Kind::Tap)?,
            None => Tun::open(&self.tun, Kind::Tun)?,
        };
        // A device that was left in place or prepared with a peer says whom it leads to.
        let known = tun.peer().filter(|_| tun.existed() && self.address.is_none());
        if let Some((model, prefix)) = known {
            let addresses = Addresses { model, prefix, ..addresses };
            return Ok(with_host(Arc::new(tun), &addresses));
        }
        if !tun.existed() {
            tun.configure(&addresses)?;
        }
        if self.keep {
            tun.keep()?;
        }
        Ok(with_host(Arc::new(tun), &addresses))
    }

    fn tun_addresses(&self) -> Result<Addresses, String> {
        let given =
            self.address.unwrap_or(Cidr { address: Ipv4Addr::new(10, 0, 0, 1), prefix: None });
        let (model, prefix) = (given.address, given.prefix.unwrap_or(PREFIX));
        let hosts = hosts(model, prefix);
        if matches!(model.octets()[0], 0 | 127 | 224..) {
            return Err(format!("{model} is no address that a host on a link can have"));
        }
        if !hosts.contains(&model.into()) {
            return Err(format!(
                "{model}/{prefix} is no host's address: hosts of this network have {} to {}",
                Ipv4Addr::from(*hosts.start()),
                Ipv4Addr::from(*hosts.end()),
            ));
        }
        let lowest_other = hosts.map(Ipv4Addr::from).find(|other| *other != model);
        match self.peer.or(lowest_other) {
            None => Err(format!("{model}/{prefix} has no address for the kernel: say --peer IPV4")),
            Some(kernel) if kernel == model => {
                Err(format!("{model} cannot be the model's address and the kernel's"))
            }
            Some(kernel) => {
                let ipv6 = self.ipv6.map(ipv6_addresses).transpose()?;
                Ok(Addresses { kernel, model, prefix, ipv6, ..Addresses::default() })
            }
        }
    }

    fn at_interface(&self, interface: &str) -> Result<(Arc<dyn Link>, Host), Box<dyn Error>> {
        let own = own_address(interface, self.address)?;
        let socket = IcmpSocket::open(interface, own.address)?;
        if raw::kernel_answers() {
            tell(KERNEL_ANSWERS);
        }
        let addresses =
            Addresses { model: own.address, prefix: own.prefix, ..Addresses::default() };
        Ok(with_host(Arc::new(socket), &addresses))
    }
}

/// The model's address of IPv6, and the kernel's beside it.
fn ipv6_addresses(given: Cidr<Ipv6Addr>) -> Result<Ipv6Addresses, String> {
    let (model, prefix) = (given.address, given.prefix.unwrap_or(PREFIX_6));
    let mut hosts = hosts_6(model, prefix);
    let nobodys = model.is_multicast() || model.is_loopback() || model.is_unspecified();
    if nobodys || !hosts.contains(&model.into()) {
        return Err(format!("{model}/{prefix} is no address that a host on a link can have"));
    }
    let kernel = hosts.find(|other| *other != model.into()).map(Ipv6Addr::from);
    let kernel = kernel.ok_or_else(|| format!("{model}/{prefix} has no address for the kernel"))?;
    Ok(Ipv6Addresses { kernel, model, prefix })
}

/// A link, and who the model is on it.
fn with_host(link: Arc<dyn Link>, addresses: &Addresses) -> (Arc<dyn Link>, Host) {
    let host = host(addresses, &*link);
    (link, host)
}

/// The address that was asked for, if it is the interface's; else its first.
fn own_address(interface: &str, wanted: Option<Cidr>) -> Result<Assigned, Box<dyn Error>> {
    let assigned = raw::addresses(interface)?;
    let Some(wanted) = wanted else { return Ok(assigned[0]) };
    let asked_for = |own: &&Assigned| {
        own.address == wanted.address && wanted.prefix.is_none_or(|prefix| own.prefix == prefix)
    };
    assigned.iter().find(asked_for).copied().ok_or_else(|| {
        let has: Vec<String> =
            assigned.iter().map(|own| format!("{}/{}", own.address, own.prefix)).collect();
        format!("{wanted} is no address of the interface {interface}, which has {}", has.join(", "))
            .into()
    })
}
