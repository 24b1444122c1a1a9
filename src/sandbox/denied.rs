//! Why a machine does not let a program make namespaces, found by reading the known switches.

use std::fmt;
use std::path::Path;

/// A switch that is known to forbid user or network namespaces, found in the forbidding position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What was found.
    pub found: &'static str,
    /// What lifts it.
    pub remedy: &'static str,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "likely reason: {}\n  to allow it:   {}", self.found, self.remedy)
    }
}

/// A file below the root directory, how a line of it looks that forbids, and what that means.
struct Switch(&'static str, fn(&str) -> bool, Reason);

const SWITCHES: [Switch; 5] = [
    Switch(
        "proc/sys/kernel/unprivileged_userns_clone",
        |line| line == "0",
        Reason {
            found: "kernel.unprivileged_userns_clone is 0: only root may make user namespaces",
            remedy: "sudo sysctl -w kernel.unprivileged_userns_clone=1",
        },
    ),
    Switch(
        "proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        |line| line != "0",
        Reason {
            found: "kernel.apparmor_restrict_unprivileged_userns is on: AppArmor lets only \
                    programs with a profile use user namespaces",
            remedy: "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give \
                     softstack an AppArmor profile with the rule `userns,`",
        },
    ),
    Switch(
        "proc/sys/user/max_user_namespaces",
        |line| line == "0",
        Reason {
            found: "user.max_user_namespaces is 0: nobody may make user namespaces",
            remedy: "sudo sysctl -w user.max_user_namespaces=1000",
        },
    ),
    Switch(
        "proc/sys/user/max_net_namespaces",
        |line| line == "0",
        Reason {
            found: "user.max_net_namespaces is 0: nobody may make network namespaces",
            remedy: "sudo sysctl -w user.max_net_namespaces=1000",
        },
    ),
    Switch(
        "proc/self/status",
        |line| line.split_whitespace().eq(["Seccomp:", "2"]),
        Reason {
            found: "a seccomp filter watches this process, as it does in most containers",
            remedy: "start the container with `--security-opt seccomp=unconfined`, or with \
                     `--cap-add SYS_ADMIN`",
        },
    ),
];

/// The switches below `root` (normally `/`) that forbid namespaces. A file that is missing or may
/// not be read forbids nothing.
pub(super) fn reasons(root: &Path) -> Vec<Reason> {
    let forbids = |switch: &&Switch| {
        let text = std::fs::read_to_string(root.join(switch.0)).unwrap_or_default();
        text.lines().any(switch.1)
    };
    SWITCHES.iter().filter(forbids).map(|switch| switch.2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_switch_is_read_and_none_is_invented() {
        let root = std::env::temp_dir().join(format!("softstack-denied-{}", std::process::id()));
        let lines = ["0", "1", "0", "0", "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1"];
        for (switch, line) in SWITCHES.iter().zip(lines) {
            assert!(reasons(&root).is_empty(), "{}", switch.0);
            let file = root.join(switch.0);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, format!("{line}\n")).unwrap();
            assert_eq!(reasons(&root), [switch.2]);
            std::fs::remove_dir_all(&root).unwrap();
        }
    }
}
