//! Which questions does the owner's file state, and which findings does it accept?

use checks::gap::suppression_out_of_date::SuppressionOutOfDate;
use finding::{Confidence, Diagnosis, Evidence, Finding, Remedy, Suppressed};
use model::intent::{Called, Claim, Intent, Pattern, Suppression};
use model::resource::{
    ApiManagement, CognitiveServicesAccount, ContainerApp, ManagedCluster, NetworkInterface, SearchService, Subnet,
    VirtualMachine, WebApp,
};
use model::{DnsName, Host, Question, ResourceId, Snapshot, Target, Vantage, visible};

/// More pairs than these are no claim but a mistake.
const MOST_PAIRS: usize = 20_000;

/// Why a claim gives no question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Nothing of the estate matches one side of it.
    #[error("line {line}: {side} = \"{pattern}\" matches {what} of this estate; correct it or take the claim out")]
    Nothing {
        /// The line that states it.
        line: usize,
        /// `from` or `to`.
        side: &'static str,
        /// The pattern.
        pattern: String,
        /// What it could have matched.
        what: &'static str,
    },
    /// It states too much.
    #[error("line {line}: the claims up to here state more than {MOST_PAIRS} pairs; write narrower patterns")]
    TooMany {
        /// The line that states it.
        line: usize,
    },
}

/// One question for each pair of every claim, in their order, each once. A pair that the estate states too keeps what
/// the claim expects of it.
pub fn claimed(snapshot: &Snapshot, intent: &Intent) -> Result<Vec<Question>, ClaimError> {
    let mut questions: Vec<Question> = Vec::new();
    for claim in &intent.claims {
        let callers = callers(snapshot, claim)?;
        let called = called(snapshot, claim)?;
        if questions.len() + callers.len() * called.len() > MOST_PAIRS {
            return Err(ClaimError::TooMany { line: claim.line });
        }
        let pairs = callers.iter().flat_map(|from| called.iter().map(move |to| (from.clone(), to.clone())));
        questions.extend(pairs.map(|(from, to)| Question { from, to, expect: claim.expect }));
    }
    let mut seen = std::collections::BTreeSet::new();
    questions.retain(|question| seen.insert(question.clone()));
    Ok(questions)
}

fn callers(snapshot: &Snapshot, claim: &Claim) -> Result<Vec<Vantage>, ClaimError> {
    let pattern = &claim.from;
    let is_meant = |vantage: &Vantage| {
        pattern.matches(&vantage.to_string()) || vantage.resource().is_some_and(|id| pattern.matches(id.as_str()))
    };
    let mut all: Vec<Vantage> = ids::<VirtualMachine>(snapshot).map(Vantage::VirtualMachine).collect();
    all.extend(ids::<WebApp>(snapshot).map(Vantage::WebApp));
    all.extend(ids::<ContainerApp>(snapshot).map(Vantage::ContainerApp));
    all.extend(ids::<ApiManagement>(snapshot).map(Vantage::ApiManagement));
    all.extend(ids::<ManagedCluster>(snapshot).map(Vantage::Cluster));
    // Services that call by themselves are meant only where they are named as such.
    if pattern.as_str().contains("search/") || pattern.as_str().contains("searchservices/") {
        all.extend(ids::<SearchService>(snapshot).map(Vantage::Service));
    }
    if pattern.as_str().contains("account/") || pattern.as_str().contains("cognitiveservices/accounts/") {
        all.extend(ids::<CognitiveServicesAccount>(snapshot).map(Vantage::Service));
    }
    // Every machine has a NIC and a subnet: these are meant only where they are named as such.
    if pattern.as_str().contains("nic/") || pattern.as_str().contains("networkinterfaces/") {
        all.extend(ids::<NetworkInterface>(snapshot).map(Vantage::NetworkInterface));
    }
    if pattern.as_str().contains("subnet") {
        all.extend(ids::<Subnet>(snapshot).map(Vantage::Subnet));
    }
    all.extend(snapshot.client().on_premises.keys().cloned().map(Vantage::OnPremises));
    if pattern.as_str() == "internet" {
        all.push(Vantage::Internet);
    }
    all.retain(is_meant);
    if all.is_empty() { Err(nothing(claim, "from", pattern, "no place that calls start from")) } else { Ok(all) }
}

fn ids<T: model::resource::Typed + 'static>(snapshot: &Snapshot) -> impl Iterator<Item = ResourceId> {
    snapshot.all::<T>().map(|(id, _)| id.clone())
}

