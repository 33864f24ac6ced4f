//! What does a scenario file say: an estate, what is wrong in it, and the question to ask?
//!
//! A scenario is TOML (`scenarios/NAME.toml`). It states an estate of its own, or names a `base` and
//! what to change in it; `[estate]` tables beside a `base` are laid over the base's, entry by entry.
//!
//! ```toml
//! title = "The spoke is not linked"
//! explain = "The app resolves the public address and is refused."
//! base = "healthy"
//! changes = ["unlink privatelink.openai.azure.com from spoke-vnet"]
//! ```
//!
//! `[ask]` (`from`, `to`, `expect`) and `[client.environment]`, `[client.hosts]` come from the base
//! unless they are stated. `needs = "namespaces"` says that the loopback lab cannot show the fault.
//! `untold = ["dns-1"]` names DNS servers that the lab plays and of which nobody is told what they forward.
//! `inspected = true` says that something on the way inspects TLS: the lab shows a certificate by an authority that
//! nobody trusts.
//! The change language is documented in [`change`], vantages in [`vantage`], URLs in [`target`].

mod admin_rules;
mod api_management;
mod balancer;
pub mod change;
mod databricks;
mod estate;
mod file;
mod gateways;
mod names;
mod network_managers;
mod outside;
mod place;
mod roles;
mod search;
mod surroundings;
pub mod target;
pub mod vantage;

#[cfg(test)]
pub(crate) mod tests;

pub use names::NameError;

use file::File;
use model::{Change, Client, Coverage, Expect, Question, Snapshot};
use std::collections::BTreeMap;
use toml::Spanned;

/// A pretend estate with a question, and what is wrong in it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The name: the stem of its file.
    pub name: String,
    /// One line: what is wrong.
    pub title: String,
    /// What the user sees, in a sentence or two.
    pub explain: String,
    /// What is asked of it, as written.
    pub ask: Ask,
    /// The question, read in the estate as it is after the changes.
    pub question: Question,
    /// The path and query of the URL that is asked for, `/` at least.
    pub path: String,
    /// The estate before the changes: complete, with what surrounds the client.
    pub healthy: Snapshot,
    /// What is done to it, in order.
    pub changes: Vec<Change>,
    /// The changes as written.
    pub change_lines: Vec<String>,
    /// DNS servers, by name, of which nobody is told what they forward.
    pub untold: Vec<String>,
    /// True when something on the way shows a certificate of its own in place of the service's.
    pub inspected: bool,
    /// True when only real packets through namespaces show the fault.
    pub needs_namespaces: bool,
}

/// The question of a scenario as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The vantage, such as `vm/app`.
    pub from: String,
    /// The URL.
    pub to: String,
    /// What is expected of the healthy estate.
    pub expect: Expect,
}

/// Why a scenario could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("scenario {name}{}: {problem}", .line.map_or_else(String::new, |line| format!(", line {line}")))]
pub struct ScenarioError {
    /// The scenario.
    pub name: String,
    /// The line of the file, if one is to blame.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub problem: String,
}

/// How deep bases may rest on bases.
const MAX_BASES: usize = 8;

impl Scenario {
    /// Reads a scenario. `base` gives the text of another scenario by its name.
    pub fn parse(name: &str, text: &str, base: &dyn Fn(&str) -> Option<String>) -> Result<Self, ScenarioError> {
        let layers = layers(name, text, base)?;
        let top = &layers[0];
        let healthy = healthy(&layers)?;
        let (changes, change_lines, broken) = read_changes(&layers, &healthy)?;
        let fail = |problem: String| ScenarioError { name: name.to_owned(), line: None, problem };
        let ask = ask(&layers).ok_or_else(|| {
            fail("it does not say what to ask; add [ask] with `from = \"vm/NAME\"` and `to = \"https://HOST\"`".into())
        })?;
        let from = vantage::parse(&ask.from, &broken).map_err(|error| fail(format!("[ask] from: {error}")))?;
        let (to, path) = target::parse(&ask.to).map_err(|error| fail(format!("[ask] to: {error}")))?;
        let untold = untold(&layers, &broken)?;
        Ok(Self {
            untold,
            inspected: layers.iter().any(|layer| layer.file.inspected),
            name: name.to_owned(),
            title: top.file.title.clone(),
            explain: top.file.explain.trim().to_owned(),
            question: Question { from, to, expect: ask.expect },
            path,
            ask,
            healthy,
            changes,
            change_lines,
            needs_namespaces: layers.iter().any(|layer| layer.file.needs.is_some()),
        })
    }

    /// The estate after the changes.
    pub fn snapshot(&self) -> Snapshot {
        self.healthy.with(&self.changes)
    }

