//! A set of programs: those that are shipped, with those of a folder in their places or beside them; and
//! which of them a packet chooses.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use verify::{Ports, Speaks};
use wire::{Packet, dissect};

use super::{Claim, Mistake, Program, ROOT, Source, check};

/// The shipped programs: name and text.
const SHIPPED: &[(&str, &str)] = &[
    ("host.md", include_str!("../../programs/host.md")),
    ("arp.md", include_str!("../../programs/arp.md")),
    ("dhcp.md", include_str!("../../programs/dhcp.md")),
    ("dns.md", include_str!("../../programs/dns.md")),
    ("echo.md", include_str!("../../programs/echo.md")),
    ("ethernet.md", include_str!("../../programs/ethernet.md")),
    ("http.md", include_str!("../../programs/http.md")),
    ("icmp.md", include_str!("../../programs/icmp.md")),
    ("icmpv6.md", include_str!("../../programs/icmpv6.md")),
    ("ipv4.md", include_str!("../../programs/ipv4.md")),
    ("ipv6.md", include_str!("../../programs/ipv6.md")),
    ("neighbor.md", include_str!("../../programs/neighbor.md")),
    ("tcp.md", include_str!("../../programs/tcp.md")),
    ("udp.md", include_str!("../../programs/udp.md")),
];

static SHIPPED_PROGRAMS: LazyLock<Programs> = LazyLock::new(|| {
    let parse = |(file, text): &(&str, &str)| match Program::parse(file, text) {
        Ok(program) => Program { source: Source::Shipped, ..program },
        // A test reads them all, so no build that passes its tests gets here.
        Err(mistakes) => panic!("a shipped program is broken: {}", super::report(&mistakes)),
    };
    Programs::new(SHIPPED.iter().map(parse))
});

/// Programs by name, in the order in which they are told to a model: those that stand on the fewest others
/// first, and those of one height by name.
#[derive(Clone, Debug, Default)]
pub struct Programs {
    list: Vec<Arc<Program>>,
    /// Those that stand on themselves, or on what is not there; no packet chooses them.
    adrift: Vec<Arc<Program>>,
}

impl Programs {
    /// A set of these. Of two with one name the later counts.
    pub fn new(programs: impl IntoIterator<Item = Program>) -> Programs {
        let shared = programs.into_iter().map(Arc::new);
        Programs::of(shared.map(|program| (program.name.clone(), program)).collect())
    }

    /// Those that are part of softstack.
    pub fn shipped() -> Programs {
        SHIPPED_PROGRAMS.clone()
    }

    /// This set with `programs` added, each in the place of the one that has its name.
    #[must_use]
    pub fn with(&self, programs: impl IntoIterator<Item = Program>) -> Programs {
        let mut all: BTreeMap<_, _> =
            self.all().map(|program| (program.name.clone(), Arc::clone(program))).collect();
        all.extend(programs.into_iter().map(|program| (program.name.clone(), Arc::new(program))));
        Programs::of(all)
    }

    fn of(mut rest: BTreeMap<String, Arc<Program>>) -> Programs {
        let mut list: Vec<Arc<Program>> = Vec::new();
        // One height after the other: those of which every program under them has its place.
        loop {
            let placed = |name: &String| list.iter().any(|program| program.name == *name);
            let ready = |program: &&Arc<Program>| {
                let known = |name: &&String| placed(name) || rest.contains_key(*name);
                program.name == ROOT
                    || program.over.iter().any(placed)
                        && program.over.iter().filter(known).all(placed)
            };
            let level: Vec<Arc<Program>> = rest.values().filter(ready).cloned().collect();
            if level.is_empty() {
                return Programs { list, adrift: rest.into_values().collect() };
            }
            level.iter().for_each(|program| _ = rest.remove(&program.name));
            list.extend(level);
        }
    }

    /// What is wrong among them: programs that stand on none there is or on themselves, and pairs that claim
    /// the same packets. In the order of files and lines.
    pub fn check(&self) -> Vec<Mistake> {
        check::check(self)
    }

