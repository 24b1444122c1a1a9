//! What reports of MLD version 2 and of IGMP version 3 share: records laid out alike, with addresses of another
//! size (RFC 3810 section 5.2, RFC 3376 section 4.2).

use crate::rule::Fault;

/// The fault of a report whose records, of addresses of `address` octets, are not as long as it is; or that
/// has not even its own eight octets.
pub(super) fn wrong_records(report: &[u8], address: usize) -> Option<Fault> {
    let end = end_of_records(report, address);
    match end {
        Some(end) if end == report.len() => None,
        Some(end) => {
            let message = format!("expected {end} bytes, found {}", report.len());
            Some(Fault::new(end..report.len(), message))
        }
        None => {
            let message = format!("expected whole records, found {} bytes", report.len());
            Some(Fault::new(0..report.len(), message))
        }
    }
}

/// Where the last record ends; `None` where the report ends before.
fn end_of_records(report: &[u8], address: usize) -> Option<usize> {
    let word = |at: usize| {
        let octets = report.get(at..at + 2)?.first_chunk()?;
        Some(usize::from(u16::from_be_bytes(*octets)))
    };
    let mut end = 8;
    for _ in 0..word(6)? {
        let auxiliary = usize::from(*report.get(end + 1)?) * 4;
        end += 4 + address + word(end + 2)? * address + auxiliary;
    }
    (end <= report.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_end_with_the_report() {
        // One source and a word of auxiliary data, then a record without.
        let mut report = vec![0x22, 0, 0, 0, 0, 0, 0, 2, 1, 1, 0, 1, 224, 0, 0, 9, 10, 0, 0, 1];
        report.extend([9, 9, 9, 9, 4, 0, 0, 0, 224, 0, 0, 9]);
        assert_eq!(wrong_records(&report, 4), None);
        let short = wrong_records(&report[..31], 4).unwrap();
        assert_eq!(short.message, "expected whole records, found 31 bytes");
        report.push(0);
        let long = wrong_records(&report, 4).unwrap();
        assert_eq!((long.range, long.message.as_str()), (32..33, "expected 32 bytes, found 33"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(
            report in prop::collection::vec(prop_oneof![0..3_u8, any::<u8>()], 0..120),
            address in prop_oneof![Just(4), Just(16)],
        ) {
            if let Some(fault) = wrong_records(&report, address) {
                prop_assert!(fault.range.end <= report.len());
            }
        }
    }
}
