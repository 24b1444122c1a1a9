//! The way to a model's endpoint: HTTPS with streamed answers, deadlines and an end. The threads that
//! think are ordinary ones and wait here; one thread of a runtime of its own drives all connections,
//! so that a hundred answers under way cost no more than the waiting.

use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Request, Response, Url};
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::BackendError;
use super::sse::{Event, Parser};

/// Most bytes of an answer that are read: some hundred times what the longest reply needs.
pub const LARGEST_ANSWER: usize = 1 << 20;
/// Most bytes of a batch's results that are read.
pub const LARGEST_RESULTS: usize = 64 << 20;
/// Most bytes of a refusal that are read.
const LARGEST_REFUSAL: usize = 64 << 10;
/// What was waited for when not even a connection came about.
pub(super) const CONNECTION: &str = "connection";
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Most characters of an endpoint's words that are passed on.
const QUOTED: usize = 300;

/// A client for one endpoint. Cheap to share, not to make.
pub struct Http {
    runtime: Arc<Runtime>,
    client: Client,
    origin: String,
    /// What must never be shown.
    secret: Option<String>,
    stop: CancellationToken,
}

impl Http {
    /// A client for the endpoint at `base`. `secret` is masked in every message; `stop` ends whatever
    /// is under way.
    ///
    /// # Errors
    /// When `base` is no HTTP address, or the machine has no certificates to trust.
    pub fn new(
        base: &str,
        secret: Option<String>,
        stop: CancellationToken,
    ) -> Result<Http, BackendError> {
        let url = Url::parse(base).ok().filter(|url| url.has_host());
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| BackendError::Unreachable {
            host: shown_address(base),
            why: "no address such as https://host/path".to_owned(),
        })?;
        let origin = url.origin().ascii_serialization();
        let unusable = |why: String| BackendError::Unreachable { host: origin.clone(), why };
        let runtime = runtime().map_err(|error| unusable(error.to_string()))?;
        let client = client(url.scheme() == "https").map_err(|error| {
            unusable(format!(
                "no TLS ({}): install your system's CA certificates (Debian: ca-certificates), or \
                 name a file of them in SSL_CERT_FILE",
                causes(&error)
            ))
        })?;
        Ok(Http { runtime, client, origin, secret, stop })
    }

    /// For building requests.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request and hands over the events of its answer until it ends, until `each` says that
    /// it has what it needs (`Ok(true)`), or until the time is up.
    ///
    /// # Errors
    /// What may go wrong between here and a model; or what `each` returns.
    pub fn stream(
        &self,
        request: Request,
        until: Instant,
        mut each: impl FnMut(Event) -> Result<bool, BackendError>,
    ) -> Result<(), BackendError> {
        self.wait(until, "whole answer", async {
            let response = self.send(request, until).await?;
            if !is_event_stream(response.headers()) {
                return Err(self.not_a_stream(response).await);
            }
            self.events(response, &mut each).await
        })
    }

    /// Sends a request and returns the JSON that it is answered with.
    ///
    /// # Errors
    /// What may go wrong between here and an endpoint.
    pub fn json(&self, request: Request, until: Instant) -> Result<Value, BackendError> {
        self.wait(until, "whole answer", async {
            let response = self.send(request, until).await?;
            let body = self.body(response, LARGEST_ANSWER).await?;
            serde_json::from_slice(&body).map_err(|_| self.malformed("no JSON", &body))
        })
    }

    /// Sends a request and returns the text that it is answered with, `most` bytes of it at most.
    ///
    /// # Errors
    /// What may go wrong between here and an endpoint.
    pub fn text(
        &self,
        request: Request,
        most: usize,
        until: Instant,
    ) -> Result<String, BackendError> {
        self.wait(until, "whole answer", async {
            let response = self.send(request, until).await?;
            let body = self.body(response, most).await?;
            String::from_utf8(body)
                .map_err(|_| BackendError::Malformed("it sent invalid UTF-8".to_owned()))
        })
    }

    fn wait<T>(
        &self,
        until: Instant,
        what: &'static str,
        work: impl Future<Output = Result<T, BackendError>>,
    ) -> Result<T, BackendError> {
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => Err(BackendError::Interrupted),
                done = timeout_at(until.into(), work) => {
                    done.unwrap_or_else(|_| Err(self.timed_out(what)))
                }
            }
        })
    }

    async fn send(&self, request: Request, until: Instant) -> Result<Response, BackendError> {
        let answered = timeout_at(until.into(), self.client.execute(request)).await;
        let answered = answered.map_err(|_| self.timed_out("first byte of an answer"))?;
        let response = answered.map_err(|error| self.broken(&error))?;
        match response.status().is_success() {
            true => Ok(response),
            false => Err(self.refusal(response).await),
        }
    }

    async fn events(
        &self,
        mut response: Response,
        each: &mut impl FnMut(Event) -> Result<bool, BackendError>,
    ) -> Result<(), BackendError> {
        let (mut parser, mut read, mut enough) = (Parser::default(), 0, false);
        while let Some(bytes) = response.chunk().await.map_err(|error| self.broken(&error))? {
            read += bytes.len();
            if read > LARGEST_ANSWER {
                return Err(BackendError::TooLong(LARGEST_ANSWER));
            }
            parser.feed(&bytes, |event| {
                if !enough {
                    enough = each(event)?;
                }
                Ok(())
            })?;
            if enough {
                break;
            }
        }
        Ok(())
    }

    async fn body(&self, mut response: Response, most: usize) -> Result<Vec<u8>, BackendError> {
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| self.broken(&error))? {
            body.extend(bytes);
            if body.len() > most {
                return Err(BackendError::TooLong(most));
            }
        }
        Ok(body)
    }

    async fn refusal(&self, response: Response) -> BackendError {
        let code = response.status().as_u16();
        let retry_after = retry_after(response.headers());
        let body = self.body(response, LARGEST_REFUSAL).await.unwrap_or_default();
        let (kind, message) = words(&self.mask(&String::from_utf8_lossy(&body)));
        BackendError::Status { code, kind, message, retry_after }
    }

    /// A success that is no stream: an error all the same, or another program's page.
    async fn not_a_stream(&self, response: Response) -> BackendError {
        let code = response.status().as_u16();
        let body = self.body(response, LARGEST_REFUSAL).await.unwrap_or_default();
        match serde_json::from_slice::<Value>(&body) {
            Ok(value) if value.get("error").is_some() => self.error_in(&value, code),
            _ => self.malformed("no stream of events", &body),
        }
    }

    /// The error that a JSON object speaks of, however it is nested; `code` where it names none.
    pub fn error_in(&self, value: &Value, code: u16) -> BackendError {
        let (kind, message) = words(&self.mask(&value.to_string()));
        let named = value["error"]["code"].as_u64().or(value["code"].as_u64());
        let code = named.and_then(|code| u16::try_from(code).ok()).unwrap_or(match &*kind {
            "overloaded_error" => 529,
            "rate_limit_error" => 429,
            "api_error" | "server_error" => 500,
            _ => code,
        });
        BackendError::Status { code, kind, message, retry_after: None }
    }

    fn malformed(&self, what: &str, body: &[u8]) -> BackendError {
        let text = self.mask(&String::from_utf8_lossy(body));
        let begun: String = text.trim().lines().next().unwrap_or("").chars().take(QUOTED).collect();
        BackendError::Malformed(format!("{what}, but {begun:?}"))
    }

    /// What became of a connection.
    fn broken(&self, error: &reqwest::Error) -> BackendError {
        let why = self.mask(&causes(error));
        if error.is_timeout() {
            return self.timed_out(CONNECTION);
        }
        if !error.is_connect() {
            return BackendError::Cut(why);
        }
        let hint = match () {
            _ if why.contains("refused") => ": is the server running, and on that port?",
            _ if why.contains("certificate") || why.contains("Issuer") => {
                ": its certificate is not trusted here; SSL_CERT_FILE can name one that is"
            }
            _ if why.contains("dns") || why.contains("lookup") => ": is the name right?",
            _ if why.contains("corrupt message") => ": it does not speak TLS; try http://",
            _ => "",
        };
        BackendError::Unreachable { host: self.origin.clone(), why: format!("{why}{hint}") }
    }

    fn timed_out(&self, what: &'static str) -> BackendError {
        BackendError::TimedOut { what, host: self.origin.clone() }
    }

    /// A text without the key: masked whole, before anything is cut from it.
    pub(super) fn mask(&self, text: &str) -> String {
        match &self.secret {
            Some(secret) if !secret.is_empty() => text.replace(secret, "***"),
            _ => text.to_owned(),
        }
    }
}

