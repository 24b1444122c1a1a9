//! `softstack check`: whether a model can be a host, before any traffic: the key, the endpoint, the model's
//! name, and one golden packet, with verdict, tokens, seconds and price.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use softstack::backend::http::shown_address;
use softstack::backend::provider::Api;
use softstack::backend::{BackendError, Failure};
use softstack::config::{Bound, Config, ConfigError, Member};
use softstack::mind::{Action, Event, Mind, Shown, Thought};
use softstack::notice::Notices;
use softstack::view::{duration, printable};
use tokio_util::sync::CancellationToken;
use verify::Host;
use wire::Echo;

use super::{Model, Outcome, Watch, print};

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The golden packet: a ping as iputils sends it.
const HOST: Host = Host::echo(std::net::Ipv4Addr::new(10, 0, 0, 1), None);

/// Arguments of `softstack check`.
#[derive(Args)]
pub struct Check {
    /// Show the model's reasoning.
    #[arg(long, short)]
    verbose: bool,
    #[command(flatten)]
    model: Model,
    /// Ends whatever is being waited for.
    #[arg(skip)]
    stop: CancellationToken,
}

/// A step that went wrong; its line is printed already.
struct Failed;

impl Check {
    /// Runs the subcommand; exit code 1 if the golden packet's reply is vetoed, 2 if a model cannot be
    /// asked.
    pub fn run(self) -> Outcome {
        let config = self.model.config()?;
        let interrupted = super::interrupted()?;
        let _watch = Watch::start(interrupted, self.stop.clone());
        let mut code = 0;
        for member in config.members()? {
            match self.member(&config, &member) {
                Ok(verdict) => code = code.max(u8::from(!verdict)),
                Err(Failed) => code = 2,
            }
        }
        Ok(ExitCode::from(code))
    }

    /// Checks one member of the cascade; whether its reply was admitted.
    fn member(&self, config: &Config, member: &Member) -> Result<bool, Failed> {
        match member {
            Member::Nano => say("model", true, "nano is embedded: no key, no network, no price"),
            Member::Replay(path) => {
                say("model", true, &format!("the answers recorded in {}", path.display()));
            }
            Member::Hosted { provider, model } => self.endpoint(config, provider, model)?,
        }
        self.golden_packet(config, member)
    }

    fn endpoint(&self, config: &Config, provider: &str, model: &str) -> Result<(), Failed> {
        let data = &config.settings.providers[provider];
        let endpoint = config.endpoint(provider, model, &Notices::default());
        let address = shown_address(&endpoint.base_url);
        say("model", true, &format!("{} at {address}", endpoint.name));
        match endpoint.check_key() {
            Err(error) => return fail("key", &error.to_string()),
            Ok(()) if endpoint.key.is_some() => say("key", true, "present"),
            Ok(()) => say("key", true, "none, and usually none is needed"),
        }
        let endpoint_path_is_v1 = endpoint.base_url.ends_with("/v1");
        let backend = match endpoint.open(data.api, self.stop.clone()) {
            Err(error) => return fail("endpoint", &error.to_string()),
            Ok(backend) => backend,
        };
        let began = Instant::now();
        match backend.models(began + PATIENCE) {
            // A gateway may know models and list none: the packet will tell.
            Err(Failure { error: BackendError::Status { code: 404 | 405, .. }, .. }) => {
                let hint = match (data.api, endpoint_path_is_v1) {
                    (Api::Openai, false) => "; does its address end in /v1?",
                    _ => "",
                };
                say("endpoint", true, &format!("answers, and lists no models{hint}"));
                Ok(())
            }
            Err(failure) => fail("endpoint", &failure.to_string()),
            Ok(listed) => {
                let took = duration(began.elapsed().as_secs_f64());
                let count = match listed.len() {
                    1 => "one model".to_owned(),
                    many => format!("{many} models"),
                };
                say("endpoint", true, &format!("lists {count}, in {took}"));
                let known = listed.iter().any(|listed| same(&listed.id, model));
                match known {
                    true => say("name", true, "the endpoint lists it"),
                    // Aliases and servers with one model need not be on the list: the packet will tell.
                    false => say("name", false, &unlisted(provider, model)),
                }
                Ok(())
            }
        }
    }

