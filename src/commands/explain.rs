//! `softstack explain`: a packet's fields, what is wrong with it and, from a model, why. Table and findings
//! are exact and come first; what the model says is checked against them as it comes.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use softstack::config::Asked;
use softstack::explain::marks::{marked, tally};
use softstack::explain::{Case, Explanation, Shown, explain, table};
use softstack::prompt::Style;
use softstack::view::{printable, tell};
use tokio_util::sync::CancellationToken;
use wire::Link;

use super::{Layers, Outcome, Watch, cost, print};
use input::Input;

mod batch;
mod input;

/// Arguments of `softstack explain`.
#[derive(Args)]
pub struct Explain {
    /// A capture (pcap, pcapng), or one packet in hex; `-` reads either from standard input, hex also as
    /// xxd, tcpdump -x and Wireshark write it.
    #[arg(value_name = "FILE|HEX", required = true)]
    input: Vec<String>,
    /// Which packet of a capture, counted from 1.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    packet: Option<u64>,
    /// What hex begins with: ethernet, raw (IP), ipv4, ipv6, cooked … [default: raw if it looks like IP,
    /// else ethernet]
    #[arg(long, value_name = "LINK")]
    link: Option<Link>,
    /// Who explains: provider/model, as in the other commands. [default: nobody, table and findings alone]
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Print JSON, a line a packet.
    #[arg(long)]
    json: bool,
    /// Explain all packets with findings, one for each kind of findings, in one batch at half the price
    /// where the API takes batches; they are answered within a day, mostly within the hour.
    #[arg(long, requires = "model", conflicts_with = "packet")]
    batch: bool,
    /// Kinds of findings that a batch explains at most.
    #[arg(long, value_name = "N", default_value_t = 50, requires = "batch",
          value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Wait for a batch that was sent before, with the same packets, and show what it says.
    #[arg(long, value_name = "ID", requires = "batch")]
    resume_batch: Option<String>,
    /// Cancel a batch that was sent before.
    #[arg(long, value_name = "ID", requires = "batch", conflicts_with = "resume_batch")]
    cancel_batch: Option<String>,
    #[command(flatten)]
    layers: Layers,
    /// Ends whatever is being waited for.
    #[arg(skip)]
    stop: CancellationToken,
}

impl Explain {
    /// Runs the subcommand.
    pub fn run(self) -> Outcome {
        // What cannot be asked is said before anything is read.
        let asked = self.asked()?;
        let input = Input::new(&self.input, self.link)?;
        let _watch = Watch::start(super::interrupted()?, self.stop.clone());
        if let Some(asked) = asked.as_ref().filter(|_| self.batch) {
            return self.batch(asked, input);
        }
        let case = input.case(self.packet)?;
        if !self.json {
            print(&exact(&case))?;
        }
        let explained = asked.as_ref().map(|asked| self.explained(asked, &case));
        if self.json {
            print(&format!("{}\n", object(&case, explained.as_ref())))?;
        }
        explained.transpose()?;
        Ok(ExitCode::SUCCESS)
    }

    /// The model that was named, if one was.
    fn asked(&self) -> Result<Option<Asked>, Box<dyn Error>> {
        if self.model.is_none() {
            return Ok(None);
        }
        let config = self.layers.load(self.model.clone())?;
        Ok(Some(config.asked(&self.stop)?))
    }

    /// Has the model explain a case, and shows that.
    fn explained(&self, asked: &Asked, case: &Case) -> Result<Explanation, String> {
        let style = Style::explainer();
        asked
            .affords(asked.caller.cost(&case.prompt(&style)))
            .map_err(|error| error.to_string())?;
        let mut page = Page::new(self.json);
        page.begin(asked.caller.name());
        let explained =
            explain(&asked.caller, &style, case, asked.until(), &mut |shown| page.show(shown));
        page.end(explained.as_ref().ok());
        asked.notices.take().iter().for_each(|notice| tell(&format!("softstack: {notice}")));
        explained
    }
}

/// Where an explanation is shown.
struct Page {
    out: anstream::AutoStream<std::io::Stdout>,
    /// Whether nothing is, because all comes as JSON in the end.
    silent: bool,
    /// Whether the last line is still open.
    open: bool,
}

impl Page {
    fn new(silent: bool) -> Page {
        Page { out: anstream::AutoStream::auto(std::io::stdout()), silent, open: false }
    }

    /// That a reader has gone away is no error.
    fn write(&mut self, text: &str) {
        if !self.silent && !text.is_empty() {
            let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
            self.open = !text.ends_with('\n');
        }
    }

    fn begin(&mut self, model: &str) {
        self.write(&format!("\n{} explains:\n\n", printable(model)));
    }

    fn show(&mut self, shown: Shown) {
        match shown {
            Shown::Words { text, start, claims } => self.write(&marked(text, start, claims)),
            Shown::Again => self.write("\n[the answer broke off and is asked for again]\n\n"),
        }
    }

    fn end(&mut self, explanation: Option<&Explanation>) {
        if self.open {
            self.write("\n");
        }
        let Some(Explanation { claims, cut, spending, .. }) = explanation else { return };
        let cut = cut.as_ref().map(|why| format!("[{}]\n", printable(why))).unwrap_or_default();
        self.write(&format!("\n{cut}{}\n{}\n", tally(claims), cost(spending)));
    }
}

/// The exact part.
fn exact(case: &Case) -> String {
    let (length, link) = (case.bytes.len(), case.link);
    let findings = match case.findings.is_empty() {
        true => "no findings\n".to_owned(),
        false => table::findings(&case.findings),
    };
    format!(
        "{}\n{length} bytes, link {link}\n\n{}\n{findings}",
        printable(&case.summary()),
        table::fields(&case.dissection)
    )
}

/// A case as JSON, with its explanation or why there is none.
fn object(case: &Case, explained: Option<&Result<Explanation, String>>) -> Value {
    let mut object = json!(case);
    object["summary"] = case.dissection.summary().into();
    match explained {
        Some(Ok(explanation)) => object["explanation"] = json!(explanation),
        Some(Err(why)) => object["error"] = why.as_str().into(),
        None => {}
    }
    object
}
