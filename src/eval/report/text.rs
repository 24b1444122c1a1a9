//! One report as lines for people: what was measured, how that went, and what it took.

use std::fmt::Write;

use verify::Reason;

use super::Report;
use crate::backend::Spending;

/// One report as lines for people.
pub fn lines(report: &Report) -> String {
    let mut text = head(report);
    let (valid, bad) = (&report.valid, &report.bad);
    let _ = writeln!(
        text,
        "valid requests     {:>9}  exact at first try {:>9} ({}), admitted {}, vetoed {}, right \
         after a veto {}, unanswered {}",
        valid.n,
        valid.exact,
        percent(valid.exact, valid.n),
        valid.admitted,
        valid.vetoed,
        valid.second,
        valid.unanswered
    );
    let _ = writeln!(
        text,
        "bad packets        {:>9}  right drop         {:>9} ({}), answered {}, past the judge {}",
        bad.n,
        bad.right,
        percent(bad.right, bad.n),
        bad.answered,
        bad.passed
    );
    // In the order in which the judge tries them.
    for name in Reason::ALL.map(Reason::name) {
        let Some(class) = report.classes.get(name) else { continue };
        let right = percent(class.right, class.n);
        let _ = writeln!(
            text,
            "  {name:<16} {:>9}  right drop         {:>9} ({right}), answered {}",
            class.n, class.right, class.answered
        );
    }
    for (length, class) in &report.lengths {
        let exact = percent(class.exact, class.n);
        let _ = writeln!(
            text,
            "  up to {length:>4} bytes  {:>9}  exact              {:>9} ({exact})",
            class.n, class.exact
        );
    }
    text + &foot(report)
}

/// Who was measured, and how.
pub(super) fn head(report: &Report) -> String {
    let offload = if report.checksum_offload { ", with checksum offload" } else { "" };
    let form = report.form.map(|form| format!(", replies in {form}")).unwrap_or_default();
    format!("{}{form}{offload}, seed {}\n", report.model, report.seed)
}

/// What it took, and what is missing.
pub(super) fn foot(report: &Report) -> String {
    let mut text = format!("{:.1} tokens per packet", report.tokens_per_packet);
    let _ = match (report.median_ms, report.p95_ms) {
        (Some(median), Some(p95)) => {
            writeln!(text, "; a valid request: median {median:.3} ms, 95 % in {p95:.3} ms")
        }
        _ => writeln!(text),
    };
    if let Some(Spending { usage, usd }) = &report.spending
        && usage.total() > 0
    {
        let usd = usd.map_or("at an unknown price".to_owned(), |usd| format!("${usd:.6}"));
        let _ = writeln!(
            text,
            "tokens read {}, from a cache {}, into a cache {}, written {}; {usd}",
            usage.input, usage.cached, usage.cache_written, usage.output
        );
    }
    if report.unavailable > 0 {
        let _ = writeln!(text, "without an answer, counted nowhere above: {}", report.unavailable);
    }
    if !report.complete {
        let _ = writeln!(text, "NOT COMPLETE: not every packet of the plan was measured");
    }
    text
}

fn percent(part: u64, n: u64) -> String {
    format!("{:.4} %", 100.0 * part as f64 / n.max(1) as f64)
}
