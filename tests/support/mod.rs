//! What the tests share: a deterministic responder, the yardstick that is never shipped.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use softstack::link::Link;
use verify::{Admitted, Host, admit};
use wire::checksum;

/// The host that the responder plays: the model's end of the default addresses.
pub const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), Some(Ipv4Addr::new(10, 0, 0, 255)));

/// A thread that answers echo requests and remembers every packet it saw.
pub struct Responder {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Responder {
    /// Starts to answer on `link`, or only to listen.
    pub fn start(link: Arc<dyn Link>, answers: bool) -> Responder {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || serve(&*link, answers, &stopped));
        Responder { stop, thread }
    }

    /// Stops and tells what was received, in order.
    pub fn finish(self) -> Vec<Vec<u8>> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the responder ends well")
    }
}

fn serve(link: &dyn Link, answers: bool, stopped: &AtomicBool) -> Vec<Vec<u8>> {
    let mut buffer = vec![0; wire::MAX_DATAGRAM];
    let mut seen = Vec::new();
    while !stopped.load(Ordering::Relaxed) {
        match link.receive(&mut buffer, Duration::from_millis(20)) {
            Ok(Some(length)) => {
                let packet = &buffer[..length];
                if let Some(reply) = reply(packet).filter(|_| answers) {
                    link.transmit(&reply).expect("transmit");
                }
                seen.push(packet.to_vec());
            }
            Ok(None) => {}
            Err(_) => break,
        }
    }
    seen
}

/// The echo reply (RFC 792), if the judge lets it through.
pub fn reply(request: &[u8]) -> Option<Admitted> {
    let mut reply = request.to_vec();
    let (header, message) = reply.split_at_mut_checked(20)?;
    let (source, destination) = header[12..].split_at_mut(4);
    source.swap_with_slice(destination);
    header[8] = 64;
    close(header, 10);
    *message.first_mut()? = 0;
    close(message, 2);
    admit(&HOST, request, reply).ok()
}

fn close(bytes: &mut [u8], at: usize) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        field.fill(0);
        let sum = checksum::checksum(bytes);
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }
}
