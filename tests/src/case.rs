//! What does one `toml scenario` block of a fixture say?
//!
//! ```toml
//! base  = "healthy"                                     # a file of scenarios/; leave it out for an estate of its own
//! fault = ["unlink privatelink.openai.azure.com from spoke-vnet"]
//! from  = "vm/app"                                      # the base's question, unless said otherwise
//! to    = "https://yourresource.openai.azure.com"
//! expect = "private"
//! intent = """[[suppress]] …"""                        # the owner's file privpath.toml
//! lab   = "zone-not-linked"                             # the lab plays another scenario than the snapshot holds
//! credential = "key"                                    # measured, and sent: see `play::Sent`
//! deployment = "gpt-4o"                                 # what is asked for with it
//! measured = true                                       # measured without a credential
//! trusts = "public roots"                               # measured by a client that does not know the lab's authority
//!
//! [estate.account.otherresource]                        # tables of the scenario language, laid over the base
//! group = "rg-ai"
//! ```

use anyhow::{Context, Result, anyhow};
use dialect::scenario::Scenario;
use model::intent::Intent;
use model::{Change, ClientFact, Question};
use serde::Deserialize;
use std::fmt::Write;

/// A block, read.
#[derive(Debug, Clone)]
pub struct Case {
    /// The estate, what is done to it and what is asked.
    pub scenario: Scenario,
    /// The scenario that it begins with, if it has one.
    pub base: Option<String>,
    /// True when it states tables of an estate itself.
    pub states_estate: bool,
    /// What the lab plays, when that differs from what the snapshot holds.
    pub lab: Option<Scenario>,
    /// What is sent to prove who calls.
    pub sent: Option<Sent>,
    /// True when it is measured though nothing is sent.
    pub without_credential: bool,
    /// True for a client that does not know the lab's authority, who is then somebody on the way.
    pub is_stranger: bool,
    /// What the owner of the estate states, if that is said.
    pub intent: Option<Intent>,
    /// The base's own question, where the call starts on the internet: the place itself is the fault.
    place: Option<Question>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    base: Option<String>,
    #[serde(default)]
    fault: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    expect: Option<String>,
    lab: Option<String>,
    credential: Option<String>,
    deployment: Option<String>,
    trusts: Option<String>,
    #[serde(default)]
    measured: bool,
    intent: Option<String>,
}

impl Case {
    /// Reads a block. `name` is what errors call it.
    pub fn parse(name: &str, block: &str) -> Result<Self> {
        let tables = block.find("\n[").map_or(block.len(), |at| at + 1);
        let (head, tables) = if block.starts_with('[') { ("", block) } else { block.split_at(tables) };
        let head: Head = toml::from_str(head).map_err(|error| anyhow!("{name}: {error}"))?;
        let text = scenario_text(&head, tables);
        let base = |wanted: &str| {
            let known = lab::scenarios().iter().find(|(known, _)| *known == wanted);
            known.map(|(_, text)| (*text).to_owned())
        };
        let scenario = Scenario::parse(name, &text, &base).with_context(|| format!("in the scenario\n{text}"))?;
        let lab = head.lab.as_deref().map(lab::scenario).transpose().with_context(|| format!("{name}: `lab`"))?;
        let place = match &head.base {
            Some(base) if head.from.as_deref() == Some("internet") => Some(lab::scenario(base)?.question),
            _ => None,
        };
        let sent = head.credential.as_deref().map(|words| Sent::parse(words, head.deployment.clone()));
        let sent = sent.transpose().with_context(|| format!("{name}: `credential`"))?;
        let is_stranger = match head.trusts.as_deref() {
            None => false,
            Some("public roots") => true,
            Some(other) => return Err(anyhow!("{name}: `trusts` is `public roots`, not `{other}`")),
        };
        let intent = head.intent.as_deref().map(dialect::intent::parse).transpose();
        let intent = intent.with_context(|| format!("{name}: `intent`"))?;
        let (base, states_estate) = (head.base, tables.contains("[estate"));
        let without_credential = head.measured;
        Ok(Self { scenario, base, states_estate, lab, sent, without_credential, is_stranger, intent, place })
    }

    /// A case that is a scenario as it is.
    pub fn of(scenario: Scenario) -> Self {
        let (base, states_estate, lab, sent, intent, place) = (None, false, None, None, None, None);
        let (without_credential, is_stranger) = (false, false);
        Self { scenario, base, states_estate, lab, sent, without_credential, is_stranger, intent, place }
    }

