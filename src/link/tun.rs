//! A TUN or TAP device: the kernel routes IP packets to it and we read them as a file.
//!
//! This is the first choice of link, one system call a packet. A TUN device has no Ethernet and no ARP;
//! a TAP device has both, and we are the only other station on its Ethernet. The device
//! lives as long as its descriptor, unless it was made persistent, beforehand or by [`Tun::keep`].

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::net::if_::if_nametoindex;
use nix::sys::socket::SockaddrStorage;
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, read, write};
use thiserror::Error;
use verify::Admitted;

use super::kernel_end::KernelEnd;
use super::netlink::Netlink;
use super::{Addresses, Link, interface_request, receive_with, transmit_with};

const CLONE_DEVICE: &str = "/dev/net/tun";

nix::ioctl_write_ptr_bad!(
    /// `TUNSETIFF`: makes this descriptor the named device.
    attach_device,
    nix::request_code_write!(b'T', 202, size_of::<libc::c_int>()),
    libc::ifreq
);

nix::ioctl_write_int_bad!(
    /// `TUNSETPERSIST`: whether the device outlives its descriptor.
    set_persistent,
    nix::request_code_write!(b'T', 203, size_of::<libc::c_int>())
);

nix::ioctl_write_int_bad!(
    /// `TUNSETOWNER`: which user may attach to the device without privilege, and no other.
    set_owner,
    nix::request_code_write!(b'T', 204, size_of::<libc::c_int>())
);

/// A TUN or TAP device that we read and write.
#[derive(Debug)]
pub struct Tun {
    descriptor: OwnedFd,
    name: String,
    kind: Kind,
    existed: bool,
}

/// What a device carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// IP packets: TUN.
    Tun,
    /// Ethernet frames, without their check sequence: TAP.
    Tap,
}

impl Kind {
    /// As `ip tuntap` and [`Link::description`] name it.
    fn word(self) -> &'static str {
        match self {
            Kind::Tun => "tun",
            Kind::Tap => "tap",
        }
    }

    fn flag(self) -> libc::c_int {
        match self {
            Kind::Tun => libc::IFF_TUN,
            Kind::Tap => libc::IFF_TAP,
        }
    }
}

/// Why there is no such device, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TunError {
    /// The kernel has no TUN driver, or the container hides it.
    #[error(
        "{CLONE_DEVICE} does not exist: load the driver with `sudo modprobe tun`, or start the \
         container with `--device {CLONE_DEVICE}`"
    )]
    Missing,
    /// The file's mode (or the container's device rules) keeps us out.
    #[error(
        "{CLONE_DEVICE} may not be opened ({0}): let everyone open it, as most systems do, with \
         `sudo chmod 0666 {CLONE_DEVICE}`"
    )]
    Closed(Errno),
    /// The device may not be made, or belongs to another user.
    #[error(
        "the device {name} may not be made or attached ({errno}): this needs the capability \
         cap_net_admin; give it with `sudo setcap cap_net_admin+ep PATH_OF_SOFTSTACK`, or have \
         the device made for you with `sudo ip tuntap add dev {name} mode {} user $USER`",
        .kind.word()
    )]
    Denied {
        /// What it was to carry.
        kind: Kind,
        /// The device that was asked for.
        name: String,
        /// What `TUNSETIFF` answered.
        errno: Errno,
    },
    /// Another process holds the device.
    #[error("the device {0} is in use by another process: end it, or choose another name")]
    Busy(String),
    /// There is a device of that name, but it is no single-queue device of that kind.
    #[error(
        "{name} exists but is no {} device (of another kind or multi-queue?): choose another name",
        .kind.word().to_uppercase()
    )]
    OtherKind {
        /// What it was to carry.
        kind: Kind,
        /// The device that was asked for.
        name: String,
    },
    /// No device can have that name.
    #[error("{0:?} cannot be a device's name: use 1 to 15 letters and digits")]
    Name(String),
    /// A step that has no reason to fail did.
    #[error("{call} on the device {name} failed: {source}")]
    Other {
        /// What we asked the kernel for.
        call: &'static str,
        /// The device that was asked for.
        name: String,
        /// What it answered.
        source: io::Error,
    },
}

impl Tun {
    /// Attaches to the device `name`, making it first if there is none.
    ///
    /// A device that was made here disappears when the `Tun` is dropped, unless it is told to
    /// [`Tun::keep`] it; a persistent one that existed before (`ip tuntap add`) stays.
    pub fn open(name: &str, kind: Kind) -> Result<Tun, TunError> {
        let mut request = interface_request(name).ok_or_else(|| TunError::Name(name.into()))?;
        request.ifr_ifru.ifru_flags = (kind.flag() | libc::IFF_NO_PI) as libc::c_short;
        let existed = if_nametoindex(name).is_ok();
        let flags = OFlag::O_RDWR | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let descriptor = open(CLONE_DEVICE, flags, Mode::empty()).map_err(not_opened)?;
        // SAFETY: the descriptor is open and `request` is a whole ifreq that outlives the call.
        unsafe { attach_device(descriptor.as_raw_fd(), &request) }
            .map_err(|errno| not_attached(name, kind, errno))?;
        Ok(Tun { descriptor, name: name.into(), kind, existed })
    }

