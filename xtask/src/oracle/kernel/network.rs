//! A network namespace with one device, and a kernel in it that keeps quiet and drops nothing for other reasons
//! than the packet's own.

use std::fs;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CloneFlags, unshare};
use softstack::link::tun::{Kind, Tun};
use softstack::link::{Addresses, Ipv6Addresses};
use wire::Link;

use crate::Failure;
use crate::oracle::packet::{HOST, HOST_MAC, HOST6, PEER, PEER_MAC, PEER6};

const DEVICE: &str = "oracle0";
/// How long the kernel may take to use an address, and how often we look.
const PATIENCE: Duration = Duration::from_secs(5);
const PULSE: Duration = Duration::from_millis(1);

/// Files below /proc/sys/net and what they hold. A new namespace may have what its maker's has.
const SETTINGS: [(&str, &str); 20] = [
    ("ipv4/ip_forward", "0"),
    ("ipv6/conf/all/forwarding", "0"),
    ("ipv4/icmp_ratelimit", "0"),
    ("ipv6/icmp/ratelimit", "0"),
    ("ipv4/icmp_echo_ignore_all", "0"),
    ("ipv4/icmp_echo_ignore_broadcasts", "1"),
    ("ipv6/icmp/echo_ignore_all", "0"),
    ("ipv6/icmp/echo_ignore_multicast", "0"),
    ("ipv4/conf/all/rp_filter", "0"),
    ("ipv4/conf/default/rp_filter", "0"),
    ("ipv4/conf/all/accept_source_route", "0"),
    ("ipv4/conf/all/arp_ignore", "0"),
    ("ipv4/conf/default/arp_ignore", "0"),
    ("ipv4/conf/all/arp_filter", "0"),
    ("ipv4/conf/default/arp_filter", "0"),
    ("ipv4/conf/all/log_martians", "0"),
    ("ipv6/conf/all/disable_ipv6", "0"),
    ("ipv6/conf/default/disable_ipv6", "0"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
];

/// Leaves this thread's network namespace for a fresh one, and makes the device in it.
pub fn enter(link: Link) -> Result<OwnedFd, Failure> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(|errno| format!("unshare(CLONE_NEWNET): {errno}"))?;
    for (file, value) in SETTINGS {
        let file = format!("/proc/sys/net/{file}");
        fs::write(&file, value).map_err(|error| format!("{file}: {error}"))?;
    }
    let tun = Tun::open(DEVICE, if link == Link::Ethernet { Kind::Tap } else { Kind::Tun })?;
    tun.configure(&addresses())?;
    ip(link)?;
    wait_for_ipv6()?;
    Ok(tun.into_descriptor())
}

/// The kernel is here what the model is elsewhere.
fn addresses() -> Addresses {
    Addresses {
        kernel: HOST,
        model: PEER,
        ipv6: Some(Ipv6Addresses { kernel: HOST6, model: PEER6, prefix: 64 }),
        kernel_mac: HOST_MAC,
        model_mac: PEER_MAC,
        ..Addresses::default()
    }
}

/// What only ip(8) does for us: the loopback device up, a way back to every source, and us known so that nobody
/// asks where we are.
fn ip(link: Link) -> Result<(), Failure> {
    let mut orders = String::from("link set lo up\n");
    for peer in [PEER.to_string(), PEER6.to_string()] {
        orders += &format!("route add default via {peer} dev {DEVICE}\n");
        if link == Link::Ethernet {
            let known =
                format!("neigh replace {peer} lladdr {PEER_MAC} nud permanent dev {DEVICE}\n");
            orders += &known;
        }
    }
    let started = Command::new("ip").args(["-batch", "-"]).stdin(Stdio::piped()).spawn();
    let mut child = started.map_err(|error| format!("starting ip: {error}"))?;
    child.stdin.take().ok_or("ip: no standard input")?.write_all(orders.as_bytes())?;
    match child.wait()?.success() {
        true => Ok(()),
        false => Err("ip -batch: the loopback device, the routes, or our own entries".into()),
    }
}

/// The kernel takes an IPv6 address into use some time after it was given it.
fn wait_for_ipv6() -> Result<(), Failure> {
    let own: String = HOST6.octets().iter().map(|octet| format!("{octet:02x}")).collect();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let routes = fs::read_to_string("/proc/thread-self/net/ipv6_route")?;
        if routes.lines().any(|route| route.starts_with(&own)) {
            return Ok(());
        }
        thread::sleep(PULSE);
    }
    Err(format!("{HOST6} was not in use after {PATIENCE:?}").into())
}
