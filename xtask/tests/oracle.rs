//! The judge, the reference host and nano beside this machine's kernel. Where namespaces or /dev/net/tun are out of
//! reach the test is skipped, and the reason printed; under `SOFTSTACK_REQUIRE_TOOLS=1`, as in CI, it fails.

use std::process::Command;

#[test]
fn every_difference_from_the_kernel_is_explained() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).arg("oracle").output().expect("xtask runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    match stdout.strip_prefix("skipped: ") {
        Some(reason) => println!("skipped: {reason}"),
        None => {
            let sound = stdout.lines().find(|line| line.starts_with("| `ipv4.sound` |")).unwrap();
            assert!(sound.contains("| none: an echo request | echo reply |"), "{sound}");
            assert!(sound.ends_with("| as the kernel |"), "{sound}");
            // One known slip of these weights, which the page names.
            assert!(stdout.contains("\n| nano would be vetoed | 1 | 0 | 1 | 0 |\n"), "{stdout}");
        }
    }
}