    /// The programs for a packet, in the order in which they are told to a model: the root alone where no
    /// program claims it.
    pub fn choose(&self, packet: &Packet) -> Vec<Arc<Program>> {
        let dissection = dissect::frame(packet);
        let mut chosen: Vec<Arc<Program>> = Vec::new();
        for program in &self.list {
            let on = |name: &String| chosen.iter().any(|under| under.name == *name);
            let claims = |claim: &Claim| claim.holds(&dissection);
            let stands = program.over.iter().any(on) && program.claims.iter().any(claims);
            if program.name == ROOT || stands {
                chosen.push(Arc::clone(program));
            }
        }
        chosen
    }

    /// The programs of those names, in their order.
    pub fn select(&self, names: &[&str]) -> Vec<Arc<Program>> {
        let wanted = |program: &&Arc<Program>| names.contains(&program.name.as_str());
        self.list.iter().filter(wanted).cloned().collect()
    }

    /// The programs in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Program> {
        self.list.iter().map(AsRef::as_ref)
    }

    /// The program of that name.
    pub fn named(&self, name: &str) -> Option<&Program> {
        self.all().find(|program| program.name == name).map(AsRef::as_ref)
    }

    /// Whether there is a program of that name.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).is_some()
    }

    /// The programs of the packet of which a model is told most: the longest way from the root upwards.
    pub fn longest_chain(&self) -> Vec<Arc<Program>> {
        let length =
            |chain: &&Vec<Arc<Program>>| chain.iter().map(|it| it.text.len()).sum::<usize>();
        let mut chains: Vec<Vec<Arc<Program>>> = Vec::new();
        for program in &self.list {
            let is_under = |top: &Arc<Program>| program.over.contains(&top.name);
            let below = chains.iter().filter(|chain| chain.last().is_some_and(is_under));
            let mut chain = below.max_by_key(length).cloned().unwrap_or_default();
            chain.push(Arc::clone(program));
            chains.push(chain);
        }
        chains.iter().max_by_key(length).cloned().unwrap_or_default()
    }

    /// What a host with these programs speaks: at the ports that they claim it listens.
    pub fn speaks(&self) -> Speaks {
        let ports =
            |name: &str, ports: Vec<(u16, u16)>| self.has(name).then_some(Ports(ports.into()));
        Speaks {
            icmp: self.has("icmp"),
            udp: ports("udp", self.udp_ports()),
            tcp: ports("tcp", self.tcp_ports()),
            own_types: self
                .icmp_types()
                .into_iter()
                .flat_map(|(first, last)| first..=last)
                .collect(),
        }
    }

    /// The TCP ports that programs claim, as ranges with both ends, in order: the host's open ports.
    pub fn tcp_ports(&self) -> Vec<(u16, u16)> {
        self.claimed("tcp.destination_port", |_| true)
    }

    /// The UDP ports that programs claim, as ranges with both ends, in order: the host's open ports.
    pub fn udp_ports(&self) -> Vec<(u16, u16)> {
        self.claimed("udp.destination_port", |_| true)
    }

    /// The ICMP types that programs over `icmp` claim, as ranges with both ends, in order.
    pub fn icmp_types(&self) -> Vec<(u8, u8)> {
        let over = |program: &Program| program.over.iter().any(|name| name == "icmp");
        self.claimed("icmp.type", over)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Program>> {
        self.list.iter().chain(&self.adrift)
    }

    pub(super) fn adrift(&self) -> &[Arc<Program>] {
        &self.adrift
    }

    /// The numbers that programs claim for a field: ranges that do not touch.
    fn claimed<N>(&self, field: &str, by: impl Fn(&Program) -> bool) -> Vec<(N, N)>
    where
        N: TryFrom<u32> + Into<u32> + Bounded,
    {
        let claims = self.iter().filter(|program| by(program)).flat_map(|program| &program.claims);
        let most = N::MOST.into();
        let mut ranges: Vec<_> = claims.flat_map(|claim| claim.ranges(field, most)).collect();
        ranges.sort_unstable();
        ranges.dedup_by(|next, range| {
            let touches = next.0 <= range.1.saturating_add(1);
            if touches {
                range.1 = range.1.max(next.1);
            }
            touches
        });
        let number = |range: (u32, u32)| Some((range.0.try_into().ok()?, range.1.try_into().ok()?));
        ranges.into_iter().filter_map(number).collect()
    }
}

/// Numbers with a greatest.
trait Bounded {
    const MOST: Self;
}

impl Bounded for u8 {
    const MOST: u8 = u8::MAX;
}

impl Bounded for u16 {
    const MOST: u16 = u16::MAX;
}
