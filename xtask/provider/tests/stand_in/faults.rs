//! Each fault does what it promises, in both APIs.

use std::time::{Duration, Instant};

use ::provider::{Behaviour, Fault, Provider};
use serde_json::{Value, json};

use crate::brain::{BYTES, EDITS, question, read, schema};
use crate::client::{self, Api, BOTH, Streamed};
use crate::packets::{HOST, ping};

fn provider(fault: Fault) -> Provider {
    let keep_alive = Duration::from_millis(5);
    Provider::start(Behaviour { fault, keep_alive, ..Behaviour::default() })
}

/// A request without reasoning.
fn body(api: Api, system: &str) -> Value {
    match api {
        Api::Anthropic => {
            let mut body = client::body(api, "claude-haiku-5-5", system, &question(&ping()));
            body["thinking"] = json!({"type": "disabled"});
            body
        }
        Api::OpenAi => client::body(api, "qwen3:4b", system, &question(&ping())),
    }
}

fn stream(api: Api, fault: Fault) -> Streamed {
    client::stream(&provider(fault), api, &body(api, BYTES))
}

/// Why it stopped, as either API says it.
fn reason(streamed: &Streamed) -> String {
    let mut reasons = streamed.events.iter().filter_map(|(_, data)| {
        data["delta"]["stop_reason"].as_str().or(data["choices"][0]["finish_reason"].as_str())
    });
    reasons.next_back().unwrap_or_default().to_owned()
}

#[test]
fn every_status_has_its_body() {
    let provider = provider(Fault::None);
    let cases = [
        (400, "invalid_request_error", "invalid_request_error"),
        (401, "authentication_error", "invalid_request_error"),
        (403, "permission_error", "request_forbidden"),
        (404, "not_found_error", "invalid_request_error"),
        (413, "request_too_large", "invalid_request_error"),
        (429, "rate_limit_error", "requests"),
        (500, "api_error", "server_error"),
        (503, "api_error", "server_error"),
        (529, "overloaded_error", "server_error"),
    ];
    for (code, anthropic, openai) in cases {
        for retry_after in [None, Some(7)] {
            provider.set(Fault::Status { code, retry_after });
            for (api, kind) in [(Api::Anthropic, anthropic), (Api::OpenAi, openai)] {
                let response = client::request(&provider, api, &body(api, BYTES)).send().unwrap();
                assert_eq!(response.status(), code);
                let header =
                    response.headers().get("retry-after").map(|value| value.to_str().unwrap());
                assert_eq!(header, retry_after.map(|_| "7"));
                let id = response.headers().get("request-id").cloned();
                let answer: Value = response.json().unwrap();
                assert_eq!(answer["error"]["type"], kind, "{answer}");
                if api == Api::Anthropic {
                    assert_eq!(answer["request_id"], id.unwrap().to_str().unwrap());
                }
            }
        }
    }
}

#[test]
fn a_few_failures_then_none() {
    let provider = provider(Fault::StatusTimes { code: 429, retry_after: Some(0), times: 2 });
    let statuses =
        |_| client::request(&provider, BOTH[0], &body(BOTH[0], BYTES)).send().unwrap().status();
    assert_eq!([0; 4].map(statuses).map(|status| status.as_u16()), [429, 429, 200, 200]);
    provider.set(Fault::StatusTimes { code: 529, retry_after: None, times: 1 });
    assert_eq!([0; 2].map(statuses).map(|status| status.as_u16()), [529, 200]);
}

#[test]
fn overloaded_in_the_middle() {
    for api in BOTH {
        let streamed = stream(api, Fault::Overloaded);
        assert!(streamed.text.starts_with("SEND 4500") || api == Api::OpenAi, "{streamed:?}");
        let (name, last) = streamed.events.last().unwrap();
        match api {
            Api::Anthropic => {
                assert_eq!(
                    (name.as_str(), &last["error"]["type"]),
                    ("error", &"overloaded_error".into())
                );
            }
            Api::OpenAi => {
                assert_eq!(last["error"]["code"], "server_error");
                assert_eq!(reason(&streamed), "error");
            }
        }
        assert!(streamed.error.is_none());
    }
}

