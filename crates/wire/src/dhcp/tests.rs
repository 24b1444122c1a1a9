use super::*;
use proptest::prelude::*;

fn message(options: &[u8]) -> Vec<u8> {
    [&[0; FIXED_LEN][..], &COOKIE, options].concat()
}

#[test]
fn options_pads_and_end() {
    let bytes = message(&[53, 1, 5, 0, 0, 51, 4, 0, 0, 0, 60, 255, 0]);
    let dhcp = Dhcp::new(&bytes).unwrap();
    assert_eq!(dhcp.message_type(), Some(message::ACK));
    assert_eq!(dhcp.option(option::LEASE_TIME).unwrap().range, 245..251);
    assert_eq!(dhcp.option(option::LEASE_TIME).unwrap().data_range(), 247..251);
    assert_eq!(dhcp.value(option::LEASE_TIME), Some([0, 0, 0, 60]));
    assert_eq!(dhcp.options().count(), 2);
    assert_eq!(dhcp.options_in(240..bytes.len()).end(), Some(251));
    assert_eq!(message::name(18), Some("DHCPTLS"));
    assert_eq!((message::name(0), message::name(19)), (None, None));
}

#[test]
fn overload_leads_to_file_and_then_to_sname() {
    let mut bytes = message(&[52, 1, 3, 255]);
    bytes[108..112].copy_from_slice(&[53, 1, 2, 255]);
    bytes[44..48].copy_from_slice(&[12, 1, b'a', 255]);
    let dhcp = Dhcp::new(&bytes).unwrap();
    assert_eq!(dhcp.areas().collect::<Vec<_>>(), [240..244, 108..236, 44..108]);
    let codes: Vec<_> = dhcp.options().map(|option| option.code).collect();
    assert_eq!(codes, [52, 53, 12]);
    assert_eq!(dhcp.option(12).unwrap().range, 44..47);
    bytes[242] = 2;
    assert_eq!(Dhcp::new(&bytes).unwrap().message_type(), None);
}

#[test]
fn lengths_that_lead_nowhere() {
    let bytes = message(&[53, 1, 1, 51, 9, 0]);
    let mut list = Dhcp::new(&bytes).unwrap().options_in(240..bytes.len());
    assert_eq!(list.next().unwrap().unwrap().code, 53);
    let bad = BadLength { code: 51, offset: 243, stated: Some(9), left: 1 };
    assert_eq!(list.next(), Some(Err(bad)));
    assert_eq!(list.next(), None);
    assert_eq!(list.end(), None);
    let bytes = message(&[53]);
    let mut list = Dhcp::new(&bytes).unwrap().options_in(240..bytes.len());
    let bad = BadLength { code: 53, offset: 240, stated: None, left: 0 };
    assert_eq!(list.next(), Some(Err(bad)));
}

#[test]
fn without_a_cookie_there_are_no_options() {
    let mut bytes = message(&[53, 1, 1, 255]);
    bytes[236] = 0;
    assert_eq!(Dhcp::new(&bytes).unwrap().options().count(), 0);
    assert_eq!(Dhcp::new(&bytes[..FIXED_LEN]).unwrap().options().count(), 0);
}

proptest! {
    #[test]
    fn options_lie_in_order(
        options in prop::collection::vec(prop_oneof![Just(52_u8), 0..8_u8, any::<u8>()], 0..120),
    ) {
        let bytes = message(&options);
        let dhcp = Dhcp::new(&bytes).unwrap();
        for area in dhcp.areas() {
            let mut end = area.start;
            for option in dhcp.options_in(area.clone()).flatten() {
                prop_assert!(option.range.start >= end && option.range.end <= area.end);
                end = option.range.end;
            }
        }
        let _ = dhcp.message_type();
    }
}
