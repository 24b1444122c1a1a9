use std::net::Ipv4Addr;

use verify::Host;
use wire::Echo;

use super::*;

const HOST: Host = Host::echo(Ipv4Addr::new(10, 0, 0, 1), None);

/// The `number`-th packet, from 10.1.x.y.
fn event(number: u64, from: u16) -> Event {
    let [high, low] = from.to_be_bytes();
    let source = Ipv4Addr::new(10, 1, high, low);
    let echo = Echo { sequence: number as u16, ..Echo::new(source, HOST.address) };
    Event::new(HOST, number, echo.request())
}

fn numbers(admission: &Admission) -> Vec<u64> {
    let take = || admission.take(Duration::ZERO, |_| {});
    std::iter::from_fn(take).map(|event| event.number).collect()
}

#[test]
fn a_full_room_drops_the_oldest_and_counts() {
    let admission = Admission::new(Policy { capacity: 3, ..Policy::default() });
    (1..=10).for_each(|number| drop(admission.offer(event(number, 1))));
    assert_eq!(numbers(&admission), [8, 9, 10]);
    assert_eq!(admission.refused(), BTreeMap::from([(Refusal::Queue, 7)]));
}

#[test]
fn whoever_has_most_waiting_loses_first() {
    let admission = Admission::new(Policy { capacity: 4, ..Policy::default() });
    for (number, from) in [(1, 1), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3)] {
        admission.offer(event(number, from));
    }
    // 5 came when four waited, three of them from 2; then 6, when 2 had two, as many as nobody else.
    assert_eq!(numbers(&admission), [1, 4, 5, 6]);
}

#[test]
fn sources_take_turns() {
    let admission = Admission::new(Policy::default());
    for (number, from) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 3), (6, 2)] {
        admission.offer(event(number, from));
    }
    assert_eq!(numbers(&admission), [1, 4, 5, 2, 6, 3]);
}

#[test]
fn who_asks_too_often_is_refused_and_served_last() {
    let rate = Some(Rate { per_second: 1e-3, burst: 2 });
    let admission = Admission::new(Policy { rate, ..Policy::default() });
    (1..=5).for_each(|number| drop(admission.offer(event(number, 1))));
    (6..=7).for_each(|number| drop(admission.offer(event(number, 2))));
    assert_eq!(numbers(&admission), [6, 7, 1, 2]);
    assert_eq!(admission.refused(), BTreeMap::from([(Refusal::Rate, 3)]));
}

#[test]
fn who_asks_too_often_makes_room_for_the_others() {
    let rate = Some(Rate { per_second: 1e-3, burst: 3 });
    let admission = Admission::new(Policy { rate, capacity: 4, ..Policy::default() });
    (1..=4).for_each(|number| drop(admission.offer(event(number, 1))));
    // The turns of 1 move behind when they come up; until then it has the longest line.
    (5..=7).for_each(|number| drop(admission.offer(event(number, 2))));
    assert_eq!(numbers(&admission), [5, 6, 7, 3]);
}

/// Far more sources than are remembered: memory is bounded, and each still has its packets in order.
#[test]
fn made_up_sources_do_not_fill_the_memory() {
    let rate = Some(Rate { per_second: 1e-3, burst: 1 });
    let admission = Admission::new(Policy { rate, ..Policy::default() });
    (0..50_000).for_each(|from| drop(admission.offer(event(u64::from(from) + 1, from))));
    let room = admission.lock();
    assert!(room.sources.waiting() == CAPACITY, "{}", room.sources.waiting());
    let refused: u64 = room.refused.values().sum();
    assert_eq!(refused + CAPACITY as u64, 50_000);
    // One at most of those for whom there was no place had the strangers' token.
    assert_eq!(room.refused[&Refusal::Rate], 50_000 - 16_384 - 1);
}

#[test]
fn large_and_late_packets_and_copies_go_no_further() {
    let largest = Some(40);
    let policy = Policy { largest, deduplicate: true, only_ipv4: true, ..Policy::default() };
    let admission = Admission::new(policy);
    let mut large = event(1, 1);
    large.packet.resize(41, 0);
    admission.offer(large);
    let mut other = event(1, 1);
    other.packet[0] = 0x60;
    admission.offer(other);
    admission.offer(event(2, 1));
    admission.offer(event(2, 1));
    let taken = admission.take(Duration::ZERO, |_| {}).expect("the first of the two");
    admission.offer(event(2, 1));
    admission.finish(&taken);
    admission.offer(event(2, 1));
    assert_eq!(numbers(&admission), [2]);
    let expect = [(Refusal::Size, 1), (Refusal::Ipv6, 1), (Refusal::Duplicate, 2)];
    assert_eq!(admission.refused(), BTreeMap::from(expect));

    let deadline = Some(Duration::from_millis(1));
    let admission = Admission::new(Policy { deadline, ..Policy::default() });
    admission.offer(event(1, 1));
    std::thread::sleep(Duration::from_millis(5));
    admission.offer(event(2, 1));
    assert_eq!(numbers(&admission), [2]);
    assert_eq!(admission.refused(), BTreeMap::from([(Refusal::Late, 1)]));
}

/// A timer has nobody who repeats it: it is handed back where there is no room for it, and is never too late.
#[test]
fn timers_are_not_lost() {
    let timer = |number| Event { timer: Some("x".into()), ..event(number, 1) };
    let deadline = Some(Duration::ZERO);
    let admission = Admission::new(Policy { deadline, capacity: 1, ..Policy::default() });
    assert!(admission.offer(timer(1)).is_none());
    let evicted = admission.offer(timer(2)).expect("there is room for one");
    assert_eq!((evicted.number, evicted.timer.as_deref()), (1, Some("x")));
    assert_eq!(numbers(&admission), [2]);
}

#[test]
fn closing_wakes_who_waits() {
    let admission = Admission::new(Policy::default());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| admission.take(Duration::from_secs(60), |_| {}).is_none());
        admission.close();
        assert!(waiter.join().unwrap());
    });
    assert!(admission.is_finished());
}
