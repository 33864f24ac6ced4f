//! Does the walk follow each fact about Azure, and has every fact a row?

use model::observation::{CertificateSeen, ChainProblem, ChainVerdict, HttpOutcome, HttpSeen, TlsOutcome, TlsSeen};
use model::{Because, Fact, Mark};
use path::access::{Reading, read};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use suite::case::Case;
use suite::{play, repository};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    row: Vec<Row>,
    #[serde(default)]
    reply: Vec<Reply>,
    #[serde(default)]
    answer: Vec<Answer>,
    #[serde(default)]
    chain: Vec<Chain>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    fact: String,
    mark: String,
    /// Where the fact is cited; anywhere in the diagnosis when left out.
    stage: Option<String>,
    base: String,
    #[serde(default)]
    fault: Vec<String>,
    from: Option<String>,
    to: Option<String>,
    /// Tables of the scenario language, laid over the base.
    #[serde(default)]
    estate: String,
    /// Way and end.
    gives: String,
}

/// A certificate that a peer showed, and what the verifiers said of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chain {
    fact: String,
    mark: String,
    /// The names of the certificate.
    names: Vec<String>,
    /// The name asked for.
    host: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    fact: Option<String>,
    mark: Option<String>,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: String,
    /// What it reads as.
    reads: Option<String>,
    /// The name that was called, where the kind of the service counts.
    host: Option<String>,
}

/// A public answer of a DNS server.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    fact: Option<String>,
    mark: Option<String>,
    /// The name asked for and its aliases.
    chain: Vec<String>,
}

const FILES: [&str; 8] = ["client", "dns", "route", "nsg", "endpoint", "tls", "access", "auth"];

fn files() -> Vec<(String, File)> {
    FILES
        .iter()
        .map(|stage| {
            let path = format!("conformance/{stage}.toml");
            let file =
                toml::from_str(&repository::read(&path).unwrap()).unwrap_or_else(|error| panic!("{path}: {error}"));
            (path, file)
        })
        .collect()
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Protocol => "protocol",
        Mark::Documented => "documented",
        Mark::Recorded => "recorded",
        Mark::Inferred => "inferred",
        Mark::Believed => "believed",
    }
}

fn cited(because: &Because, facts: &mut Vec<&'static Fact>) {
    facts.extend(&because.rules);
    because.parts.iter().for_each(|part| cited(part, facts));
}

impl Row {
    fn case(&self, name: &str) -> Case {
        let mut block = format!("base = {:?}\nfault = {:?}\n", self.base, self.fault);
        for (key, value) in [("from", &self.from), ("to", &self.to)] {
            if let Some(value) = value {
                block = format!("{block}{key} = {value:?}\n");
            }
        }
        Case::parse(name, &format!("{block}\n{}", self.estate.trim_start())).unwrap()
    }

    fn holds(&self, name: &str) {
        let case = self.case(name);
        let diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
        let trace = &diagnosis.traces[0];
        let gives = format!("{} {}", trace.outcome.way.word(), trace.outcome.end.word());
        assert_eq!(gives, self.gives, "{name}: {trace:#?}");
        let mut facts = Vec::new();
        let steps = trace.steps().filter(|step| self.stage.as_deref().is_none_or(|stage| step.stage.word() == stage));
        steps.for_each(|step| cited(&step.because, &mut facts));
        let found = facts.iter().find(|fact| fact.id == self.fact);
        match found {
            Some(fact) => assert_eq!(word(fact.mark), self.mark, "{name}"),
            None => {
                let told = diagnosis.findings.iter().flat_map(|finding| &finding.evidence);
                let told: Vec<&str> = told.map(|evidence| evidence.text.as_str()).collect();
                let by_findings = [
                    &path::platform::ZONE_GROUP,
                    &path::dns::RULESET_REGION,
                    &path::auth::SIGN_IN,
                    &path::nsg::SIGN_IN_TAG,
                    &path::route::PLATFORM_TRAFFIC,
                    &path::route::AGENT_SUBNET,
                    &path::hubs::ROUTING_INTENT,
                    &path::endpoint::WORKSPACE_FRONT,
                ];
                let fact = by_findings.into_iter().find(|fact| fact.id == self.fact && told.contains(&fact.text));
                let fact = fact.filter(|_| self.stage.is_none());
                let fact = fact.unwrap_or_else(|| panic!("{name}: not cited, but {facts:?} and {told:?}"));
                assert_eq!(word(fact.mark), self.mark, "{name}");
            }
        }
    }
}