    /// What surrounds a client after the changes, as far as somebody is told.
    pub fn told(&self) -> Client {
        let mut client = self.snapshot().client().clone();
        client.dns_servers.retain(|_, server| !self.untold.contains(&server.name));
        client
    }
}

/// The DNS servers that no layer tells about; each has to be one.
fn untold(layers: &[Layer], estate: &Snapshot) -> Result<Vec<String>, ScenarioError> {
    let mut names = Vec::new();
    for (layer, line) in layers.iter().flat_map(|layer| layer.file.untold.iter().map(move |line| (layer, line))) {
        let server = line.get_ref();
        if !estate.client().dns_servers.values().any(|known| known.name == *server) {
            let problem = format!("`untold`: no DNS server is called `{server}`");
            return Err(layer.error(Some(line.span().start), problem));
        }
        names.push(server.clone());
    }
    Ok(names)
}

/// One file of a chain of bases.
struct Layer {
    name: String,
    text: String,
    file: File,
}

impl Layer {
    fn error(&self, at: Option<usize>, problem: String) -> ScenarioError {
        let line = at.map(|at| self.text[..at.min(self.text.len())].matches('\n').count() + 1);
        ScenarioError { name: self.name.clone(), line, problem }
    }
}

/// The scenario and its bases, itself first.
fn layers(name: &str, text: &str, base: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Layer>, ScenarioError> {
    let mut layers: Vec<Layer> = vec![layer(name, text)?];
    while let Some(wanted) = layers.last().and_then(|layer| layer.file.base.as_ref()) {
        let last = &layers[layers.len() - 1];
        let at = Some(wanted.span().start);
        let wanted = wanted.get_ref();
        if layers.len() > MAX_BASES || layers.iter().any(|layer| layer.name == *wanted) {
            return Err(last.error(at, format!("its base {wanted:?} rests on itself; name a base that stands alone")));
        }
        let Some(text) = base(wanted) else {
            return Err(last.error(at, format!("there is no scenario {wanted:?} to be its base")));
        };
        let next = layer(wanted, &text)?;
        layers.push(next);
    }
    Ok(layers)
}

fn layer(name: &str, text: &str) -> Result<Layer, ScenarioError> {
    match toml::from_str::<File>(text) {
        Ok(file) => Ok(Layer { name: name.to_owned(), text: text.to_owned(), file }),
        Err(error) => {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or(text).matches('\n').count() + 1);
            Err(ScenarioError { name: name.to_owned(), line, problem: error.message().replace('\n', "; ") })
        }
    }
}

fn healthy(layers: &[Layer]) -> Result<Snapshot, ScenarioError> {
    let mut whole = file::Estate::default();
    let mut client = Client::default();
    for layer in layers.iter().rev() {
        whole.extend(&layer.file.estate);
        if let Some(environment) = &layer.file.client.environment {
            client.environment.clone_from(environment);
        }
        if let Some(hosts) = &layer.file.client.hosts {
            client.hosts.clone_from(hosts);
        }
    }
    let wrong = |problem| layers[0].error(None, problem);
    client.dns_servers = surroundings::dns_servers(&whole).map_err(wrong)?;
    client.on_premises = surroundings::on_premises(&whole).map_err(wrong)?;
    client.appliances = surroundings::appliances(&whole);
    client.clusters = surroundings::clusters(&whole);
    let resources = estate::build(&whole).map_err(wrong)?;
    Ok(Snapshot::new(resources, Coverage::complete()).with_client(client))
}

type Changed = (Vec<Change>, Vec<String>, Snapshot);

fn read_changes(layers: &[Layer], healthy: &Snapshot) -> Result<Changed, ScenarioError> {
    let (mut changes, mut lines, mut now) = (Vec::new(), Vec::new(), healthy.clone());
    for layer in layers.iter().rev() {
        for line in &layer.file.changes {
            let read = change::parse(line.get_ref(), &now)
                .map_err(|error| layer.error(Some(line.span().start), error.to_string()))?;
            now = now.with(&read);
            changes.extend(read);
            lines.push(line.get_ref().clone());
        }
    }
    Ok((changes, lines, now))
}

fn ask(layers: &[Layer]) -> Option<Ask> {
    let mut stated = layers.iter().filter_map(|layer| layer.file.ask.as_ref());
    let from = stated.clone().find_map(|ask| ask.from.clone())?;
    let to = stated.clone().find_map(|ask| ask.to.clone())?;
    let expect = stated.find_map(|ask| ask.expect).unwrap_or(file::ExpectWord::Private);
    Some(Ask { from, to, expect: expect.into() })
}

/// A table of named entries.
type Named<T> = BTreeMap<String, T>;
/// A text that knows where it stands.
type Line = Spanned<String>;