/// One runtime serves every client of the process.
fn runtime() -> io::Result<Arc<Runtime>> {
    use std::sync::{Mutex, Weak};
    static SHARED: Mutex<Weak<Runtime>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().expect("no thread panicked");
    if let Some(runtime) = shared.upgrade() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("http")
        .enable_all()
        .build()?;
    let runtime = Arc::new(runtime);
    *shared = Arc::downgrade(&runtime);
    Ok(runtime)
}

fn client(secure: bool) -> reqwest::Result<Client> {
    // Twice is as good as once; which provider it was cannot differ.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder()
        .user_agent(concat!("softstack/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        // A key is for the endpoint that was named, and for no other that it may point to.
        .redirect(reqwest::redirect::Policy::none());
    match secure {
        true => builder.build(),
        // A server on this machine needs no certificates, and a small container may have none.
        false => builder.tls_certs_only([]).build(),
    }
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_none_or(|kind| kind.starts_with("text/event-stream"))
}

/// In seconds; the other form, a date, is rare and means "later" just as well. A day is as good as for ever.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    const DAY: f64 = 86_400.0;
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse::<f64>().ok()?;
    Duration::try_from_secs_f64(seconds.min(DAY)).ok()
}

/// Name and words of an error, in whichever of the usual shapes: `{"error":{"type","message"}}`,
/// `{"error":"…"}`, `{"message"}`, or no JSON at all.
fn words(body: &str) -> (String, String) {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let error = value.get("error").unwrap_or(&value);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let code = text(&error["code"]);
    let kind = if code.is_empty() { text(&error["type"]) } else { code };
    let message = match error {
        Value::String(message) => message.clone(),
        Value::Null => body.trim().lines().next().unwrap_or("").to_owned(),
        object => text(&object["message"]),
    };
    let quoted = |text: String| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.chars().take(QUOTED).collect::<String>()
    };
    (quoted(kind), quoted(message))
}

