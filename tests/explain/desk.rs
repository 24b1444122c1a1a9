//! What the tests share: a stand-in, the configuration that leads to it, and packets to explain.

use std::io::Write;
use std::process::{Command, Stdio};

use provider::{Behaviour, Provider};
use wire::{Echo, hex};

use crate::program::{Finished, finish, run, softstack};

/// The key that the stand-in wants.
pub const KEY: &str = "sk-test-7b1d5c";
/// Both APIs.
pub const MODELS: [&str; 2] = ["claude/claude-haiku-5-5", "gpt/gpt-6-luna"];

/// A stand-in and a configuration.
pub struct Desk {
    pub provider: Provider,
    pub folder: tempfile::TempDir,
}

impl Desk {
    pub fn new(behaviour: Behaviour) -> Desk {
        let provider = Provider::start(Behaviour { key: Some(KEY.into()), ..behaviour });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (url, account) = (provider.url(), folder.path().join("account"));
        let config = format!(
            "account = \"{}\"\n\
             [providers.claude]\napi = \"anthropic\"\nbase_url = \"{url}\"\nkey = \"{KEY}\"\n\
             structured = true\nbatches = true\n\
             [providers.gpt]\napi = \"openai\"\nbase_url = \"{url}/v1\"\nkey = \"{KEY}\"\n\
             structured = true\nbatches = true\noutput_limit = \"max_completion_tokens\"\n\
             [providers.local]\napi = \"openai\"\nbase_url = \"{url}/v1\"\nkey = \"{KEY}\"\nfree = true\n\
             [prices]\n\"claude/*\" = {{ input = 1.0, output = 5.0, cached = 0.1 }}\n\
             \"gpt/*\" = {{ input = 1.0, output = 5.0 }}\n",
            account.display()
        );
        std::fs::write(folder.path().join("config.toml"), config).expect("a configuration");
        Desk { provider, folder }
    }

    pub fn command(&self, arguments: &str) -> Command {
        let config = self.folder.path().join("config.toml");
        softstack(&format!("explain {arguments} --config {}", config.display()))
    }

    pub fn run(&self, arguments: &str) -> Finished {
        run(self.command(arguments))
    }

    /// A file with that content, and its name.
    pub fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path.display().to_string()
    }

    /// What was spent, as the account has it: a line a call or batch.
    pub fn account(&self) -> Vec<serde_json::Value> {
        let folder = std::fs::read_dir(self.folder.path().join("account"));
        let files = folder.into_iter().flatten().flatten();
        let text: String =
            files.map(|file| std::fs::read_to_string(file.path()).expect("text")).collect();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

/// Runs a command with that on its standard input.
pub fn with_input(mut command: Command, input: &str) -> Finished {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    finish(child)
}

/// A right ping.
pub fn ping() -> Vec<u8> {
    let payload: Vec<u8> = (0x10..0x48).collect();
    let echo = Echo::new([10, 0, 0, 2].into(), [10, 0, 0, 1].into());
    Echo { identifier: 7, sequence: 1, payload: &payload, ..echo }.request()
}

/// One whose TTL was lowered and whose checksum was not.
pub fn stale() -> Vec<u8> {
    let mut packet = ping();
    packet[8] -= 1;
    packet
}

/// One with a wrong ICMP checksum.
pub fn damaged() -> Vec<u8> {
    let mut packet = ping();
    packet[40] ^= 0xff;
    packet
}

pub fn stale_hex() -> String {
    hex::encode(&stale())
}

/// A capture of raw IP packets.
pub fn capture(packets: &[Vec<u8>]) -> Vec<u8> {
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let mut file = words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 101]);
    for packet in packets {
        let length = packet.len() as u32;
        file.extend(words(&[1_795_000_000, 0, length, length]));
        file.extend(packet);
    }
    file
}