fn called(snapshot: &Snapshot, claim: &Claim) -> Result<Vec<Target>, ClaimError> {
    let pattern = match &claim.to {
        Called::Target(target) => return Ok(vec![target.clone()]),
        Called::Accounts(pattern) => pattern,
    };
    let accounts = snapshot.all::<CognitiveServicesAccount>();
    let meant = accounts.filter(|(id, _)| pattern.matches(id.name()) || pattern.matches(id.as_str()));
    let targets: Vec<Target> = meant.flat_map(|(_, account)| names(account)).collect();
    if targets.is_empty() {
        return Err(nothing(claim, "to", pattern, "no account with a name of its own"));
    }
    Ok(targets)
}

/// The public names that an account is called by: of Azure OpenAI one, of the others each that answers.
fn names(account: &CognitiveServicesAccount) -> Vec<Target> {
    let suffixes: &[&str] = match account.kind.as_deref() {
        Some("OpenAI") => &["openai.azure.com"],
        Some("AIServices") => &["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"],
        _ => &["cognitiveservices.azure.com"],
    };
    let label = account.custom_subdomain.as_deref().unwrap_or_default();
    let hosts = suffixes.iter().filter_map(|suffix| DnsName::below(label, suffix).ok());
    hosts.filter(|_| !label.is_empty()).map(|host| Target { host: Host::Name(host), port: 443 }).collect()
}

fn nothing(claim: &Claim, side: &'static str, pattern: &Pattern, what: &'static str) -> ClaimError {
    ClaimError::Nothing { line: claim.line, side, pattern: visible(pattern.as_str()).into_owned(), what }
}

/// Sets aside the findings that the owner accepts; a suppression that has expired, or matches nothing, is a finding
/// itself. `file` is what the file is called; `today` is a day, as `2026-12-31`.
pub fn suppress(diagnosis: &mut Diagnosis, intent: &Intent, file: &str, today: &str) {
    let mut stale = Vec::new();
    for suppression in &intent.suppressions {
        let expired = suppression.expires.as_deref().is_some_and(|last| last < today);
        let (meant, kept): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(&mut diagnosis.findings).into_iter().partition(|finding| is_meant(suppression, finding));
        let already = diagnosis.suppressed.iter().any(|set| is_meant(suppression, &set.finding));
        diagnosis.findings = kept;
        match (expired, meant.is_empty()) {
            (true, _) => {
                diagnosis.findings.extend(meant);
                stale.push(out_of_date(suppression, file, true));
            }
            (false, true) if !already => stale.push(out_of_date(suppression, file, false)),
            (false, _) => diagnosis.suppressed.extend(meant.into_iter().map(|finding| Suppressed {
                finding,
                reason: suppression.reason.clone(),
                expires: suppression.expires.clone(),
                stated: format!("{file}, line {}", suppression.line),
            })),
        }
    }
    diagnosis.findings.sort_by_key(|finding| finding.order);
    let known = diagnosis.findings.iter().chain(diagnosis.suppressed.iter().map(|set| &set.finding));
    let last = known.map(|finding| finding.order).max().unwrap_or_default();
    let numbered = (last + 1..).zip(stale).map(|(order, finding)| Finding { order, ..finding });
    diagnosis.findings.extend(numbered);
}

fn is_meant(suppression: &Suppression, finding: &Finding) -> bool {
    let pattern = &suppression.resource;
    let resource = |id: &ResourceId| pattern.matches(id.name()) || pattern.matches(id.as_str());
    let named = finding.resources.iter().any(resource) || (finding.resources.is_empty() && pattern.as_str() == "*");
    finding.meta.code == suppression.code && named
}

fn out_of_date(suppression: &Suppression, file: &str, expired: bool) -> Finding {
    let (code, line) = (&suppression.code, suppression.line);
    let pattern = visible(suppression.resource.as_str());
    let title = match (&suppression.expires, expired) {
        (Some(last), true) => format!("the suppression of {code} for {pattern} ended on {last}"),
        _ => format!("the suppression of {code} for {pattern} matches nothing"),
    };
    let words = match expired {
        true => "repair what it accepted, or give it a later day",
        false => "take it out, so that it does not hide the next fault",
    };
    let place = format!("{file}, line {line}: {}", visible(&suppression.reason));
    let finding = Finding { confidence: Confidence::Proven, ..Finding::new(SuppressionOutOfDate::META, title) };
    let remedy = Remedy::manual("bring the suppression up to date", vec![words.to_owned()]);
    finding.shown_by([Evidence::reason(place)]).repaired_by(remedy)
}
