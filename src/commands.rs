//! The subcommands, and what they share: which model, which journal, which view.

use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};
use softstack::backend::Spending;
use softstack::config::{Config, Settings};
use softstack::journal::{Journal, JsonLines};
use softstack::stack::Thinkers;
use softstack::view::{Detail, View};
use tokio_util::sync::CancellationToken;

mod alongside;
pub mod check;
pub mod cidr;
pub mod config;
pub mod eval;
pub mod explain;
pub mod host;
pub mod lint;
pub mod models;
pub mod ping;
pub mod program;
pub mod programs;
pub mod replay;
pub mod rules;
pub mod run;

/// An exit code, or a line that says what went wrong (exit code 2).
pub type Outcome = Result<ExitCode, Box<dyn Error>>;

/// Which model answers, and how.
#[derive(Args)]
pub struct Model {
    /// Who is the host: `nano` is embedded (no network, no key); else provider/model, such as
    /// anthropic/claude-haiku-5-5, openai/…, openrouter/…, ollama/…, llamacpp/…, vllm/…, lmstudio/…; or
    /// replay/JOURNAL. Several with commas between are a cascade: the next is asked when the one
    /// before is vetoed or cannot tell. [default: nano]
    #[arg(long, value_name = "MODEL", help_heading = None)]
    pub model: Option<String>,
    #[command(flatten)]
    pub layers: Layers,
}

/// Where settings come from, beside the model's name.
#[derive(Args)]
pub struct Layers {
    /// Configuration in TOML. [default: ~/.config/softstack/config.toml]
    #[arg(long, value_name = "FILE", help_heading = None)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Model {
    /// The settings that hold.
    pub fn config(&self) -> Result<Config, Box<dyn Error>> {
        self.layers.load(self.model.clone())
    }

    /// Those who think.
    pub fn thinkers(&self) -> Result<Thinkers, Box<dyn Error>> {
        Ok(self.config()?.thinkers(CancellationToken::new())?)
    }
}

impl Layers {
    /// The settings that hold if `model` was named.
    pub fn load(&self, model: Option<String>) -> Result<Config, Box<dyn Error>> {
        let flags = Settings { model, ..self.settings.clone() };
        Ok(Config::load(&flags, self.config.as_deref())?)
    }
}

/// What is shown and written down.
#[derive(Args)]
pub struct Output {
    /// Write the journal to FILE: JSON Lines, or pcapng if its name ends in .pcapng. May be repeated.
    #[arg(long, value_name = "FILE")]
    journal: Vec<PathBuf>,
    /// Print the journal's JSON Lines instead of the live view.
    #[arg(long)]
    json: bool,
    /// Do not show the reasoning; vetoes are shown all the same.
    #[arg(long, short, conflicts_with = "json")]
    quiet: bool,
}

impl Output {
    /// The journal with every sink that was asked for.
    pub fn journal(&self) -> Result<Journal, Box<dyn Error>> {
        let mut journal = Journal::new();
        for path in &self.journal {
            journal.add_file(path)?;
        }
        if self.json {
            journal.add(JsonLines(std::io::stdout()));
        } else {
            let detail = if self.quiet { Detail::Quiet } else { Detail::Full };
            journal.add(View::new(anstream::AutoStream::auto(std::io::stdout()), detail));
        }
        Ok(journal)
    }
}

/// Ends what is being waited for as soon as the user interrupts: an answer may be a minute away.
pub struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Watches until it is dropped.
    pub fn start(interrupted: Arc<AtomicBool>, stop: CancellationToken) -> Watch {
        let over = Arc::new(AtomicBool::new(false));
        let watch = Watch(Arc::clone(&over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if interrupted.load(Ordering::Relaxed) {
                    return stop.cancel();
                }
                thread::sleep(Duration::from_millis(50));
            }
        });
        watch
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A flag that SIGINT and SIGTERM set.
pub fn interrupted() -> std::io::Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))?;
    }
    Ok(interrupted)
}

/// Prints to standard output, with colour where it is a terminal. That a reader has gone away is no error.
pub fn print(text: &str) -> std::io::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// What tokens were read and written, and what that cost.
pub fn cost(spending: &Spending) -> String {
    let usage = &spending.usage;
    let usd = match spending.usd {
        Some(0.0) => "free".to_owned(),
        Some(usd) => format!("${usd:.6}"),
        None => "at an unknown price".to_owned(),
    };
    let (read, written) = (usage.total() - usage.output, usage.output);
    let about = if usage.estimated { "about " } else { "" };
    format!("{about}{read} tokens read, {written} written, {usd}")
}
