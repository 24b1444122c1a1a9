use std::io::Write;

use super::*;

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn load(text: &str, flags: Settings) -> Result<Config, ConfigError> {
    Config::load(&flags, Some(file(text).path()))
}

fn model(name: &str) -> Settings {
    Settings { model: Some(name.into()), ..Settings::default() }
}

#[test]
fn flags_win_over_the_file_and_that_over_what_is_built_in() {
    let text = "model = \"ollama/x\"\nattempts = 3\nrate = \"none\"\n[providers.ollama]\nin_flight = 1\n\
                [providers.mine]\napi = \"openai\"\nbase_url = \"http://h/v1\"\n[prices]\n\
                \"mine/*\" = { input = 1.0, output = 2 }\n";
    let config = load(text, Settings { attempts: Some(1), ..Settings::default() }).unwrap();
    let settings = &config.settings;
    assert_eq!((settings.attempts, settings.rate), (Some(1), Some(Bound::None)));
    assert_eq!(settings.model.as_deref(), Some("ollama/x"));
    let ollama = &settings.providers["ollama"];
    assert_eq!((ollama.in_flight, ollama.free), (1, true), "the rest is as built in");
    assert_eq!(settings.providers["mine"].output_limit, "max_tokens");
    assert!(settings.prices.contains_key("mine/*") && settings.prices.len() > 5);
    let shown = config.to_string();
    assert!(shown.contains("attempts = 1  # from the command line"), "{shown}");
    assert!(shown.contains("# form is not set"), "{shown}");
}

#[test]
fn what_is_shown_can_be_read_again_and_holds_no_secret() {
    let text = "model = \"nano\"\ndeadline = 2.5\nrun_usd = \"none\"\nthinking = 2048\n\
                [providers.anthropic]\nkey = \"sk-ant-secret\"\nbase_url = \"https://u:pw-secret@h/\"\n";
    let config = load(text, Settings::default()).unwrap();
    let shown = config.to_string();
    assert!(!shown.contains("secret") && shown.contains("key = \"***\""), "{shown}");
    let again = load(&shown, Settings::default()).unwrap();
    assert_eq!(again.settings.thinking, config.settings.thinking);
    assert_eq!(again.settings.providers.len(), config.settings.providers.len());
    assert_eq!(again.settings.prices, config.settings.prices);
    assert!(!format!("{config:?}").contains("sk-ant-secret"));
}

#[test]
fn what_is_wrong_names_file_and_key() {
    for (text, expect) in [
        ("attempt = 1", "attempt"),
        ("attempts = \"many\"", "attempts"),
        ("rate = \"fast\"", "rate"),
        ("thinking = \"on\"", "thinking"),
        ("form = \"song\"", "form"),
        ("attempts =", "line 1: this is no TOML"),
        ("\n[providers.anthropic]\nkey = sk-ant-secret\n", "line 3: this is no TOML"),
        ("[providers.anthropic]\nkey_required = \"sk-ant-secret\"\n", "key_required"),
        ("attempts = \"sk-ant-secret\"", "attempts"),
        ("attempts = 0", "from 1 to 10"),
        ("in_flight = 0", "from 1 to 1024"),
        ("[providers.ollama]\nin_flight = 0", "providers.ollama.in_flight"),
        ("max_tokens = 2000000", "max_tokens"),
        ("deadline = 1e19", "deadline"),
        ("temperature = -1.0", "temperature"),
        ("[prices]\n\"openai/*\" = { input = -1.0, output = 1.0 }", "prices.openai/*"),
        ("[prices]\n\"openai/*\" = { input = 1.0, output = nan }", "prices.openai/*"),
        ("max_packet = 0", "none"),
        ("deadline = 0.0", "none"),
        ("[providers.x]\napi = \"soap\"\nbase_url = \"h\"", "soap"),
        ("[providers.ollama]\ncolour = 1", "colour"),
        ("[prices]\nx = { input = 1 }", "output"),
    ] {
        let error = load(text, Settings::default()).unwrap_err().to_string();
        assert!(error.contains(expect), "{text}: {error}");
        assert!(!error.contains("sk-ant"), "{text}: {error}");
    }
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), Path::new("/no/such/file")] {
        let error = Config::load(&Settings::default(), Some(path)).unwrap_err();
        assert!(matches!(error, ConfigError::File { .. }), "{error}");
    }
}

