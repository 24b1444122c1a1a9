//! `cargo xtask provider`: a local server that speaks the APIs of hosted models, for trying softstack without a
//! key. Its model is a deterministic host in code; the reasoning that it streams is true, and cheap.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use provider::{Behaviour, Brain, Latency, Model, Provider};

use crate::Failure;

/// A name that nobody takes for a model's.
const NAME: &str = "stand-in";

/// Arguments of `cargo xtask provider`.
#[derive(Args)]
pub struct StandIn {
    /// Port on 127.0.0.1.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Seconds to the first token.
    #[arg(long, default_value_t = 1.0)]
    first_token: f64,
    /// Tokens in a second from then on.
    #[arg(long, default_value_t = 80.0)]
    rate: f64,
    /// The only key that it takes; any or none if not said.
    #[arg(long)]
    key: Option<String>,
    /// Explanations have one wrong number in them.
    #[arg(long)]
    lie: bool,
    /// How often a batch is asked after before it has ended.
    #[arg(long, default_value_t = 3)]
    polls: usize,
}

impl StandIn {
    /// Serves until it is interrupted.
    pub fn run(self) -> Result<(), Failure> {
        let first_token = Duration::try_from_secs_f64(self.first_token)?;
        let latency = Latency { first_token, tokens_per_second: self.rate };
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let brain = if self.lie { Brain::Lying } else { Brain::Correct };
        let (key, polls) = (self.key, self.polls);
        let models = Model::usual().into_iter().chain([Model::local(NAME)]).collect();
        let behaviour = Behaviour { latency, key, brain, polls, models, ..Behaviour::default() };
        let in_use = |error| format!("{address}: {error}");
        let _provider = Provider::bind(behaviour, address).map_err(in_use)?;
        println!("Anthropic's API:  ANTHROPIC_API_KEY=any ANTHROPIC_BASE_URL=http://{address}");
        println!("OpenAI's:         OPENAI_API_KEY=any OPENAI_BASE_URL=http://{address}/v1");
        println!("A model of yours: OLLAMA_BASE_URL=http://{address}/v1, --model ollama/{NAME}");
        loop {
            std::thread::park();
        }
    }
}