/// An address as it may be shown: without user, password and query, where people put keys too.
pub fn shown_address(address: &str) -> String {
    let without_query = address.split(['?', '#']).next().unwrap_or_default();
    match without_query.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{path}")
        }
        None => without_query.rsplit('@').next().unwrap_or_default().to_owned(),
    }
}

/// An error and what it came from, each said once.
fn causes(error: &reqwest::Error) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // What only says that it is the client's error says nothing.
        if !text.starts_with("client error") && !said.iter().any(|said| said.contains(&text)) {
            said.push(text);
        }
        cause = error.source();
    }
    if said.is_empty() { error.to_string() } else { said.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(base: &str) -> Result<Http, BackendError> {
        Http::new(base, Some("sk-secret".into()), CancellationToken::new())
    }

    #[test]
    fn addresses_that_are_none() {
        for base in ["", "localhost:11434", "ftp://x/", "http://", "/v1"] {
            assert!(matches!(http(base), Err(BackendError::Unreachable { .. })), "{base}");
        }
    }

    #[test]
    fn errors_of_every_shape() {
        let cases = [
            (r#"{"type":"error","error":{"type":"a","message":"m"}}"#, "a", "m"),
            (r#"{"error":{"message":"m","type":"a","code":"c"}}"#, "c", "m"),
            (r#"{"error":{"message":"m","type":"a","code":404}}"#, "a", "m"),
            (r#"{"error":"m"}"#, "", "m"),
            (r#"{"object":"error","message":"m","type":"a","code":404}"#, "a", "m"),
            (" Bad\nGateway", "", "Bad"),
        ];
        for (body, kind, message) in cases {
            assert_eq!(words(body), (kind.into(), message.into()));
        }
        let http = http("http://localhost:1/v1").unwrap();
        let error = serde_json::json!({"error": {"message": "sk-secret is wrong", "code": 401}});
        let error = http.error_in(&error, 200).to_string();
        assert!(error.contains("HTTP 401") && error.contains("*** is wrong"), "{error}");
        // A key where the text is cut, and one in the error's name.
        let message = format!("{}sk-secret", "x".repeat(QUOTED - 4));
        let error = serde_json::json!({"error": {"message": message, "type": "no-sk-secret"}});
        let error = http.error_in(&error, 500).to_string();
        assert!(!error.contains("sk-s") && error.contains("no-***"), "{error}");
    }

    #[test]
    fn addresses_are_shown_without_what_may_be_secret() {
        for (address, shown) in [
            ("https://user:pw@host:1/v1?key=x#y", "https://host:1/v1"),
            ("http://token@host", "http://host"),
            ("http://host/a@b", "http://host/a@b"),
            ("token@host?key=x", "host"),
        ] {
            assert_eq!(shown_address(address), shown);
        }
    }

    #[test]
    fn a_pause_is_no_longer_than_a_day() {
        let header = |text: &str| HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        let day = Some(Duration::from_secs(86_400));
        assert_eq!(retry_after(&header("1.5")), Some(Duration::from_millis(1_500)));
        assert_eq!([retry_after(&header("1e19")), retry_after(&header("inf"))], [day; 2]);
        assert_eq!([retry_after(&header("-1")), retry_after(&header("later"))], [None; 2]);
    }

    #[test]
    fn a_stopped_client_asks_nobody() {
        let http = http("http://localhost:1/v1").unwrap();
        http.stop.cancel();
        let request = http.client().get("http://localhost:1/v1").build().unwrap();
        let until = Instant::now() + Duration::from_secs(5);
        assert_eq!(http.json(request, until), Err(BackendError::Interrupted));
    }
}
