//! What the two halves of the sandbox say to each other: short messages over a Unix socket, with
//! open descriptors travelling beside the words (unix(7), SCM_RIGHTS).

use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, Shutdown, SockFlag, SockType,
    recvmsg, sendmsg, shutdown, socketpair,
};

/// Longest message, in bytes: room for any command line a person would type.
const MAX_MESSAGE: usize = 65_536;

/// One end of a connection that keeps message boundaries and says when the other end is gone.
#[derive(Debug)]
pub(super) struct Channel(OwnedFd);

/// Words and the descriptors that came with them.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) words: Vec<OsString>,
    pub(super) descriptors: Vec<OwnedFd>,
}

impl Channel {
    /// Two connected ends, neither of which a started program inherits by accident.
    pub(super) fn pair() -> io::Result<(Channel, Channel)> {
        let kind = SockType::SeqPacket;
        let (one, other) = socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC)?;
        Ok((Channel(one), Channel(other)))
    }

    /// Sends one message. Words may hold any byte but NUL, as the arguments of a program do.
    pub(super) fn send<W: AsRef<OsStr>>(
        &self,
        words: &[W],
        descriptors: &[BorrowedFd],
    ) -> io::Result<()> {
        let text = joined(words)?;
        let raw: Vec<RawFd> = descriptors.iter().map(|fd| fd.as_raw_fd()).collect();
        let rights = [ControlMessage::ScmRights(&raw)];
        let rights = if raw.is_empty() { &[][..] } else { &rights[..] };
        let (socket, flags) = (self.0.as_raw_fd(), MsgFlags::MSG_NOSIGNAL);
        uninterrupted(|| sendmsg::<()>(socket, &[IoSlice::new(&text)], rights, flags, None))?;
        Ok(())
    }

    /// Waits for a message; `None` once the other end is closed.
    pub(super) fn receive(&self) -> io::Result<Option<Message>> {
        let mut text = vec![0; MAX_MESSAGE];
        let (length, descriptors) = self.receive_into(&mut text)?;
        if length == 0 {
            return Ok(None);
        }
        let words = text[..length].split(|&byte| byte == 0);
        let words = words.map(|word| OsString::from_vec(word.to_vec())).collect();
        Ok(Some(Message { words, descriptors }))
    }

    /// Tells the other end that nothing more will be said, whoever else holds this one. What the
    /// other end says can still be received.
    pub(super) fn close(&self) {
        // The other end may be gone already; then it knows.
        let _ = shutdown(self.0.as_raw_fd(), Shutdown::Write);
    }

    fn receive_into(&self, text: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
        let mut space = nix::cmsg_space!([RawFd; 3]);
        let (socket, flags) = (self.0.as_raw_fd(), MsgFlags::MSG_CMSG_CLOEXEC);
        uninterrupted(|| {
            let mut into = [IoSliceMut::new(text)];
            let received = recvmsg::<()>(socket, &mut into, Some(&mut space), flags);
            // The other end closed before it read all of ours: Linux says so once, ahead of what the
            // other end said last. Ask again for that.
            let received = received.map_err(|errno| match errno {
                Errno::ECONNRESET => Errno::EINTR,
                errno => errno,
            })?;
            let mut descriptors = Vec::new();
            for control in received.cmsgs()? {
                if let ControlMessageOwned::ScmRights(raw) = control {
                    descriptors.extend(raw.into_iter().map(owned));
                }
            }
            Ok((received.bytes, descriptors))
        })
    }
}

impl AsFd for Channel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl From<OwnedFd> for Channel {
    fn from(socket: OwnedFd) -> Self {
        Channel(socket)
    }
}

impl From<Channel> for OwnedFd {
    fn from(channel: Channel) -> Self {
        channel.0
    }
}

impl Message {
    /// The word at `index`, or nothing when the other half said less than we expect.
    pub(super) fn word(&self, index: usize) -> &str {
        self.words.get(index).and_then(|word| word.to_str()).unwrap_or_default()
    }

    /// The word at `index` as a number.
    pub(super) fn number(&self, index: usize) -> Option<i32> {
        self.word(index).parse().ok()
    }
}

fn joined<W: AsRef<OsStr>>(words: &[W]) -> io::Result<Vec<u8>> {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_ref().as_bytes()).collect();
    let text = words.join(&0);
    let unfit = words.iter().any(|word| word.contains(&0)) || text.is_empty();
    if unfit || text.len() > MAX_MESSAGE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a command is empty, too long or holds NUL",
        ));
    }
    Ok(text)
}

fn uninterrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            answer => return Ok(answer?),
        }
    }
}

fn owned(descriptor: RawFd) -> OwnedFd {
    // SAFETY: the kernel has just made this descriptor for us, and nobody else knows its number.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn words_and_descriptors_cross() {
        let (one, other) = Channel::pair().unwrap();
        let (mut reader, writer) = io::pipe().unwrap();
        one.send(&["run", "", "echo"], &[writer.as_fd()]).unwrap();
        drop(writer);
        let message = other.receive().unwrap().unwrap();
        assert_eq!(message.words, ["run", "", "echo"]);
        for descriptor in message.descriptors {
            std::fs::File::from(descriptor).write_all(b"hello").unwrap();
        }
        let mut heard = String::new();
        reader.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "hello");
    }

    #[test]
    fn a_closed_end_is_the_end() {
        let (one, other) = Channel::pair().unwrap();
        one.close();
        assert!(other.receive().unwrap().is_none());
        other.send(&["goodbye"], &[]).unwrap();
        assert_eq!(one.receive().unwrap().unwrap().word(0), "goodbye");
        drop(one);
        assert!(other.send(&["too late"], &[]).is_err());
    }

    #[test]
    fn last_words_arrive_although_ours_were_not_read() {
        let (one, other) = Channel::pair().unwrap();
        one.send(&["signal"], &[]).unwrap();
        other.send(&["exited"], &[]).unwrap();
        drop(other);
        assert_eq!(one.receive().unwrap().unwrap().word(0), "exited");
        assert!(one.receive().unwrap().is_none());
    }

    #[test]
    fn words_that_would_not_arrive_as_they_are_are_refused() {
        let (one, _other) = Channel::pair().unwrap();
        assert!(one.send(&["a\0b"], &[]).is_err());
        assert!(one.send(&["x".repeat(MAX_MESSAGE + 1)], &[]).is_err());
        assert!(one.send::<&str>(&[], &[]).is_err());
    }
}