    /// The client who measures.
    pub fn caller(&self) -> Caller<'_> {
        Caller { sent: self.sent.as_ref(), is_stranger: self.is_stranger }
    }

    /// True when what is found is found by measuring.
    pub fn is_measured(&self) -> bool {
        self.lab.is_some() || self.sent.is_some() || self.without_credential || self.is_stranger
    }

    /// The question that the healthy estate is asked: from the base's own place where the case asks from
    /// the internet, where no estate is healthy.
    pub fn healthy_question(&self) -> Question {
        match &self.place {
            Some(question) => Question { from: question.from.clone(), ..healthy_question(&self.scenario) },
            None => healthy_question(&self.scenario),
        }
    }
}

/// The client who measures: what he sends, and whom he trusts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caller<'c> {
    /// What is sent to prove who calls.
    pub sent: Option<&'c Sent>,
    /// True when the lab's authority is not among those that he trusts.
    pub is_stranger: bool,
}

/// What is sent to the service of a lab to prove who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Which credential.
    pub what: Credential,
    /// The deployment that is asked for a completion; the list of models when there is none.
    pub deployment: Option<String>,
}

/// A credential for the service of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// `key of ACCOUNT`: what the lab calls the key of that account.
    KeyOf(String),
    /// `token for AUDIENCE`: a token that the lab issues.
    TokenFor(String),
    /// `token without a role`: of an identity that has none, for an audience. Without `for AUDIENCE`, for accounts.
    WithoutRole(String),
}

/// What comes before the audience of a token that gives no rights.
const WITHOUT: &str = "token without a role for ";

impl Sent {
    fn parse(words: &str, deployment: Option<String>) -> Result<Self> {
        let what = match (words.strip_prefix("key of "), words.strip_prefix("token for "), words) {
            (Some(account), ..) => Credential::KeyOf(account.to_owned()),
            (_, Some(audience), _) => Credential::TokenFor(audience.to_owned()),
            (.., "token without a role") => Credential::WithoutRole("https://cognitiveservices.azure.com".to_owned()),
            _ if words.starts_with(WITHOUT) => Credential::WithoutRole(words[WITHOUT.len()..].to_owned()),
            _ => return Err(anyhow!("`{words}` is none of: key of ACCOUNT, token for AUDIENCE, token without a role")),
        };
        Ok(Self { what, deployment })
    }
}

/// The question that a scenario's healthy estate is asked: where the fault is another endpoint
/// setting, what the setting named before; else its own question.
pub fn healthy_question(scenario: &Scenario) -> Question {
    const VARIABLE: &str = "AZURE_OPENAI_ENDPOINT";
    let set =
        |change: &Change| matches!(change, Change::Outside(ClientFact::Environment { name, .. }) if name == VARIABLE);
    let before = scenario.healthy.client().environment.get(VARIABLE);
    match before.and_then(|url| dialect::scenario::target::parse(url).ok()) {
        Some((to, _)) if scenario.changes.iter().any(set) => Question { to, ..scenario.question.clone() },
        _ => scenario.question.clone(),
    }
}

/// The block as a scenario file.
fn scenario_text(head: &Head, tables: &str) -> String {
    let mut text = "title = \"fixture\"\nexplain = \"\"\n".to_owned();
    let mut line = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            _ = writeln!(text, "{key} = {value:?}");
        }
    };
    line("base", &head.base);
    line("ask.from", &head.from);
    line("ask.to", &head.to);
    line("ask.expect", &head.expect);
    _ = writeln!(text, "changes = {:?}\n\n{tables}", head.fault);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_a_scenario() {
        let block = "base = \"healthy\"\nfault = [\"unset AZURE_OPENAI_ENDPOINT\"]\nfrom = \"app/your-app-service\"\n\n[estate.account.other]\ngroup = \"rg-ai\"\n";
        let case = Case::parse("t", block).unwrap();
        assert_eq!(case.scenario.question.from.to_string(), "app/your-app-service");
        assert_eq!((case.base.as_deref(), case.states_estate), (Some("healthy"), true));
        assert!(case.scenario.snapshot().client().environment.is_empty());
        assert_eq!(case.scenario.healthy.of_kind(model::Kind::CognitiveServicesAccount).count(), 2);
    }

    #[test]
    fn a_block_that_cannot_be_read_says_which() {
        let words = |block: &str| format!("{:#}", Case::parse("file.md:7", block).unwrap_err());
        assert!(words("base = \"healthy\"\nfalt = []").contains("file.md:7"));
        assert!(words("base = \"nowhere\"").contains("nowhere"));
        assert!(words("base = \"healthy\"\nlab = \"nowhere\"").contains("`nowhere`"));
    }
}
