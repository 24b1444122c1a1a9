//! Nobody can be bankrupted: rates, sizes and budgets hold under a flood, and who keeps to the rules is
//! still answered.

use std::net::Ipv4Addr;
use std::time::Duration;

use provider::{Behaviour, Latency, Provider};
use softstack::admission::Refusal;
use softstack::journal::Record;
use wire::Echo;

use crate::host::{HOST, KEY, MODELS, Running, ping, ping_with};

fn stand_in() -> Provider {
    Provider::start(Behaviour { key: Some(KEY.into()), ..Behaviour::default() })
}

fn from(source: u32, sequence: u16) -> Vec<u8> {
    let source = Ipv4Addr::from(0x0a01_0000 + source);
    Echo { sequence, payload: &[1, 2, 3], ..Echo::new(source, HOST.address) }.request()
}

/// The first of the sources that keep to their rate.
const PATIENT: u32 = 10_000;

fn patient(destination: Ipv4Addr) -> bool {
    u32::from(destination) >= 0x0a01_0000 + PATIENT
}

#[test]
fn a_source_that_asks_too_often_is_refused_and_another_is_not() {
    let provider = stand_in();
    let host = Running::start(&provider, MODELS[0], "rate = 0.01\nburst = 5\n");
    for sequence in 0..50 {
        host.send(&from(1, sequence));
    }
    assert!(host.outcomes(5).iter().all(|told| told.sent.is_some()));
    assert!(host.ask(&from(2, 1)).sent.is_some(), "an unthrottled source");
    assert_eq!(provider.seen().len(), 6);
    let statistics = host.finish();
    assert_eq!(statistics.refused[&Refusal::Rate], 45, "{statistics:?}");
}

#[test]
fn a_packet_that_is_too_long_is_refused() {
    let provider = stand_in();
    let host = Running::start(&provider, MODELS[0], "max_packet = 100\n");
    host.send(&ping_with(1, &[0; 100]));
    assert!(host.ask(&ping(2)).sent.is_some());
    assert_eq!(provider.seen().len(), 1);
    assert_eq!(host.finish().refused[&Refusal::Size], 1);
}

/// However many calls there are at once, the budget is not passed; one clear message, and silence.
#[test]
fn a_budget_is_not_passed() {
    const BUDGET: u64 = 40_000;
    for limit in
        [format!("run_tokens = {BUDGET}"), "run_usd = 0.04".into(), "day_tokens = 40000".into()]
    {
        let provider = stand_in();
        let more = format!("{limit}\nmax_tokens = 2000\nrate = \"none\"\nqueue = 1000\n");
        let host = Running::start(&provider, MODELS[0], &more);
        for sequence in 0..300 {
            host.send(&ping(sequence));
            std::thread::sleep(Duration::from_micros(200));
        }
        let mut notices = Vec::new();
        while notices.is_empty() {
            std::thread::sleep(Duration::from_millis(50));
            notices = host.notices();
        }
        assert_eq!(notices.len(), 1, "{notices:?}");
        assert!(notices[0].contains("no more calls"), "{notices:?}");
        let calls = provider.seen().len();
        std::thread::sleep(Duration::from_millis(100));
        assert!((1..300).contains(&calls) && calls == provider.seen().len(), "{calls} calls");
        let statistics = drain(host);
        let spending = statistics.spending.expect("something was spent");
        let within = match limit.contains("usd") {
            true => spending.usd.is_some_and(|usd| usd <= 0.04),
            false => spending.usage.total() <= BUDGET,
        };
        assert!(within, "{limit}: {spending:?}");
        assert!(statistics.refused.contains_key(&Refusal::Budget), "{statistics:?}");
    }
}

/// Stops a host without looking at its replies: they are checked elsewhere.
fn drain(host: Running) -> softstack::journal::Statistics {
    host.finish_unread()
}

/// More packets than can be thought about, from made-up sources: bounded calls, and every packet is
/// accounted for.
#[test]
fn a_flood() {
    let latency = Latency { first_token: Duration::from_millis(200), ..Latency::default() };
    let provider =
        Provider::start(Behaviour { key: Some(KEY.into()), latency, ..Behaviour::default() });
    let more = "rate = 0.2\nburst = 2\nin_flight = 8\nmax_tokens = 1000\nrun_usd = 100\nday_usd = \"none\"\n\
                day_tokens = \"none\"\nrun_tokens = \"none\"\n";
    let host = Running::start(&provider, MODELS[0], more);
    let mut answered = 0;
    for round in 0..40u16 {
        for source in 0..500 {
            host.push(&from(source, round));
        }
        // From another source each time, lest it too asks too often.
        if round >= 10 && round % 3 == 0 {
            host.insist(&from(PATIENT + u32::from(round), round));
        }
        std::thread::sleep(Duration::from_millis(50));
        answered += host.replies_to(patient);
    }
    std::thread::sleep(Duration::from_millis(1_500));
    answered += host.replies_to(patient);
    let calls = provider.seen().len();
    // Eight at a time, each 0.2 seconds, for some four seconds.
    assert!(calls < 8 * 5 * 8, "{calls} calls");
    assert_eq!(answered, 10, "the pings of those that keep to their rate");
    let statistics = host.finish_unread();
    assert!(statistics.refused[&Refusal::Rate] > 10_000, "{statistics:?}");
    assert!(statistics.received > 15_000, "{statistics:?}");
}

#[test]
fn refusals_do_not_fill_the_journal() {
    let provider = stand_in();
    let host = Running::start(&provider, MODELS[0], "rate = 0.01\nburst = 1\n");
    // Others are answered meanwhile: every time there would be something new to tell.
    for sequence in 0..100 {
        (0..4).for_each(|_| host.send(&from(1, sequence)));
        host.send(&from(2 + u32::from(sequence), sequence));
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(1_200));
    let told = host.told();
    let refused = told.iter().filter(|record| matches!(record, Record::Refused { .. })).count();
    assert!((1..=6).contains(&refused), "{refused} of {}", told.len());
    host.finish_unread();
}