    fn golden_packet(&self, config: &Config, member: &Member) -> Result<bool, Failed> {
        let mut alone = config.clone();
        alone.settings.model = Some(name(member));
        let mut thinkers = alone.thinkers(self.stop.clone());
        if let Err(ConfigError::NoPrice(_)) = thinkers {
            // One call costs what it costs; the limits are for what comes after.
            say("price", false, "unknown, so before any traffic the configuration has to give one");
            (alone.settings.run_usd, alone.settings.day_usd) =
                (Some(Bound::None), Some(Bound::None));
            thinkers = alone.thinkers(self.stop.clone());
        }
        let mut thinkers = match thinkers {
            Err(error) => return fail("settings", &error.to_string()),
            Ok(thinkers) => thinkers,
        };
        let mind = thinkers.minds.first_mut().expect("there is a mind");
        let (thought, verdict) = self.ask(&mut **mind);
        if thinkers.checksum_offload {
            say("note", true, "with checksum offload: the runtime computes the reply's checksums");
        }
        thinkers.notices.take().iter().for_each(|notice| say("note", true, notice));
        let answered = match &thought.action {
            Action::Send(bytes) => format!("a reply of {} bytes", bytes.len()),
            Action::Drop(reason) => format!("silence: {reason}"),
            Action::Pass(why) | Action::Fail(why) => format!("no decision: {why}"),
            Action::Unavailable(why) => return fail("packet", why),
        };
        let decided = matches!(thought.action, Action::Send(_) | Action::Drop(_));
        say("packet", decided, &format!("{answered}, in {}", duration(thought.took.as_secs_f64())));
        say("cost", true, &cost(&thought));
        match verdict {
            Ok(()) => say("verdict", true, "admitted by the judge"),
            Err(objections) => {
                say("verdict", false, "vetoed by the judge");
                objections.iter().for_each(|objection| say("", false, objection));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The first attempt at the golden packet, and what the judge says.
    fn ask(&self, mind: &mut dyn Mind) -> (Thought, Result<(), Vec<String>>) {
        let payload: Vec<u8> = (0x08..0x40).collect();
        let peer = std::net::Ipv4Addr::new(10, 0, 0, 2);
        let ping = Echo {
            identifier: 0x2a,
            sequence: 1,
            payload: &payload,
            ..Echo::new(peer, HOST.address)
        };
        let mut event = Event::new(HOST, 1, ping.request());
        event.expires = Some(Instant::now() + PATIENCE);
        let mut show = |shown: Shown| {
            if let (Shown::Line(line), true) = (shown, self.verbose) {
                say("", true, &format!("│ {line}"));
            }
        };
        let thought = mind.think(&event, 1, &[], &mut show).expect("a first attempt");
        let veto = match &thought.action {
            Action::Send(bytes) => verify::admit(&HOST, &event.packet, bytes.clone()).err(),
            _ => verify::admit_silence(&HOST, &event.packet).err(),
        };
        let objections = veto.map(|veto| veto.findings.iter().map(ToString::to_string).collect());
        (thought, objections.map_or(Ok(()), Err))
    }
}

fn name(member: &Member) -> String {
    match member {
        Member::Nano => "nano".to_owned(),
        Member::Replay(path) => format!("replay/{}", path.display()),
        Member::Hosted { provider, model } => format!("{provider}/{model}"),
    }
}

/// Whether a listed name is the model's: Ollama lists `llama3.2:latest` for `llama3.2`.
fn same(listed: &str, model: &str) -> bool {
    listed == model || listed.strip_suffix(":latest") == Some(model)
}

fn unlisted(provider: &str, model: &str) -> String {
    format!(
        "{model} is not on the endpoint's list, which `softstack models {provider}` shows; the packet will \
         tell"
    )
}

fn cost(thought: &Thought) -> String {
    let tokens = || format!("{} tokens", thought.tokens);
    thought.spending.as_ref().map_or_else(tokens, super::cost)
}

fn say(what: &str, well: bool, text: &str) {
    let mark = if what.is_empty() {
        " "
    } else if well {
        "✓"
    } else {
        "✗"
    };
    // A reader that has gone away still gets the exit code.
    let _ = print(&format!("{mark} {what:<9} {}\n", printable(text)));
}

fn fail<T>(what: &str, text: &str) -> Result<T, Failed> {
    say(what, false, text);
    Err(Failed)
}
