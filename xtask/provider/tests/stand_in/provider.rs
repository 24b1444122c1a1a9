//! What is not of one API: keys, records, pace, TLS.

use std::thread;
use std::time::{Duration, Instant};

use ::provider::{Behaviour, Fault, Latency, Provider};

use crate::brain::{BYTES, question};
use crate::client::{self, Api, BOTH};
use crate::packets::ping;

#[test]
fn requests_are_written_down() {
    let provider = Provider::start(Behaviour::default());
    client::ask(&provider, Api::Anthropic, "claude-haiku-5-5", BYTES, &question(&ping()));
    client::get(&provider, Api::OpenAi, "/v1/models?limit=2");
    let seen = provider.seen();
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("POST", "/v1/messages"));
    assert_eq!(seen[0].api_key.as_deref(), Some("sk-test-0123456789"));
    assert_eq!(seen[0].version.as_deref(), Some("2023-06-01"));
    assert_eq!(seen[0].body["messages"][0]["role"], "user");
    assert_eq!((seen[1].path.as_str(), seen.len()), ("/v1/models", 2));
    assert_eq!(seen[1].authorization.as_deref(), Some("Bearer sk-test-0123456789"));
    assert!(seen[1].body.is_null() && seen[0].at <= seen[1].at);
}

#[test]
fn a_key_must_be_right_where_there_is_one() {
    let provider =
        Provider::start(Behaviour { key: Some("sk-other".into()), ..Behaviour::default() });
    for (api, model, kind) in [
        (Api::Anthropic, "claude-haiku-5-5", "authentication_error"),
        (Api::OpenAi, "gpt-6-luna", "invalid_request_error"),
    ] {
        let body = client::body(api, model, BYTES, "Hello");
        let (status, answer) = client::post(&provider, api, &body);
        assert_eq!((status, &answer["error"]["type"]), (401, &kind.into()));
        assert!(!answer.to_string().contains("0123"), "the key is not said again: {answer}");
        assert_eq!(client::get(&provider, api, "/v1/models").0, 401);
        let path = if api == Api::OpenAi { "/v1/chat/completions" } else { "/v1/messages" };
        let request = client::client().post(format!("{}{path}", provider.url())).json(&body);
        assert_eq!(request.send().unwrap().status(), 401);
    }
}

#[test]
fn tokens_come_at_their_pace_however_many_ask() {
    let latency = Latency { first_token: Duration::from_millis(300), tokens_per_second: 400.0 };
    let behaviour =
        Behaviour { latency, keep_alive: Duration::from_millis(50), ..Behaviour::default() };
    let provider = Provider::start(behaviour);
    let began = Instant::now();
    thread::scope(|scope| {
        for number in 0..24 {
            let provider = &provider;
            scope.spawn(move || {
                let (api, model) =
                    [(Api::Anthropic, "claude-haiku-5-5"), (Api::OpenAi, "qwen3:4b")][number % 2];
                let answer = client::ask(provider, api, model, BYTES, &question(&ping()));
                assert!(answer.first >= Some(Duration::from_millis(290)), "{:?}", answer.first);
                // 68 tokens and more, thinking included.
                assert!(answer.whole >= Duration::from_millis(450), "{:?}", answer.whole);
                assert!(answer.signs_of_life >= 5, "{}", answer.signs_of_life);
            });
        }
    });
    // In turn they would take ten seconds and more.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn what_is_not_streamed_takes_as_long() {
    let latency = Latency { first_token: Duration::from_millis(100), tokens_per_second: 500.0 };
    let provider = Provider::start(Behaviour { latency, ..Behaviour::default() });
    for (api, model) in [(Api::Anthropic, "claude-haiku-5-5"), (Api::OpenAi, "qwen3:4b")] {
        let mut body = client::body(api, model, BYTES, &question(&ping()));
        body["stream"] = false.into();
        body.as_object_mut().unwrap().remove("stream_options");
        let began = Instant::now();
        let (status, answer) = client::post(&provider, api, &body);
        assert_eq!(status, 200, "{answer}");
        assert!(began.elapsed() >= Duration::from_millis(230), "{:?}", began.elapsed());
    }
}

#[test]
fn tls_with_its_own_certificate() {
    let provider = Provider::start_tls(Behaviour::default());
    assert!(provider.url().starts_with("https://localhost:"));
    let url = format!("{}/v1/models", provider.url());
    let certificate = provider.certificate_pem().unwrap();
    let certificate = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    let trusting = client::builder().tls_certs_only([certificate]).build().unwrap();
    let response = trusting.get(&url).send().unwrap();
    assert_eq!((response.status().as_u16(), response.version()), (200, reqwest::Version::HTTP_2));
    let error = client::client().get(&url).send().unwrap_err();
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(provider.seen().len(), 1);
    // And a server that speaks no TLS, asked for it.
    let plain = Provider::start(Behaviour::default());
    let url = plain.url().replace("http://", "https://");
    assert!(trusting.get(url).send().unwrap_err().is_connect());
}

#[test]
fn it_stops_when_it_is_dropped() {
    let provider =
        Provider::start(Behaviour { fault: Fault::TimeoutBeforeFirstByte, ..Behaviour::default() });
    let url = format!("{}/v1/models", provider.url());
    let waiting = thread::spawn({
        let url = url.clone();
        move || client::client().get(url).send()
    });
    while provider.seen().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    drop(provider);
    assert!(!waiting.join().unwrap().unwrap_err().is_timeout());
    assert!(client::client().get(url).send().is_err());
}

#[test]
fn paths_that_there_are_not() {
    let provider = Provider::start(Behaviour::default());
    for api in BOTH {
        let (status, answer) = client::get(&provider, api, "/v1/other");
        assert_eq!(status, 404);
        assert!(answer["error"]["message"].is_string(), "{answer}");
    }
}