#[test]
fn nothing_comes() {
    for api in BOTH {
        let provider = provider(Fault::TimeoutBeforeFirstByte);
        let error = client::request(&provider, api, &body(api, BYTES)).send().unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(provider.seen().len(), 1);
    }
}

#[test]
fn streams_that_stall_or_break_or_go_on() {
    for api in BOTH {
        let stalled = stream(api, Fault::StallMidStream);
        assert!(stalled.whole >= Duration::from_secs(2) && stalled.error.is_some());
        let cut = stream(api, Fault::CutMidStream);
        assert!(cut.whole < Duration::from_secs(1) && cut.error.is_some(), "{cut:?}");
        let endless = stream(api, Fault::NeverEnds);
        assert!(endless.error.is_some() && endless.text.len() > 1_000, "{}", endless.text.len());
        for streamed in [stalled, cut, endless] {
            assert!(!streamed.ended() && streamed.text.len() > 20, "{streamed:?}");
        }
        let pings = stream(api, Fault::PingsForever);
        assert!(pings.error.is_some() && pings.text.is_empty() && pings.signs_of_life > 100);
        assert!(pings.events.iter().all(|(name, _)| name == "ping"), "{:?}", pings.events);
    }
}

#[test]
fn events_that_cannot_be_read() {
    for api in BOTH {
        let usual = stream(api, Fault::None).unread.len();
        for fault in [Fault::InvalidUtf8, Fault::NotJson] {
            let streamed = stream(api, fault);
            assert_eq!(streamed.unread.len(), usual + 1, "{:?}", streamed.unread);
            assert!(streamed.ended());
        }
    }
}

#[test]
fn ten_megabytes() {
    for api in BOTH {
        let provider = provider(Fault::Huge);
        let streamed = client::stream(&provider, api, &body(api, BYTES));
        assert!(streamed.text.len() > 10_000_000 && streamed.ended(), "{}", streamed.text.len());
    }
}

#[test]
fn another_program_answers() {
    for api in BOTH {
        let provider = provider(Fault::Html);
        let response = client::request(&provider, api, &body(api, BYTES)).send().unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(response.text().unwrap().starts_with("<!DOCTYPE html>"));
    }
}

#[test]
fn a_redirection_is_followed_only_by_the_careless() {
    let provider = provider(Fault::Redirect);
    let request = |policy| {
        let client = client::builder().redirect(policy).tls_certs_only([]).build().unwrap();
        let url = format!("{}/v1/messages", provider.url());
        client
            .post(url)
            .header("x-api-key", "sk-secret")
            .json(&body(BOTH[0], BYTES))
            .send()
            .unwrap()
    };
    let response = request(reqwest::redirect::Policy::none());
    assert_eq!(response.status(), 302);
    assert!(!response.headers()["location"].to_str().unwrap().starts_with(provider.url()));
    assert!(provider.redirected().is_empty());
    assert_eq!(request(reqwest::redirect::Policy::limited(2)).status(), 200);
    let redirected = provider.redirected();
    assert_eq!((redirected.len(), redirected[0].path.as_str()), (1, "/v1/messages"));
    assert_eq!(redirected[0].api_key.as_deref(), Some("sk-secret"));
}

#[test]
fn answers_that_are_none() {
    for api in BOTH {
        let empty = stream(api, Fault::EmptyAnswer);
        assert!(empty.ended() && ["end_turn", "stop"].contains(&reason(&empty).as_str()));
        assert!(!empty.text.contains("SEND"), "{}", empty.text);
        let prose = stream(api, Fault::ProseOnly);
        assert!(prose.ended() && prose.text.contains("ping") && !prose.text.contains("SEND"));
    }
    assert_eq!(stream(Api::Anthropic, Fault::EmptyAnswer).text, "");
}