    /// Sets MTU and addresses and brings the device up.
    ///
    /// A device that someone else prepared is better left as it is: ask [`Tun::existed`].
    pub fn configure(&self, addresses: &Addresses) -> Result<(), TunError> {
        let failed = |(call, source)| self.failed(call, source);
        let netlink =
            Netlink::open().map_err(|error| self.failed("opening a netlink socket", error))?;
        let end = KernelEnd::find(&netlink, &self.name).map_err(failed)?;
        if self.kind == Kind::Tap {
            end.set_mac(addresses.kernel_mac).map_err(failed)?;
        }
        end.configure(addresses).map_err(failed)?;
        end.bring_up().map_err(failed)
    }

    /// Leaves the device in place when the `Tun` is dropped, for this user's next [`Tun::open`].
    pub fn keep(&self) -> Result<(), TunError> {
        if self.existed {
            // It stays anyway, and belongs to whom its maker gave it.
            return Ok(());
        }
        let (descriptor, owner) = (self.descriptor.as_raw_fd(), geteuid().as_raw());
        // SAFETY: the descriptor is open; both requests take a number.
        let kept = unsafe {
            // Without an owner, a device that stays would be anybody's.
            set_owner(descriptor, owner as libc::c_int).and_then(|_| set_persistent(descriptor, 1))
        };
        kept.map(drop).map_err(|errno| self.failed("keeping it", errno.into()))
    }

    /// Takes over a descriptor that is already attached to the device `name`.
    pub fn from_descriptor(descriptor: OwnedFd, name: &str, kind: Kind) -> Tun {
        Tun { descriptor, name: name.into(), kind, existed: true }
    }

    /// The device's name in its network namespace.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the device was there before we attached to it.
    pub fn existed(&self) -> bool {
        self.existed
    }

    /// The far end of the device and the network's prefix, where the device has an address with a peer: as
    /// one has that an earlier run configured and left in place.
    pub fn peer(&self) -> Option<(Ipv4Addr, u8)> {
        let ours = |entry: &InterfaceAddress| entry.interface_name == self.name;
        getifaddrs().ok()?.filter(ours).find_map(|entry| {
            let ip = |address: Option<SockaddrStorage>| Some(address?.as_sockaddr_in()?.ip());
            let (own, far) = (ip(entry.address)?, ip(entry.destination)?);
            let prefix = ip(entry.netmask).map_or(32, |mask| u32::from(mask).count_ones() as u8);
            (own != far).then_some((far, prefix))
        })
    }

    /// Gives the descriptor away, for instance to another process.
    pub fn into_descriptor(self) -> OwnedFd {
        self.descriptor
    }

    fn failed(&self, call: &'static str, source: io::Error) -> TunError {
        TunError::Other { call, name: self.name.clone(), source }
    }
}

impl Link for Tun {
    fn receive(&self, buffer: &mut [u8], timeout: Duration) -> io::Result<Option<usize>> {
        receive_with(self.descriptor.as_fd(), timeout, || read(&self.descriptor, buffer).map(Some))
    }

    fn transmit(&self, packet: &Admitted) -> io::Result<()> {
        transmit_with(packet.as_bytes(), |bytes| write(&self.descriptor, bytes))
    }

    fn link_type(&self) -> wire::Link {
        match self.kind {
            Kind::Tun => wire::Link::RawIp,
            Kind::Tap => wire::Link::Ethernet,
        }
    }

    fn description(&self) -> String {
        format!("{} {}", self.kind.word(), self.name)
    }
}

fn not_opened(errno: Errno) -> TunError {
    match errno {
        // ENODEV and ENXIO: the node is there, the driver is not.
        Errno::ENOENT | Errno::ENODEV | Errno::ENXIO => TunError::Missing,
        _ => TunError::Closed(errno),
    }
}

fn not_attached(name: &str, kind: Kind, errno: Errno) -> TunError {
    match errno {
        Errno::EPERM | Errno::EACCES => TunError::Denied { kind, name: name.into(), errno },
        Errno::EBUSY => TunError::Busy(name.into()),
        Errno::EINVAL => TunError::OtherKind { kind, name: name.into() },
        _ => TunError::Other { call: "TUNSETIFF", name: name.into(), source: errno.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_kernel_would_refuse_or_rewrite_are_refused() {
        for name in ["", "sixteen-letters-", "a/b", "a b", "tun%d", "a\0b"] {
            assert!(matches!(Tun::open(name, Kind::Tun), Err(TunError::Name(_))), "{name:?}");
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        assert!(not_opened(Errno::ENOENT).to_string().contains("modprobe tun"));
        assert!(not_opened(Errno::EACCES).to_string().contains("chmod 0666"));
        let denied = not_attached("softstack0", Kind::Tap, Errno::EPERM).to_string();
        assert!(denied.contains("setcap cap_net_admin+ep"), "{denied}");
        assert!(denied.contains("ip tuntap add dev softstack0 mode tap user"), "{denied}");
    }
}
