//! The inner half of the sandbox: a fresh process of this program, inside the private namespaces.
//!
//! It enters them, makes the device, hands the descriptor out, and then starts commands when asked.
//! When the outer half goes away, however that happens, it takes every command down with it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use netlink_packet_route::link::LinkFlags;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getegid, geteuid, setpgid};

use super::channel::Channel;
use super::commands::{Attended, start};
use super::{Device, LOOPBACK, SandboxConfig};
use crate::link::netlink::Netlink;
use crate::link::raw::{self, IcmpSocket};
use crate::link::tun::{Kind, Tun, TunError};
use crate::link::veth::PacketSocket;

/// The loopback device's index: in a new network namespace it is always the first.
const LOOPBACK_INDEX: u32 = 1;

/// How often it is looked for processes to take down, each time a millisecond later.
const ROUNDS: u32 = 500;

/// What the hidden subcommand `__sandbox` does; `arguments` are those after it.
///
/// Standard input must be the channel to the outer half, as `Sandbox::start` arranges.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let Some(plan) = SandboxConfig::from_arguments(arguments) else { return by_hand() };
    let Ok(channel) = io::stdin().as_fd().try_clone_to_owned().map(Channel::from) else {
        return by_hand();
    };
    let told = match prepare(&plan) {
        Ok(ready) => ready.tell(&channel),
        Err(refusal) => refusal.tell(&channel).and(Err(io::ErrorKind::Other.into())),
    };
    match told.and_then(|()| serve(&channel)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn by_hand() -> ExitCode {
    eprintln!("softstack: __sandbox is started by softstack itself; try `softstack ping`");
    ExitCode::from(2)
}

/// A device, and what the outer half must know to use it.
struct Ready {
    made: Device,
    index: u32,
    fallback: String,
    descriptor: OwnedFd,
}

impl Ready {
    fn tell(&self, channel: &Channel) -> io::Result<()> {
        let index = self.index.to_string();
        let words = ["ready", self.made.word(), &index, &self.fallback];
        channel.send(&words, &[self.descriptor.as_fd()])
    }
}

/// Why there is no device.
enum Refusal {
    Namespaces { call: String, errno: Errno },
    Device(String),
}

impl Refusal {
    fn tell(&self, channel: &Channel) -> io::Result<()> {
        match self {
            Refusal::Namespaces { call, errno } => {
                channel.send(&["denied", call, &(*errno as i32).to_string()], &[])
            }
            Refusal::Device(text) => channel.send(&["failed", text], &[]),
        }
    }
}

fn prepare(plan: &SandboxConfig) -> Result<Ready, Refusal> {
    // A group of its own: the terminal's Ctrl-C reaches the outer half alone, which passes it on,
    // and at the end the whole group can be taken down.
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
    enter_namespaces()?;
    quieten(plan.addresses.ipv6.is_some());
    bring_up_loopback()?;
    make_device(plan)
}

/// Leaves the user's and the host's network namespace for fresh ones, where we are root.
fn enter_namespaces() -> Result<(), Refusal> {
    let (user, group) = (geteuid(), getegid());
    let network = CloneFlags::CLONE_NEWNET;
    match unshare(CloneFlags::CLONE_NEWUSER | network) {
        Ok(()) => map_to_root(user.as_raw(), group.as_raw()),
        // The host's root may make a network namespace where user namespaces are switched off.
        Err(errno) => unshare(network).map_err(|_| Refusal::Namespaces {
            call: "unshare(CLONE_NEWUSER | CLONE_NEWNET)".into(),
            errno,
        }),
    }
}

/// Makes our user and group outside root's inside (user_namespaces(7)).
fn map_to_root(user: u32, group: u32) -> Result<(), Refusal> {
    // With file capabilities /proc/self belongs to root and we could not write to it.
    let _ = prctl::set_dumpable(true);
    // Without privilege, groups may be mapped only once it is given up to change them.
    write("/proc/self/setgroups", "deny")?;
    write("/proc/self/uid_map", &format!("0 {user} 1"))?;
    write("/proc/self/gid_map", &format!("0 {group} 1"))
}

fn write(file: &str, text: &str) -> Result<(), Refusal> {
    fs::write(file, text).map_err(|error| denied(&format!("writing {file}"), &error))
}

fn denied(call: &str, error: &io::Error) -> Refusal {
    let errno = Errno::from_raw(error.raw_os_error().unwrap_or_default());
    Refusal::Namespaces { call: call.into(), errno }
}

/// Keeps the kernel's own IPv6 packets off the link and lets every `ping` open its socket.
///
/// A container may mount /proc/sys read-only; then the link is a little noisier, and ping still
/// works because it is root here.
fn quieten(has_ipv6: bool) {
    let set = |file: &str, value: &str| {
        let _ = fs::write(format!("/proc/sys/net/{file}"), value);
    };
    for devices in ["all", "default"] {
        set(&format!("ipv6/conf/{devices}/disable_ipv6"), if has_ipv6 { "0" } else { "1" });
    }
    set("ipv4/ping_group_range", "0 0");
}

fn bring_up_loopback() -> Result<(), Refusal> {
    let up = Netlink::open().and_then(|it| it.set_flags(LOOPBACK_INDEX, LinkFlags::Up));
    up.map_err(|error| denied("bringing up the loopback device", &error))
}

fn make_device(plan: &SandboxConfig) -> Result<Ready, Refusal> {
    let preferred = match plan.device {
        Device::Raw => return make_raw(plan).map_err(Refusal::Device),
        Device::Veth | Device::EthernetVeth => return make_veth(plan, plan.device, String::new()),
        Device::Auto | Device::Tun => make_tun(plan, Device::Tun, Kind::Tun),
        Device::Ethernet | Device::Tap => make_tun(plan, Device::Tap, Kind::Tap),
    };
    let fallback = match plan.device {
        Device::Auto => Device::Veth,
        Device::Ethernet => Device::EthernetVeth,
        _ => return preferred.map_err(|error| Refusal::Device(error.to_string())),
    };
    preferred.or_else(|error| make_veth(plan, fallback, error.to_string()))
}

fn make_tun(plan: &SandboxConfig, made: Device, kind: Kind) -> Result<Ready, TunError> {
    let tun = Tun::open(&plan.name, kind)?;
    tun.configure(&plan.addresses)?;
    let descriptor = tun.into_descriptor();
    Ok(Ready { made, index: 0, fallback: String::new(), descriptor })
}

fn make_veth(plan: &SandboxConfig, made: Device, fallback: String) -> Result<Ready, Refusal> {
    let carries =
        if made == Device::EthernetVeth { wire::Link::Ethernet } else { wire::Link::RawIp };
    match PacketSocket::make_pair(&plan.name, &plan.addresses, carries) {
        Ok((socket, index)) => {
            Ok(Ready { made, index, fallback, descriptor: socket.into_descriptor() })
        }
        Err(error) if fallback.is_empty() => {
            Err(Refusal::Device(format!("making a veth pair failed: {error}")))
        }
        Err(error) => Err(Refusal::Device(format!("{fallback}; a veth pair failed too: {error}"))),
    }
}

/// Both ends are addresses of the loopback device, and the kernel answers at neither: this network is
/// ours alone, so it may be silenced without asking.
fn make_raw(plan: &SandboxConfig) -> Result<Ready, String> {
    raw::silence_kernel().map_err(|error| {
        format!(
            "{error}, so the kernel would answer too; most containers mount /proc/sys read-only: \
             start this one with `--security-opt systempaths=unconfined`, or go on with --wire tun \
             or --wire memory"
        )
    })?;
    Netlink::open()
        .and_then(|netlink| netlink.add_both_addresses(LOOPBACK_INDEX, &plan.addresses))
        .map_err(|error| format!("adding the addresses to {LOOPBACK}: {error}"))?;
    let socket =
        IcmpSocket::open(LOOPBACK, plan.addresses.model).map_err(|error| error.to_string())?;
    let descriptor = socket.into_descriptor();
    Ok(Ready { made: Device::Raw, index: LOOPBACK_INDEX, fallback: String::new(), descriptor })
}

/// Starts commands and passes signals and exit statuses until the outer half is gone.
fn serve(channel: &Channel) -> io::Result<()> {
    let ended = child_signals()?;
    let mut commands: Vec<Attended> = Vec::new();
    loop {
        let ready = wait(channel, &ended, &commands)?;
        // Orders come before ends: a command that has ended is still there to be signalled.
        for (command, _) in commands.iter_mut().zip(&ready[2..]).filter(|(_, ready)| **ready) {
            command.obey()?;
        }
        if ready[1] {
            while ended.read_signal()?.is_some() {}
            commands.retain_mut(|command| !command.has_ended());
        }
        if ready[0] {
            match channel.receive()? {
                Some(request) => commands.extend(start(request)),
                None => take_all_down(),
            }
        }
    }
}

/// A descriptor that is readable once a child has ended; the signal itself no longer interrupts.
fn child_signals() -> io::Result<SignalFd> {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals.thread_block()?;
    Ok(SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?)
}

/// Sleeps until the channel, the children's ends or some command's starter has something to say.
fn wait(channel: &Channel, ended: &SignalFd, commands: &[Attended]) -> io::Result<Vec<bool>> {
    let own = [channel.as_fd(), ended.as_fd()];
    let sources = own.into_iter().chain(commands.iter().map(|command| command.channel.as_fd()));
    let mut watched: Vec<PollFd> = sources.map(|fd| PollFd::new(fd, PollFlags::POLLIN)).collect();
    while let Err(errno) = poll(&mut watched, PollTimeout::NONE) {
        if errno != Errno::EINTR {
            return Err(errno.into());
        }
    }
    Ok(watched.iter().map(|source| source.any().unwrap_or(true)).collect())
}

/// The outer half is gone: nothing that we started, or that came to be in our network, shall outlive it.
fn take_all_down() -> ! {
    for _ in 0..ROUNDS {
        let others = others_inside();
        if others.is_empty() {
            break;
        }
        for other in others {
            let _ = kill(other, Signal::SIGKILL);
        }
        thread::sleep(Duration::from_millis(1));
    }
    // Group 0 is our own, this process included; the exit is for a kernel that disagrees.
    let _ = kill(Pid::from_raw(0), Signal::SIGKILL);
    std::process::exit(0)
}

/// Every process in our network namespace but this one. A shell's jobs are neither our children nor of our
/// group, and whatever lives may have had children since it was last seen.
fn others_inside() -> Vec<Pid> {
    let network = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
    let Some(inside) = network("self") else { return Vec::new() };
    let names = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = names.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let others = numbers.filter(|number| *number != std::process::id() as i32);
    let there = others.filter(|number| network(&number.to_string()).as_ref() == Some(&inside));
    there.map(Pid::from_raw).collect()
}
