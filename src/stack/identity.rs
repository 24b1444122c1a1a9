//! Who the host is at the moment: its addresses, which stay, and what it speaks, which its programs say and
//! whoever edits them changes.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use verify::Host;
use wire::Packet;

use crate::link::{Addresses, Link};
use crate::mind::{Event, nano};
use crate::program::{Library, Programs, ROOT};

/// The host that a model is to be at its end of `link`: its addresses, with the directed broadcast address
/// of its IPv4 network (RFC 1122 section 3.2.1.3). What it speaks its programs will say; without any, it is what
/// the embedded model is.
pub fn host(addresses: &Addresses, link: &dyn Link) -> Host {
    let Addresses { model, prefix, .. } = *addresses;
    let host_bits = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
    let broadcast = (prefix < 31).then(|| Ipv4Addr::from(u32::from(model) | host_bits));
    let is_ethernet = link.link_type() == wire::Link::Ethernet;
    Host {
        ipv6: addresses.ipv6.as_ref().map(|ipv6| ipv6.model),
        mac: is_ethernet.then_some(addresses.model_mac),
        speaks: nano::speaks(),
        ..Host::echo(model, broadcast)
    }
}

/// The host with the programs that hold.
pub(super) struct Identity {
    library: Option<Library>,
    present: Mutex<Present>,
}

struct Present {
    host: Arc<Host>,
    programs: Option<Arc<Programs>>,
}

impl Identity {
    /// The host with those addresses; without a library it speaks what `host` says.
    pub(super) fn new(host: Host, library: Option<Library>) -> Identity {
        let present = Mutex::new(Present { host: Arc::new(host), programs: None });
        let identity = Identity { library, present };
        identity.refresh(|_| {});
        identity
    }

    /// Who the host was when last asked.
    pub(super) fn host(&self) -> Arc<Host> {
        Arc::clone(&self.lock().host)
    }

    /// The programs and their versions, as `name version`.
    pub(super) fn programs(&self) -> Vec<String> {
        let present = self.lock();
        let programs = present.programs.iter().flat_map(|programs| programs.iter());
        programs.map(|program| format!("{} {}", program.name, program.version)).collect()
    }

    /// Chooses the programs for an event, as they stand at this moment. `changed` is told if the host is
    /// another than before.
    pub(super) fn prepare(&self, event: &mut Event, changed: impl FnOnce(&Host)) {
        self.refresh(changed);
        let present = self.lock();
        event.host = Arc::clone(&present.host);
        if let Some(programs) = &present.programs {
            let packet = Packet::new(event.host.link(), &event.packet, event.packet.len());
            event.programs = programs.choose(&packet);
        }
    }

    /// Whether no program claims the packet, so that no model is told anything of it.
    pub(super) fn is_unclaimed(event: &Event) -> bool {
        matches!(&event.programs[..], [root] if root.name == ROOT)
    }

    fn refresh(&self, changed: impl FnOnce(&Host)) {
        let Some(library) = &self.library else { return };
        // Locked before it is asked: who asked first must not be the last to say what holds.
        let mut present = self.lock();
        let programs = library.current();
        if present.programs.as_ref().is_some_and(|before| Arc::ptr_eq(before, &programs)) {
            return;
        }
        let host = Host { speaks: programs.speaks(), ..Host::clone(&present.host) };
        changed(&host);
        *present = Present { host: Arc::new(host), programs: Some(programs) };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Present> {
        self.present.lock().expect("no thread panicked")
    }
}
