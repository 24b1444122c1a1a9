//! nano: the embedded model as a host of its own, small and whole. It has the kernel's addresses and echoes at
//! UDP port 7; nobody listens anywhere else.

use std::sync::Arc;

use softstack::mind::nano::{Nano as Model, speaks};
use softstack::mind::{Action, Event, Mind};
use verify::{Host, admit};
use wire::Link;

use super::case::Answers;
use super::ours;
use crate::Failure;

/// Its networks as the stack asks them: the second where the judge objects to what the first says.
pub struct Nano {
    model: Model,
    /// What it is told that it is.
    pub host: Arc<Host>,
}

impl Nano {
    /// The network, ready to be any host.
    pub fn new() -> Nano {
        Nano { model: Model::new(), host: host(Link::RawIp).into() }
    }
}

/// The kernel's addresses, and what nano speaks.
pub fn host(link: Link) -> Host {
    Host { speaks: speaks(), ..ours::host(link) }
}

impl Answers for Nano {
    fn exchange(&mut self, packet: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        let event = Event::new(self.host.clone(), 1, packet.to_vec());
        let mut think = |attempt| {
            let thought = self.model.think(&event, attempt, &[], &mut |_| {});
            thought.map(|thought| thought.action).ok_or("it has no opinion")
        };
        let mut action = think(1)?;
        if let Action::Send(reply) = &action
            && admit(&self.host, packet, reply.clone()).is_err()
        {
            action = think(2)?;
        }
        match action {
            Action::Send(reply) => Ok(vec![reply]),
            Action::Drop(_) => Ok(Vec::new()),
            Action::Pass(why) | Action::Fail(why) | Action::Unavailable(why) => Err(why.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::packet::{ICMP, UDP, V4, echo, ip, udp};

    #[test]
    fn it_is_a_host_with_one_service() {
        let mut nano = Nano::new();
        let mut replies = |message| nano.exchange(&ip(V4, UDP, message).0).unwrap().remove(0);
        assert_eq!(replies(udp(7, b"echoed"))[28..], *b"echoed");
        assert_eq!(replies(udp(53, b"a name"))[20..22], [3, 3]);
        let broken = ip(V4, ICMP, echo(8)).flipped(11);
        assert_eq!(nano.exchange(&broken.0).unwrap(), Vec::<Vec<u8>>::new());
    }
}
