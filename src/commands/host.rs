//! `softstack host`: a shell, or any command, in a private network whose one other host is a model.

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::thread;

use clap::{Args, ValueEnum};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use softstack::journal::Journal;
use softstack::link::{Addresses, Ipv6Addresses};
use softstack::sandbox::{Device, Interrupter, Sandbox, SandboxConfig};
use softstack::view::{Detail, View, tell};

use super::alongside::{alongside, exit_code, stack};
use super::{Model, Outcome};

/// Arguments of `softstack host`.
#[derive(Args)]
pub struct Host {
    /// What the model is linked by.
    #[arg(long, value_name = "LINK", default_value = "ethernet")]
    link: Wire,
    /// IPv4 alone.
    #[arg(long)]
    no_ipv6: bool,
    /// Write the journal to FILE: JSON Lines, or pcapng if its name ends in .pcapng. May be repeated.
    #[arg(long, value_name = "FILE")]
    journal: Vec<PathBuf>,
    /// Show on standard error how the model reasons; otherwise only what goes wrong is shown.
    #[arg(long)]
    show: bool,
    /// Show nothing at all.
    #[arg(long, short, conflicts_with = "show")]
    quiet: bool,
    #[command(flatten)]
    model: Model,
    /// What to run in the network, in place of the shell that $SHELL names.
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wire {
    /// An Ethernet: who wants to talk to the model must ask for its address first.
    Ethernet,
    /// Bare IP packets.
    Ip,
}

/// What those inside find.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Scene {
    link: Wire,
    /// Whether the model is told by programs to serve a page and a zone; nano alone is not.
    has_services: bool,
}

impl Host {
    /// Runs the subcommand; its exit code is the command's.
    pub fn run(self) -> Outcome {
        // Before the journal is begun: a model that cannot be asked shall not cost an old one.
        let thinkers = self.model.thinkers()?;
        let scene = Scene { link: self.link, has_services: thinkers.library.is_some() };
        let sandbox = Sandbox::start(self.plan(scene))?;
        let journal = self.journal()?;
        if let Some(reason) = sandbox.fallback().filter(|_| !self.quiet) {
            tell(&format!("softstack: a veth pair instead of a TUN or TAP device: {reason}"));
        }
        if self.command.is_empty() {
            super::print(&greeting(sandbox.addresses(), scene))?;
        }
        let stack = stack(sandbox.addresses(), sandbox.link(), thinkers, &journal);
        alongside(stack, || {
            let mut running = sandbox.run_attached(&self.words())?;
            pass_on_signals(running.interrupter())?;
            Ok(exit_code(running.wait()?))
        })
    }

    fn plan(&self, scene: Scene) -> SandboxConfig {
        let device = match scene.link {
            Wire::Ethernet => Device::Ethernet,
            Wire::Ip => Device::Auto,
        };
        let ipv6 = (!self.no_ipv6).then(Ipv6Addresses::default);
        let addresses = Addresses { ipv6, ..Addresses::default() };
        SandboxConfig { device, addresses, ..SandboxConfig::default() }
    }

    /// The journal with its files; on standard error, what the command shares with it.
    fn journal(&self) -> Result<Journal, Box<dyn Error>> {
        let mut journal = Journal::new();
        for path in &self.journal {
            journal.add_file(path)?;
        }
        if !self.quiet {
            let detail = if self.show { Detail::Full } else { Detail::Quiet };
            journal.add(View::new(anstream::AutoStream::auto(io::stderr()), detail));
        }
        Ok(journal)
    }

    fn words(&self) -> Vec<OsString> {
        if !self.command.is_empty() {
            return self.command.clone();
        }
        let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
        vec![shell.unwrap_or("/bin/sh".into())]
    }
}

/// Where the model is, and what may be tried on it.
fn greeting(addresses: &Addresses, Scene { link, has_services }: Scene) -> String {
    let model = addresses.model;
    let six = addresses.ipv6.as_ref().map(|six| six.model);
    let (and, on) = (
        six.map(|six| format!(" and {six}")).unwrap_or_default(),
        if link == Wire::Ethernet { " on an Ethernet" } else { "" },
    );
    let serves = |line: String| has_services.then_some(line);
    let tries = [
        Some(format!("ping {model}")),
        six.map(|six| format!("ping -6 {six}")),
        (link == Wire::Ethernet).then(|| format!("arping -c 3 {model}")),
        Some(format!("traceroute -n {model}")),
        // A thousand ports are nothing to nano, and cost something with a hosted model.
        Some(format!("nmap -n {}{model}", if has_services { "-p 22,80 " } else { "" })),
        Some(format!("echo hello | nc -u -w 1 {model} 7")),
        serves(format!("curl http://{model}/")),
        serves(format!("dig @{model} softstack.example")),
    ];
    let tries: String = tries.iter().flatten().map(|it| format!("    {it}\n")).collect();
    format!(
        "The model is the host {model}{and}{on}, and this shell is its neighbour. Try:\n{tries}`exit` ends both.\n"
    )
}

/// The terminal's signals are the command's, which gets them from it; those that are sent to this process
/// alone end the command, and so this process.
fn pass_on_signals(command: Interrupter) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGQUIT, SIGTERM, SIGHUP])?;
    let has_terminal = io::stdin().is_terminal();
    thread::spawn(move || {
        for signal in signals.forever() {
            // If it has ended already, all is well too.
            let _ = match signal {
                SIGINT | SIGQUIT if has_terminal => Ok(()),
                SIGINT | SIGQUIT => command.interrupt(),
                _ => command.hang_up(),
            };
        }
    });
    Ok(())
}
