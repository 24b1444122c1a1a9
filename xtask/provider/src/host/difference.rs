//! The edits that make a reply of the packet that was shown, whatever both are: stretches change places where
//! that says much at once, the rest is set.

use wire::Edit;
use wire::ethernet::HEADER_LEN;

/// Equal octets between two changes that are not worth an edit of their own.
const GAP: usize = 3;
/// The octets of IP and ICMP headers before what an error quotes.
const ERROR_HEADERS: [usize; 2] = [28, 48];

/// The sets that make `to` of `from`, which are equally long.
pub fn difference(from: &[u8], to: &[u8]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let differs = |at: &usize| from[*at] != to[*at];
    let length = from.len().min(to.len());
    let mut next = (0..length).find(differs);
    while let Some(start) = next {
        let (mut end, mut at) = (start + 1, start + 1);
        while at < length && at <= end + GAP {
            if differs(&at) {
                end = at + 1;
            }
            at += 1;
        }
        edits.push(Edit::Set { offset: start, bytes: to[start..end].to_vec() });
        next = (end..length).find(differs);
    }
    edits
}

/// The edits that make `reply` of `packet`: at least one.
pub(super) fn difference_in_edits(packet: &[u8], reply: &[u8]) -> Vec<Edit> {
    let candidates = [turned(packet, reply), quoting(packet, reply, 0)];
    let on_frame = quoting(packet, reply, HEADER_LEN);
    let all = candidates.into_iter().chain([on_frame]).map(|begun| finished(begun, packet, reply));
    let mut edits = all.min_by_key(|edits| wire::edit::text(edits).len()).unwrap_or_default();
    if let (true, Some(first)) = (edits.is_empty(), reply.first()) {
        edits.push(Edit::Set { offset: 0, bytes: vec![*first] });
    }
    edits
}

/// Addresses and ports that change places, on a frame or without one, where that helps.
fn turned(packet: &[u8], reply: &[u8]) -> Vec<Edit> {
    let swap = |a, b, length| Edit::Swap { a, b, length };
    let mut swaps = vec![swap(0, 6, 6)];
    for ip in [0, HEADER_LEN] {
        swaps.extend([swap(ip + 12, ip + 16, 4), swap(ip + 20, ip + 22, 2)]);
        swaps.extend([swap(ip + 8, ip + 24, 16), swap(ip + 40, ip + 42, 2)]);
    }
    let mut edits: Vec<Edit> = Vec::new();
    let mut so_far = packet.to_vec();
    for swap in swaps {
        let Ok(changed) = wire::apply(std::slice::from_ref(&swap), &so_far) else { continue };
        if wrong(&changed, reply) + 1 < wrong(&so_far, reply) {
            edits.push(swap);
            so_far = changed;
        }
    }
    edits
}

/// The headers of an error, put before the packet at `start`, of which it quotes so much.
fn quoting(packet: &[u8], reply: &[u8], start: usize) -> Vec<Edit> {
    let headers = ERROR_HEADERS.into_iter().find(|headers| {
        let quote = reply.get(start + headers..).filter(|quote| !quote.is_empty());
        quote.is_some_and(|quote| packet.get(start..).is_some_and(|whole| whole.starts_with(quote)))
    });
    let Some(headers) = headers else { return Vec::new() };
    let kept = reply.len() - headers;
    let cut = (kept < packet.len()).then_some(Edit::Truncate { length: kept });
    let bytes = reply[start..start + headers].to_vec();
    cut.into_iter().chain([Edit::Insert { offset: start, bytes }]).collect()
}

/// The octets that both have and that differ.
fn wrong(packet: &[u8], reply: &[u8]) -> usize {
    packet.iter().zip(reply).filter(|(one, other)| one != other).count()
}

/// `begun`, and what is still to be done.
fn finished(begun: Vec<Edit>, packet: &[u8], reply: &[u8]) -> Vec<Edit> {
    let Ok(mut so_far) = wire::apply(&begun, packet) else {
        return finished(Vec::new(), packet, reply);
    };
    let mut edits = begun;
    if so_far.len() > reply.len() {
        so_far.truncate(reply.len());
        edits.push(Edit::Truncate { length: reply.len() });
    }
    edits.extend(difference(&so_far, reply));
    if so_far.len() < reply.len() {
        let bytes = reply[so_far.len()..].to_vec();
        edits.push(Edit::Insert { offset: so_far.len(), bytes });
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(packet: &[u8], reply: &[u8], expect: &str) {
        let edits = difference_in_edits(packet, reply);
        assert_eq!(wire::edit::text(&edits), expect);
        assert_eq!(wire::apply(&edits, packet).unwrap(), reply);
    }

    #[test]
    fn sets_that_are_near_are_one() {
        check(&[0; 20], &[1, 0, 0, 1, 0, 0, 0, 0, 1, 0], "truncate 10; set 0 01000001; set 8 01");
        check(&[0; 4], &[0, 2, 0, 0, 7, 8], "set 1 02; insert 4 0708");
        check(&[5, 6], &[5, 6], "set 0 05");
        check(&[], &[5, 6], "insert 0 0506");
    }

    #[test]
    fn addresses_change_places() {
        let packet: Vec<u8> = (0..28).collect();
        let mut reply = packet.clone();
        reply[12..20].rotate_left(4);
        reply[20..24].rotate_left(2);
        reply[1] = 9;
        check(&packet, &reply, "swap 12 16 4; swap 20 22 2; set 1 09");
    }

    #[test]
    fn an_error_is_put_before_its_quote() {
        let packet: Vec<u8> = (0..200).collect();
        let reply = [&[0xee; 28][..], &packet[..100]].concat();
        check(&packet, &reply, &format!("truncate 100; insert 0 {}", "ee".repeat(28)));
        let frame = [&packet[..14], &[0xee; 48], &packet[14..]].concat();
        check(&packet, &frame, &format!("insert 14 {}", "ee".repeat(48)));
    }
}
