//! The kernel's end of a link: its addresses, how large a packet may be, and peace for the model.
//!
//! Left alone, a kernel asks a new device for routers, asks again for a neighbour after a second, and
//! gives one up after three. A model may think for longer than that, and each question may cost money.

use std::fs;
use std::io;
use std::net::IpAddr;

use netlink_packet_route::link::LinkFlags;
use nix::net::if_::if_nametoindex;
use wire::Mac;

use super::Addresses;
use super::netlink::Netlink;

/// How long a neighbour may think about a question (ARP, neighbour solicitation) until it is asked again,
/// in milliseconds, and how often it is asked before it is given up: a minute in all.
const NEIGHBOUR_PATIENCE: [(&str, &str); 3] =
    [("retrans_time_ms", "3000"), ("mcast_solicit", "20"), ("ucast_solicit", "20")];

/// A step that failed, and how.
pub(super) type Failure = (&'static str, io::Error);

/// A device of this network namespace that is not up yet.
pub(super) struct KernelEnd<'a> {
    netlink: &'a Netlink,
    name: &'a str,
    index: u32,
}

impl<'a> KernelEnd<'a> {
    /// The device of that name.
    pub(super) fn find(netlink: &'a Netlink, name: &'a str) -> Result<KernelEnd<'a>, Failure> {
        let index = if_nametoindex(name).map_err(|errno| ("looking up the index", errno.into()))?;
        Ok(KernelEnd { netlink, name, index })
    }

    /// Sets the Ethernet address.
    pub(super) fn set_mac(&self, mac: Mac) -> Result<(), Failure> {
        let set = self.netlink.set_mac(self.index, mac);
        set.map_err(|error| ("setting the Ethernet address", error))
    }

    /// Sets MTU and addresses, and keeps the kernel from asking more than it must.
    pub(super) fn configure(&self, addresses: &Addresses) -> Result<(), Failure> {
        let set = self.netlink.set_mtu(self.index, addresses.mtu);
        set.map_err(|error| ("setting the MTU", error))?;
        // A kernel without IPv6 keeps this peace anyway.
        let _ = self.netlink.choose_no_address(self.index);
        self.have_patience();
        let Addresses { kernel, model, prefix, .. } = *addresses;
        self.add((kernel.into(), model.into()), prefix, "adding the address")?;
        match &addresses.ipv6 {
            Some(six) => self.add(
                (six.kernel.into(), six.kernel.into()),
                six.prefix,
                "adding the IPv6 address",
            ),
            None => Ok(()),
        }
    }

    /// Has the kernel ask nobody for Ethernet addresses here, neither by ARP nor by solicitations.
    pub(super) fn ask_nobody(&self) -> Result<(), Failure> {
        let set = self.netlink.set_flags(self.index, LinkFlags::Noarp);
        set.map_err(|error| ("switching ARP off", error))
    }

    /// Brings the device up.
    pub(super) fn bring_up(&self) -> Result<(), Failure> {
        let up = self.netlink.set_flags(self.index, LinkFlags::Up);
        up.map_err(|error| ("bringing it up", error))
    }

    fn add(&self, pair: (IpAddr, IpAddr), prefix: u8, step: &'static str) -> Result<(), Failure> {
        self.netlink.add_address(self.index, pair, prefix).map_err(|error| (step, error))
    }

    /// Where /proc/sys is read-only the kernel stays as impatient as it is.
    fn have_patience(&self) {
        let set = |folder: &str, setting: &str, value: &str| {
            let file = format!("/proc/sys/net/{folder}/{}/{setting}", self.name);
            let _ = fs::write(file, value);
        };
        for (setting, value) in NEIGHBOUR_PATIENCE {
            set("ipv4/neigh", setting, value);
            set("ipv6/neigh", setting, value);
        }
        // What groups the kernel listens to it tells once, and again within an hour, not a second.
        set("ipv6/conf", "mldv2_unsolicited_report_interval", "3600000");
    }
}