#[test]
fn names_of_models() {
    let members = |name: &str| load("", model(name)).unwrap().members();
    let hosted = |provider: &str, model: &str| Member::Hosted {
        provider: provider.into(),
        model: model.into(),
    };
    assert_eq!(load("", Settings::default()).unwrap().members().unwrap(), [Member::Nano]);
    assert_eq!(
        members("nano, openrouter/a/b").unwrap(),
        [Member::Nano, hosted("openrouter", "a/b")]
    );
    assert_eq!(members("anthropic").unwrap(), [hosted("anthropic", "claude-haiku-5-5")]);
    assert_eq!(members("replay/a/b.jsonl").unwrap(), [Member::Replay("a/b.jsonl".into())]);
    for (name, expect) in [
        ("gpt", "no model is called \"gpt\""),
        ("", "no model is called \"\""),
        ("nano,", "no model is called \"\""),
        ("nano/x", "no model is called"),
        ("ollama", "softstack models ollama"),
        ("ollama/", "softstack models ollama"),
        ("replay", "no model is called"),
    ] {
        let error = members(name).unwrap_err().to_string();
        assert!(error.contains(expect), "{name}: {error}");
    }
}

#[test]
fn nano_has_no_conditions_and_who_costs_money_has() {
    let thinkers = |text: &str, flags: Settings| {
        load(text, flags).unwrap().thinkers(tokio_util::sync::CancellationToken::new())
    };
    let nano = thinkers("", Settings::default()).unwrap();
    assert_eq!((nano.minds.len(), nano.form), (1, None));
    assert!(nano.policy.rate.is_none() && nano.policy.deadline.is_none() && nano.budget.is_none());

    let account = tempfile::tempdir().unwrap();
    let account = || Some(account.path().to_owned());
    let key = "[providers.anthropic]\nkey = \"k\"\nkey_variable = \"SOFTSTACK_NO_SUCH_VARIABLE\"\n\
               base_url_variable = \"SOFTSTACK_NO_SUCH_VARIABLE\"\nbase_url = \"http://localhost:1\"";
    let claude = thinkers(key, Settings { account: account(), ..model("anthropic") }).unwrap();
    assert_eq!((claude.minds.len(), claude.form), (32, Some(Form::Bytes)));
    assert!(claude.policy.rate.is_some() && claude.policy.budget.is_some());
    let cascade =
        thinkers(key, Settings { account: account(), ..model("nano,anthropic") }).unwrap();
    assert!(cascade.policy.budget.is_none() && cascade.budget.is_some());
    assert_eq!(cascade.minds[0].name(), "nano,anthropic/claude-haiku-5-5");

    let unknown = || Settings { account: account(), ..model("anthropic/unheard-of") };
    let Err(error) = thinkers(key, unknown()) else { panic!("no price, no limit") };
    assert!(error.to_string().contains("[prices] \"anthropic/unheard-of\""), "{error}");
    let lifted = Some(Bound::None);
    let lifted = Settings { run_usd: lifted, day_usd: lifted, ..unknown() };
    assert!(thinkers(key, lifted).is_ok());
    let no_key = key.replace("key = \"k\"\n", "");
    let Err(error) = thinkers(&no_key, model("anthropic")) else { panic!("no key") };
    assert!(error.to_string().contains("SOFTSTACK_NO_SUCH_VARIABLE"), "{error}");
}

/// It would answer nothing that it does not answer anyway, and on an Ethernet nothing at all.
#[test]
fn nano_alone_is_no_host_of_programs() {
    let folder = tempfile::tempdir().unwrap();
    let thinkers = |name: &str, folder: std::path::PathBuf| {
        let flags = Settings { programs: Some(folder), ..model(name) };
        load("", flags).unwrap().thinkers(tokio_util::sync::CancellationToken::new())
    };
    let nano = thinkers("nano", folder.path().into()).unwrap();
    let told = nano.notices.take();
    assert!(nano.library.is_none() && told.len() == 1, "{told:?}");
    assert!(told[0].starts_with("nano reads no programs: say --model"), "{told:?}");
    let hosted = thinkers("nano,ollama/x", folder.path().into()).unwrap();
    assert!(hosted.library.is_some() && hosted.notices.take().is_empty());
    let Err(error) = thinkers("nano", folder.path().join("none")) else { panic!("no folder") };
    assert!(error.to_string().starts_with("cannot read the programs in "), "{error}");
}