impl Reply {
    fn holds(&self, name: &str) {
        let headers = self.headers.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let reading = read(&HttpSeen {
            address: "127.0.0.1:443".parse().unwrap(),
            request: "GET /".to_owned(),
            credential: None,
            outcome: HttpOutcome::Answered,
            status: self.status,
            headers,
            body: self.body.clone(),
            truncated: false,
        });
        let host = self.host.as_deref().map(|host| model::DnsName::parse(host).unwrap());
        let first = host.and_then(|host| path::access::asks_first(&host)).filter(|_| self.status == 401);
        let (cites, reads) = match reading {
            Reading::Reached | Reading::Unclear if first.is_some() => {
                (first.map(|fact| (fact.id, word(fact.mark))), Some("asked first"))
            }
            Reading::NetworkRefusal(_, fact) => (Some((fact.id, word(fact.mark))), Some("refused")),
            Reading::Denied(_, fact) => (Some((fact.id, word(fact.mark))), Some("denied")),
            Reading::NotThere(_, fact) => (Some((fact.id, word(fact.mark))), Some("not there")),
            Reading::Reached => (None, Some("reached")),
            Reading::Unclear => (None, Some("unclear")),
        };
        assert_eq!(cites, self.fact.as_deref().zip(self.mark.as_deref()), "{name}: {}", self.body);
        assert_eq!(reads, self.reads.as_deref(), "{name}: {}", self.body);
    }
}

impl Chain {
    /// Nobody vouches for its issuer.
    fn holds(&self, name: &str) {
        let problem = Some(ChainProblem::UnknownIssuer);
        let leaf = CertificateSeen {
            subject: String::new(),
            issuer: "CN=somebody".to_owned(),
            names: self.names.clone(),
            not_before: String::new(),
            not_after: String::new(),
        };
        let read = path::tls::peer(&TlsSeen {
            address: "127.0.0.1:443".parse().unwrap(),
            server_name: model::Host::parse(&self.host).unwrap(),
            outcome: TlsOutcome::NotTrusted,
            version: None,
            chain: vec![leaf],
            verdicts: ["system", "public"]
                .map(|roots| ChainVerdict { roots: roots.to_owned(), problem: problem.clone() })
                .into(),
        });
        let mut facts = Vec::new();
        cited(&read.because, &mut facts);
        let facts: Vec<_> = facts.iter().map(|fact| (fact.id, word(fact.mark))).collect();
        assert_eq!(facts, [(self.fact.as_str(), self.mark.as_str())], "{name}");
    }
}

impl Answer {
    fn holds(&self, name: &str) {
        let names: Vec<_> = self.chain.iter().map(|text| model::DnsName::parse(text).unwrap()).collect();
        let cites = path::dns::tail(&names[0], &names[1..]).map(|(_, fact)| (fact.id, word(fact.mark)));
        assert_eq!(cites, self.fact.as_deref().zip(self.mark.as_deref()), "{name}: {:?}", self.chain);
    }
}

/// The source files of a folder and the folders in it.
fn sources(folder: &str) -> Vec<String> {
    let here = repository::list(folder, ".rs").unwrap().into_iter().map(|name| format!("{folder}/{name}"));
    let below = repository::folders(folder).unwrap().into_iter().flat_map(|name| sources(&format!("{folder}/{name}")));
    here.chain(below).collect()
}

#[test]
fn every_row_holds() {
    for (path, file) in files() {
        for (number, row) in (1..).zip(&file.row) {
            row.holds(&format!("{path}, row {number} ({})", row.fact));
        }
        for (number, reply) in (1..).zip(&file.reply) {
            reply.holds(&format!("{path}, reply {number}"));
        }
        for (number, answer) in (1..).zip(&file.answer) {
            answer.holds(&format!("{path}, answer {number}"));
        }
        for (number, chain) in (1..).zip(&file.chain) {
            chain.holds(&format!("{path}, chain {number}"));
        }
    }
}

#[test]
fn every_fact_has_a_row_and_every_row_a_fact() {
    let mut facts = BTreeSet::new();
    for file in sources("crates/fabric/src") {
        let text = repository::read(&file).unwrap();
        let ids = text.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\","));
        facts.extend(ids.map(str::to_owned));
    }
    assert!(facts.len() > 20, "{facts:?}");
    let all = files();
    let rows = all.iter().flat_map(|(_, file)| file.row.iter().map(|row| row.fact.clone()));
    let replies = all.iter().flat_map(|(_, file)| file.reply.iter().filter_map(|reply| reply.fact.clone()));
    let answers = all.iter().flat_map(|(_, file)| file.answer.iter().filter_map(|answer| answer.fact.clone()));
    let chains = all.iter().flat_map(|(_, file)| file.chain.iter().map(|chain| chain.fact.clone()));
    assert_eq!(facts, rows.chain(replies).chain(answers).chain(chains).collect());
}
