//! Do the readers of what people write stand any text: scenarios, changes, names, pasted errors,
//! variables?

use super::estates::is_plain;
use dialect::scenario::{Scenario, change, target, vantage};
use model::{DnsName, Host, ResourceId, Snapshot};
use report::{Style, Tool};
use std::collections::BTreeMap;
use std::sync::OnceLock;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn base(name: &str) -> Option<String> {
    lab::scenarios().iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}

/// The built-in scenarios.
pub(super) fn scenarios() -> Vec<Vec<u8>> {
    lab::scenarios().iter().map(|(_, text)| text.as_bytes().to_vec()).collect()
}

/// A scenario is read and judged, or refused in plain words.
pub(super) fn scenario(bytes: &[u8]) {
    match Scenario::parse("fuzz", &text(bytes), &base) {
        Ok(scenario) => {
            let snapshot = scenario.snapshot();
            let trace = path::predict(&snapshot, &scenario.question);
            assert_eq!(trace.question, scenario.question);
        }
        Err(error) => assert!(is_plain(&error.to_string()), "control characters: {error:?}"),
    }
}

/// A file of claims and suppressions.
pub(super) fn intents() -> Vec<Vec<u8>> {
    let both = r#"
[[claim]]
from = "vm/*"
to = "https://yourresource.openai.azure.com"
expect = "private"

[[claim]]
from = "internet"
to = "your*"
expect = "refused"

[[suppress]]
code = "ACC005"
resource = "*-sandbox"
reason = "public on purpose"
expires = "2027-01-31"
"#;
    vec![both.as_bytes().to_vec()]
}

/// What the owner states is understood, or refused in plain words.
pub(super) fn intent(bytes: &[u8]) {
    let intent = match dialect::intent::parse(&text(bytes)) {
        Ok(intent) => intent,
        Err(error) => return assert!(is_plain(&model::visible(&error.to_string())), "{error:?}"),
    };
    if let Err(error) = diagnose::claimed(estate(), &intent) {
        assert!(is_plain(&model::visible(&error.to_string())), "{error:?}");
    }
}

/// Lines of the change language, vantages, URLs and names.
pub(super) fn words() -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = lab::scenarios()
        .iter()
        .filter_map(|(name, _)| lab::scenario(name).ok())
        .flat_map(|scenario| [vec![scenario.ask.from, scenario.ask.to], scenario.change_lines].concat())
        .map(String::into_bytes)
        .collect();
    lines.sort();
    lines.dedup();
    lines
}

fn estate() -> &'static Snapshot {
    static ESTATE: OnceLock<Snapshot> = OnceLock::new();
    ESTATE.get_or_init(|| lab::scenario("healthy").expect("the scenario is built in").healthy)
}

/// One line, read as everything that a line can be. What is a name stays the same name.
pub(super) fn word(bytes: &[u8]) {
    let line = text(bytes);
    if let Ok(changes) = change::parse(&line, estate()) {
        let changed = estate().with(&changes);
        let undone = changes.iter().rev().flat_map(|change| change.undo(estate())).collect::<Vec<_>>();
        let _ = changed.with(&undone);
    }
    if let Ok(vantage) = vantage::parse(&line, estate()) {
        assert!(is_plain(&vantage.to_string()), "{vantage:?}");
    }
    if let Ok((to, _)) = target::parse(&line) {
        assert!(is_plain(&to.to_string()), "{to:?}");
    }
    if let Ok(name) = DnsName::parse(&line) {
        assert_eq!(DnsName::parse(name.as_str()).as_ref(), Ok(&name));
    }
    if let Ok(host) = Host::parse(&line) {
        assert_eq!(Host::parse(&host.to_string()).as_ref(), Ok(&host));
    }
    if let Some(id) = ResourceId::parse(&line) {
        assert_eq!(ResourceId::parse(id.as_str()).as_ref(), Some(&id));
        let _ = (id.parent(), id.resource_type(), id.resource_group(), id.subscription());
    }
    assert!(is_plain(&model::visible(&line).replace('\n', "")), "{line:?} is shown as it is");
}

/// The examples of the phrase table's own tests: what the services and SDKs say.
pub(super) fn pasted() -> Vec<Vec<u8>> {
    let table = include_str!("../../../docs/phrases.toml");
    let quoted = table.lines().filter(|line| line.contains('"')).map(|line| line.as_bytes().to_vec());
    quoted.chain([b"openai.APIConnectionError: Connection error.".to_vec()]).collect()
}

/// A pasted text is explained or not, and no report of it moves the terminal.
pub(super) fn phrase(bytes: &[u8]) {
    let Some(explanation) = checks::phrases::explain(&text(bytes)) else { return };
    let tool = Tool { name: "privpath", version: "0.0.0" };
    let shown =
        [report::explanation_terminal(&explanation, &Style::default()), report::explanation_short(&explanation)];
    assert!(shown.iter().all(|shown| is_plain(shown)), "{shown:?}");
    let json = report::explanation_json(&explanation, &tool);
    let read: serde_json::Result<serde_json::Value> = serde_json::from_str(&json);
    assert!(read.is_ok(), "{read:?}");
}

/// Lines `NAME=value`, as a client may have them.
pub(super) fn environments() -> Vec<Vec<u8>> {
    let lines = [
        "AZURE_OPENAI_ENDPOINT=https://yourresource.openai.azure.com/?api-key=secret",
        "OPENAI_BASE_URL=https://api.openai.com/v1",
        "HTTPS_PROXY=http://user:password@proxy.example:3128",
        "https_proxy=socks5h://[fd00::1]:1080/path?query",
        "NO_PROXY=localhost,.openai.azure.com,10.0.0.0/8,*.example,[::1]:443",
        "no_proxy=*",
        "ALL_PROXY=proxy",
    ];
    lines.iter().map(|line| line.as_bytes().to_vec()).chain([lines.join("\n").into_bytes()]).collect()
}

/// The settings of a client are read, and whether a call is proxied is told.
pub(super) fn environment(bytes: &[u8]) {
    let text = text(bytes);
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let variables: BTreeMap<String, String> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for host in ["yourresource.openai.azure.com", "10.1.2.4", "fd00::1"] {
        let host = Host::parse(host).expect("the host is valid");
        let seen = probe::client_from(&variables, &BTreeMap::new(), &[], &host);
        let _ = seen.proxied(&host);
    }
}