#[test]
fn the_model_declines() {
    let refused = stream(Api::Anthropic, Fault::Refusal);
    assert_eq!(reason(&refused), "refusal");
    let details = &refused.event("message_delta")["delta"]["stop_details"];
    assert_eq!((&details["type"], &details["category"]), (&"refusal".into(), &"cyber".into()));
    let refused = stream(Api::OpenAi, Fault::Refusal);
    assert_eq!((reason(&refused).as_str(), refused.text.as_str()), ("stop", ""));
    let words = |(_, data): &(String, Value)| data["choices"][0]["delta"]["refusal"].is_string();
    assert!(refused.events.iter().any(words));
}

#[test]
fn the_limit_is_reached() {
    for (api, expect) in [(Api::Anthropic, "max_tokens"), (Api::OpenAi, "length")] {
        let streamed = stream(api, Fault::MaxTokens);
        assert_eq!(reason(&streamed), expect);
        assert!(streamed.ended() && streamed.text.len() > 20);
    }
}

#[test]
fn replies_that_are_wrong() {
    for (system, property) in [(BYTES, "packet"), (EDITS, "edits")] {
        for structured in [false, true] {
            let ask = |fault| {
                let mut body = body(Api::Anthropic, system);
                if structured {
                    let format = json!({"type": "json_schema", "schema": schema(property)});
                    body["output_config"] = json!({"format": format});
                }
                client::stream(&provider(fault), Api::Anthropic, &body).text
            };
            let right = read(&ask(Fault::None), &ping()).unwrap();
            let odd = ask(Fault::OddHex);
            let field = serde_json::from_str::<Value>(&odd)
                .map(|value| value[property].as_str().unwrap().to_owned())
                .unwrap_or_else(|_| odd.split_once(' ').unwrap().1.to_owned());
            match property {
                "packet" => assert!(wire::hex::parse(&field).is_err() && field.len() == 167),
                _ => assert!(wire::edit::parse(&field).is_err()),
            }
            let short = read(&ask(Fault::ShortHex), &ping()).unwrap();
            assert_eq!(short, right[..82]);
            let elsewhere = read(&ask(Fault::WrongDestination), &ping()).unwrap();
            let veto = verify::admit(&HOST, &ping(), elsewhere).unwrap_err();
            let rules: Vec<_> = veto.findings.iter().map(|finding| finding.rule.id).collect();
            assert_eq!(rules, ["icmp.echo.destination"]);
            let two = ask(Fault::TwoPackets);
            match (structured, property) {
                (false, _) => assert_eq!(two.lines().count(), 2),
                (true, "packet") => assert_eq!(two.matches("45000054").count(), 2, "{two}"),
                (true, _) => assert_eq!(two.matches("swap").count(), 2, "{two}"),
            }
        }
    }
}

#[test]
fn what_is_dropped_is_dropped_under_these() {
    let provider = provider(Fault::ShortHex);
    let mut packet = ping();
    packet[19] = 9;
    for fault in [Fault::OddHex, Fault::ShortHex, Fault::WrongDestination, Fault::TwoPackets] {
        provider.set(fault);
        let answer = client::ask(&provider, Api::OpenAi, "gpt-6-luna", BYTES, &question(&packet));
        assert_eq!(read(&answer.text, &packet), Err("header-checksum".to_owned()));
    }
}

#[test]
fn faults_of_answers_that_are_not_streamed() {
    for api in BOTH {
        let mut body = body(api, BYTES);
        body["stream"] = false.into();
        body.as_object_mut().unwrap().remove("stream_options");
        let provider = provider(Fault::None);
        let send = |fault| {
            provider.set(fault);
            client::request(&provider, api, &body).send()
        };
        let status = send(Fault::Overloaded).unwrap().status().as_u16();
        assert_eq!(status, if api == Api::Anthropic { 529 } else { 503 });
        for fault in [Fault::InvalidUtf8, Fault::NotJson] {
            assert!(send(fault).unwrap().json::<Value>().is_err());
        }
        let began = Instant::now();
        assert!(send(Fault::CutMidStream).and_then(|response| response.bytes()).is_err());
        assert!(began.elapsed() < Duration::from_secs(1));
        assert!(send(Fault::StallMidStream).and_then(|response| response.bytes()).is_err());
        assert!(began.elapsed() >= Duration::from_secs(2));
    }
}
