//! Runs weights on fresh packets and compares every token with the teacher's.
use rand::{Rng, SeedableRng};
use std::time::Instant;
fn main() {
    let mut args = std::env::args().skip(1);
    let bytes = std::fs::read(args.next().unwrap()).unwrap();
    let n: usize = args.next().unwrap().parse().unwrap();
    let (lo, hi): (usize, usize) =
        (args.next().unwrap().parse().unwrap(), args.next().unwrap().parse().unwrap());
    let seed: u64 = args.next().map_or(7, |s| s.parse().unwrap());
    let net = nano::transformer::Transformer::from_safetensors(&bytes).unwrap();
    println!("{} parameters", net.parameters());
    let mut context = Default::default();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    for faulty in [false, true] {
        let (mut right, mut answered, mut tokens, mut time, mut wrong_by) =
            (0, 0, 0, 0.0, std::collections::BTreeMap::new());
        for i in 0..n {
            let data = rng.random_range(lo..=hi);
            let fault = faulty.then(|| teacher::packets::fault(&mut rng));
            let a = teacher::packets::arrival(&mut rng, data, fault);
            let (trace, ending) = teacher::trace(&a.packet, a.own);
            let mut got = vec![];
            let t = Instant::now();
            let end = nano::think(&net, &mut context, &a.packet, a.own, |s| {
                match s {
                    nano::Seen::Chunk(c) => got.extend(c.tokens().iter().map(|t| t.0)),
                    nano::Seen::Last(t) => got.push(t),
                };
                got.len() < 60000
            });
            time += t.elapsed().as_secs_f64();
            tokens += got.len();
            if end.as_ref() == Some(&ending) {
                right += 1
            } else {
                let at = got
                    .iter()
                    .zip(&trace)
                    .position(|(g, t)| *g != t.token)
                    .unwrap_or(got.len().min(trace.len()));
                let what = trace[..at]
                    .iter()
                    .rev()
                    .find(|e| matches!(e.token.meaning(), nano::vocabulary::Meaning::Label(_)))
                    .map(|e| format!("{:?}", e.token));
                *wrong_by.entry(what).or_insert(0) += 1;
                if faulty && matches!(end, Some(nano::tape::Ending::Reply(_))) {
                    answered += 1
                }
                if std::env::var("SHOW").is_ok() {
                    println!(
                        "packet {i} fault {fault:?}: {ending:02x?}\n got {end:02x?} differs at {at} after {:?}: {:?} instead of {:?}",
                        &trace[at.saturating_sub(16)..at]
                            .iter()
                            .map(|e| e.token)
                            .collect::<Vec<_>>(),
                        got.get(at),
                        trace.get(at).map(|e| e.token)
                    );
                }
            }
        }
        println!(
            "faulty {faulty}: {right} of {n}, answered {answered}, {:.1} tokens, {:.3} ms a packet, {:.2} us a token; wrong after {wrong_by:?}",
            tokens as f64 / n as f64,
            time * 1e3 / n as f64,
            time * 1e6 / tokens as f64
        );
    }
}
