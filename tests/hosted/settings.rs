//! The commands around a model: what there is, whether it works, and how that is set.

use provider::{Behaviour, Brain, Fault, Model, Provider};

use crate::host::{KEY, MODELS, configuration};
use crate::program::{Finished, run, softstack};

fn stand_in() -> Provider {
    Provider::start(Behaviour { key: Some(KEY.into()), ..Behaviour::default() })
}

/// A command with the stand-in as its providers.
fn with(provider: &Provider, arguments: &str, more: &str) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.toml");
    let more = format!("account = \"{}\"\n{more}", folder.path().display());
    std::fs::write(&config, configuration(provider, &more)).unwrap();
    run(softstack(&format!("{arguments} --config {}", config.display())))
}

#[test]
fn models_lists_what_there_is() {
    let provider = stand_in();
    for (name, expect) in [("claude", "claude/claude-haiku-5-5 "), ("gpt", "gpt/gpt-6-luna ")] {
        let finished = with(&provider, &format!("models {name}"), "");
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let line = finished.stdout.lines().find(|line| line.starts_with(expect));
        let priced = line.is_some_and(|line| line.contains("$1 read, $5 written"));
        assert!(priced, "{finished:?}");
    }
    let all = with(&provider, "models", "");
    for expect in ["nano ", "claude ", "ollama ", "openrouter ", "replay/JOURNAL "] {
        assert!(all.stdout.lines().any(|line| line.starts_with(expect)), "{expect}: {all:?}");
    }
    // More than a page of them.
    let models = (0..2_500).map(|n| Model { id: format!("m-{n}"), ..Model::claude_haiku_5_5() });
    let many = Provider::start(Behaviour {
        key: Some(KEY.into()),
        models: models.collect(),
        ..Behaviour::default()
    });
    let finished = with(&many, "models claude", "");
    assert_eq!(finished.stdout.lines().count(), 2_500, "{}", finished.stderr);
}

#[test]
fn check_says_exactly_what_is_wrong() {
    for model in MODELS {
        let provider = stand_in();
        let checked =
            |model: &str, more: &str| with(&provider, &format!("check --model {model}"), more);
        let well = checked(model, "");
        assert_eq!((well.code, well.stderr.as_str()), (Some(0), ""), "{well:?}");
        for expect in
            ["✓ key", "✓ endpoint", "✓ name", "✓ packet", "✓ cost", "✓ verdict   admitted"]
        {
            assert!(well.stdout.contains(expect), "{expect}: {well:?}");
        }
        let provider_name = model.split('/').next().unwrap();
        let unknown = checked(&format!("{provider_name}/no-such-model"), "");
        assert!(unknown.stdout.contains("✗ name"), "{unknown:?}");
        assert!(unknown.stdout.contains("no such model"), "{unknown:?}");
        assert_eq!(unknown.code, Some(2), "{unknown:?}");
        let poor = checked(model, "run_tokens = 10");
        // That no call is within the budget is known before any.
        let told = "--run-tokens allows 10, and one call may take up to";
        assert!(poor.stdout.contains(told) && poor.code == Some(2), "{poor:?}");
        // One call may be made at an unknown price; traffic may not.
        let url = provider.url();
        let dear = format!(
            "[providers.dear]\napi = \"anthropic\"\nbase_url = \"{url}\"\nkey = \"{KEY}\"\n"
        );
        let unpriced = checked("dear/claude-haiku-5-5", &dear);
        assert!(unpriced.stdout.contains("✗ price     unknown"), "{unpriced:?}");
        assert_eq!(unpriced.code, Some(0), "{unpriced:?}");
        let refused =
            with(&provider, "ping -c 1 --wire memory --model dear/claude-haiku-5-5", &dear);
        assert!(refused.stderr.contains("no price is known for dear/"), "{refused:?}");

        provider.set_brain(Brain::AlwaysWrong);
        let wrong = checked(model, "");
        assert_eq!(wrong.code, Some(1), "{wrong:?}");
        assert!(wrong.stdout.contains("✗ verdict   vetoed by the judge"), "{wrong:?}");
        assert!(wrong.stdout.contains("(RFC "), "the clauses are cited: {wrong:?}");
        provider.set(Fault::Status { code: 401, retry_after: None });
        let refused = checked(model, "");
        assert!(refused.stdout.contains("✗ endpoint  HTTP 401"), "{refused:?}");
        assert_eq!(refused.code, Some(2), "{refused:?}");
        for finished in [well, unknown, poor, wrong, refused] {
            assert!(!format!("{finished:?}").contains(KEY));
        }
    }
}

/// A journal, played again as a model: the same packets get the same answers without any network.
#[test]
fn a_recorded_journal_answers_again() {
    let provider = stand_in();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("recorded.jsonl");
    let live = format!("ping -c 3 -i 0.05 --wire memory --journal {}", journal.display());
    let recorded = with(&provider, &format!("{live} --model {} --form edits", MODELS[0]), "");
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    drop(provider);
    // Another run of the pinger has another identifier: edits fit all the same.
    let name = format!("replay/{}", journal.display());
    let again = run(softstack(&format!("ping -c 3 -i 0.05 --wire memory --model {name}")));
    assert!(again.stdout.contains("3 received, 0% packet loss"), "{again:?}");
    assert!(again.stdout.contains(&format!("by {name}")), "{again:?}");
    // Of another shape there is no recording: silence, with the reason.
    let other =
        run(softstack(&format!("ping -c 1 -s 57 --wire memory --deadline 11 --model {name}")));
    assert!(other.stdout.contains("holds no answer to this packet"), "{other:?}");
    assert_eq!(other.code, Some(1), "{other:?}");
}

/// Everything that is said of a run with a hosted model is in its journal, and no key.
#[test]
fn the_journal_of_a_hosted_model() {
    let provider = stand_in();
    let folder = tempfile::tempdir().unwrap();
    let (lines, capture) = (folder.path().join("x.jsonl"), folder.path().join("x.pcapng"));
    let files = format!("--journal {} --journal {}", lines.display(), capture.display());
    let command = format!("ping -c 2 -i 0.05 --wire memory --model {} {files}", MODELS[1]);
    let finished = with(&provider, &command, "");
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let text = std::fs::read_to_string(&lines).unwrap();
    assert!(text.contains("\"form\":\"bytes\"") && text.contains("\"usd\":"), "{text}");
    for file in [lines, capture] {
        let bytes = std::fs::read(file).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(KEY));
    }
    let replay = run(softstack(&format!("replay {}", folder.path().join("x.jsonl").display())));
    assert_eq!(replay.code, Some(0));
    assert!(replay.stdout.contains("tokens read"), "{replay:?}");
}
