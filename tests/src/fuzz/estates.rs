//! Does the walker, with all that follows it, stand any estate that documents can describe?

use dialect::arm::{Reader, Reading};
use finding::{Diagnosis, Note};
use model::{Expect, Host, Question, Snapshot, Target, Vantage, Verdict};
use report::{Style, Tool, Verbosity};

/// The estates of all scenarios, as one ARM document each.
pub(super) fn documents() -> Vec<Vec<u8>> {
    let estates = lab::scenarios().iter().filter_map(|(name, _)| lab::scenario(name).ok());
    estates.map(|scenario| document(&scenario.snapshot())).collect()
}

fn document(snapshot: &Snapshot) -> Vec<u8> {
    let resources: Vec<_> = snapshot.iter().map(|resource| dialect::arm::write(resource)).collect();
    serde_json::to_vec(&resources).unwrap_or_default()
}

fn read(bytes: &[u8]) -> Reading {
    let mut reader = Reader::new();
    reader.document(&String::from_utf8_lossy(bytes), "estate.json");
    reader.finish()
}

/// What was read is written and read again: nothing is lost, and nothing new comes to be.
pub(super) fn read_and_write(bytes: &[u8]) {
    let reading = read(bytes);
    let documents: Vec<_> = reading.resources.iter().map(dialect::arm::write).collect();
    let again = read(&serde_json::to_vec(&documents).expect("a map of JSON can be written"));
    let ids = |reading: &Reading| reading.resources.iter().map(|resource| resource.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&reading), ids(&again), "resources are lost or made up by writing and reading");
}

/// Everything is asked of the estate, and every report is written.
pub(super) fn judge(bytes: &[u8]) {
    let Reading { resources, origins, coverage, notes } = read(bytes);
    let snapshot = Snapshot::new(resources, coverage).with_origins(origins);
    let questions = questions(&snapshot);
    let case = diagnose::Case {
        notes: notes.into_iter().map(|note| Note { about: note.source, text: note.text }).collect(),
        ..diagnose::Case::on_paper(Some(&snapshot), questions, diagnose::Estate::Whole)
    };
    let mut diagnosis = diagnose::conclude(case, Vec::new());
    fix::prove(&mut diagnosis, &snapshot);
    for trace in &diagnosis.traces {
        assert_eq!(trace.outcome.verdict, Verdict::of(trace.outcome.way, trace.outcome.end));
    }
    reports(&diagnosis);
}

/// What the estate states, and a few callers of any kind that call the one service of the scenarios.
fn questions(snapshot: &Snapshot) -> Vec<Question> {
    let places = snapshot.iter().filter_map(|resource| {
        let id = resource.id.clone();
        match resource.kind() {
            model::Kind::VirtualMachine => Some(Vantage::VirtualMachine(id)),
            model::Kind::WebApp => Some(Vantage::WebApp(id)),
            model::Kind::Subnet => Some(Vantage::Subnet(id)),
            model::Kind::ManagedCluster => Some(Vantage::Cluster(id)),
            _ => None,
        }
    });
    let host = Host::parse("yourresource.openai.azure.com").expect("the name is valid");
    let to = Target { host, port: 443 };
    let asked = places.take(8).chain([Vantage::Internet]);
    let asked = asked.map(|from| Question { from, to: to.clone(), expect: Expect::Private });
    diagnose::stated(snapshot).into_iter().chain(asked).collect()
}

/// Every report of a diagnosis: nothing from outside moves the terminal, and JSON is JSON.
pub(super) fn reports(diagnosis: &Diagnosis) {
    let style = Style { verbosity: Verbosity::Verbose, ..Style::default() };
    let texts =
        [report::terminal(diagnosis, &style), report::audit_terminal(diagnosis, &style), report::short(diagnosis)];
    for text in texts {
        assert!(is_plain(&text), "a report holds control characters: {text:?}");
    }
    let json = report::json(diagnosis, &Tool { name: "privpath", version: "0.0.0" });
    let read: serde_json::Result<serde_json::Value> = serde_json::from_str(&json);
    assert!(read.is_ok(), "the report is no JSON: {read:?}");
}

/// True for text without escape sequences or marks that turn the direction of writing.
pub(super) fn is_plain(text: &str) -> bool {
    text.chars().all(|char| char == '\n' || !(char.is_control() || ('\u{202a}'..='\u{202e}').contains(&char)))
}
