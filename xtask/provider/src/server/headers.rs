//! The headers that each API puts on every response: an identifier of the request, and how much of which
//! limit is left (platform.claude.com/docs/en/api/rate-limits; OpenAI's docs/guides/rate-limits). Nothing
//! is limited here: what is left only counts down.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;

use super::{Api, identifier};

/// Requests in a minute.
const REQUESTS: u64 = 4_000;
/// Tokens in a minute, by the name of their limit at Anthropic.
const TOKENS: [(&str, u64); 3] =
    [("tokens", 4_800_000), ("input-tokens", 4_000_000), ("output-tokens", 800_000)];
const MINUTE: Duration = Duration::from_secs(60);

/// Adds them.
pub(super) fn with_those_of_the_api(mut response: Response, api: Api, number: u64) -> Response {
    let mut add = |name: String, value: String| {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    };
    let left = REQUESTS.saturating_sub(number);
    match api {
        Api::Anthropic => {
            add("request-id".into(), identifier("req_011C", number));
            add("anthropic-organization-id".into(), "00000000-0000-4000-8000-000000000000".into());
            let reset = humantime::format_rfc3339_seconds(SystemTime::now() + MINUTE).to_string();
            let requests = ("requests", REQUESTS, left);
            let tokens = TOKENS.map(|(name, limit)| (name, limit, limit));
            for (name, limit, left) in [requests].into_iter().chain(tokens) {
                add(format!("anthropic-ratelimit-{name}-limit"), limit.to_string());
                add(format!("anthropic-ratelimit-{name}-remaining"), left.to_string());
                add(format!("anthropic-ratelimit-{name}-reset"), reset.clone());
            }
        }
        Api::OpenAi => {
            add("x-request-id".into(), identifier("req_", number));
            add("openai-version".into(), "2020-10-01".into());
            add("openai-organization".into(), "org-standin".into());
            for (name, limit, left) in
                [("requests", REQUESTS, left), ("tokens", TOKENS[0].1, TOKENS[0].1)]
            {
                add(format!("x-ratelimit-limit-{name}"), limit.to_string());
                add(format!("x-ratelimit-remaining-{name}"), left.to_string());
                add(format!("x-ratelimit-reset-{name}"), "15ms".into());
            }
        }
    }
    response
}
