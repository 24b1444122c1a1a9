//! What is to be in the sandbox, as arguments of the helper's command line.

use std::ffi::OsString;

use super::{Device, SandboxConfig};
use crate::link::{Addresses, Ipv6Addresses};

/// In the place of an address that is not to be.
const NONE: &str = "-";

impl SandboxConfig {
    /// The plan as arguments of the hidden subcommand `__sandbox`.
    pub(super) fn to_arguments(&self) -> Vec<OsString> {
        let Addresses { kernel, model, prefix, ipv6, kernel_mac, model_mac, mtu } = &self.addresses;
        let mut words = vec![self.device.word().to_owned(), self.name.clone()];
        words.extend([kernel.to_string(), model.to_string(), prefix.to_string()]);
        words.extend([kernel_mac.to_string(), model_mac.to_string(), mtu.to_string()]);
        words.extend(match ipv6 {
            Some(six) => {
                vec![six.kernel.to_string(), six.model.to_string(), six.prefix.to_string()]
            }
            None => vec![NONE.to_owned()],
        });
        words.into_iter().map(OsString::from).collect()
    }

    pub(super) fn from_arguments(
        arguments: impl Iterator<Item = OsString>,
    ) -> Option<SandboxConfig> {
        let mut words = arguments.map(|word| word.into_string().unwrap_or_default());
        let device = Device::named(&words.next()?)?;
        let name = words.next()?;
        let addresses = Addresses {
            kernel: words.next()?.parse().ok()?,
            model: words.next()?.parse().ok()?,
            prefix: words.next()?.parse().ok()?,
            kernel_mac: words.next()?.parse().ok()?,
            model_mac: words.next()?.parse().ok()?,
            mtu: words.next()?.parse().ok()?,
            ipv6: ipv6_addresses(words)?,
        };
        Some(SandboxConfig { device, name, addresses, ..SandboxConfig::default() })
    }
}

/// `Some(None)` where there are to be none, `None` where the words are no addresses.
fn ipv6_addresses(mut words: impl Iterator<Item = String>) -> Option<Option<Ipv6Addresses>> {
    let kernel = words.next()?;
    if kernel == NONE {
        return Some(None);
    }
    let (model, prefix) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Some(Ipv6Addresses { kernel: kernel.parse().ok()?, model, prefix }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_survives_the_command_line() {
        for device in Device::ALL {
            for ipv6 in [None, Some(Ipv6Addresses::default())] {
                let mut plan = SandboxConfig { device, ..SandboxConfig::default() };
                plan.addresses.ipv6 = ipv6;
                let read = SandboxConfig::from_arguments(plan.to_arguments().into_iter()).unwrap();
                assert_eq!(
                    (read.device, read.name, read.addresses),
                    (plan.device, plan.name, plan.addresses)
                );
            }
        }
    }

    #[test]
    fn a_plan_that_is_cut_short_is_none() {
        let addresses = Addresses { ipv6: Some(Ipv6Addresses::default()), ..Addresses::default() };
        let plan = SandboxConfig { addresses, ..SandboxConfig::default() }.to_arguments();
        for length in 0..plan.len() {
            let read = SandboxConfig::from_arguments(plan[..length].iter().cloned());
            assert!(read.is_none(), "{length}");
        }
    }
}
