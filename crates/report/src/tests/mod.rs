//! Do the outputs say what a diagnosis says, fit, and let nothing through?
//!
//! Diagnoses are made by hand here, in the estate of the article.

mod diagnoses;
mod documents;
mod explanations;
mod hostile;
mod measurements;
mod read;
mod terminal;

use finding::{Diagnosis, Meta, Severity};
use model::{Because, DnsName, Expect, Host, Kind, Question, ResourceId, Stage, Status, Target, Vantage};
use path::{Detail, Hop, Outcome, Step, Trace};

pub(super) const TOOL: crate::Tool<'static> = crate::Tool { name: "privpath", version: "0.1.0" };

pub(super) static NOT_LINKED: Meta = Meta {
    code: "DNS003",
    name: "dns-zone-not-linked-to-resolving-vnet",
    stage: Some(Stage::Dns),
    severity: Severity::Broken,
    summary: "",
    docs: "",
    needs: &[Kind::PrivateDnsZone, Kind::VirtualNetworkLink],
    since: "0.1.0",
};

pub(super) static LEFT_OPEN: Meta = Meta {
    code: "ACC001",
    name: "svc-public-left-open",
    stage: Some(Stage::Access),
    severity: Severity::Exposed,
    summary: "",
    docs: "",
    needs: &[Kind::CognitiveServicesAccount],
    since: "0.1.0",
};

pub(super) static DENIED: Meta = Meta {
    code: "NSG002",
    name: "nsg-inbound-deny-on-pe-subnet",
    stage: Some(Stage::Nsg),
    severity: Severity::Broken,
    summary: "",
    docs: "",
    needs: &[Kind::NetworkSecurityGroup, Kind::SecurityRule],
    since: "0.1.0",
};

pub(super) fn id(group: &str, kind: &str, names: &[&str]) -> ResourceId {
    ResourceId::new("11111111-1111-1111-1111-111111111111", group, kind, names)
}

pub(super) fn vm() -> ResourceId {
    id("rg-app", "Microsoft.Compute/virtualMachines", &["app"])
}

pub(super) fn zone() -> ResourceId {
    id("rg-networking", "Microsoft.Network/privateDnsZones", &["privatelink.openai.azure.com"])
}

pub(super) fn spoke() -> ResourceId {
    id("rg-app", "Microsoft.Network/virtualNetworks", &["spoke-vnet"])
}

pub(super) fn endpoint() -> ResourceId {
    id("rg-ai", "Microsoft.Network/privateEndpoints", &["pe-openai-eastus"])
}

pub(super) fn account() -> ResourceId {
    id("rg-ai", "Microsoft.CognitiveServices/accounts", &["yourresource"])
}

pub(super) fn endpoint_subnet() -> ResourceId {
    id("rg-networking", "Microsoft.Network/virtualNetworks/subnets", &["hub-vnet", "snet-private-endpoints"])
}

pub(super) fn question(from: Vantage) -> Question {
    let name = DnsName::parse("yourresource.openai.azure.com").unwrap();
    Question { from, to: Target { host: Host::Name(name), port: 443 }, expect: Expect::Private }
}

pub(super) fn from_vm() -> Question {
    question(Vantage::VirtualMachine(vm()))
}

pub(super) fn step(stage: Stage, status: Status, because: Because, seen: &[&str]) -> Step {
    let seen = seen.iter().map(ToString::to_string).collect();
    Step { stage, status, because, detail: Detail::None, seen, told: Vec::new() }
}

/// A step of which only configuration is known.
pub(super) fn configured(stage: Stage, status: Status, text: &str) -> Step {
    step(stage, status, Because::new(text), &[])
}

pub(super) fn not_reached(stage: Stage) -> Step {
    step(stage, Status::NotReached, Because::default(), &[])
}

pub(super) fn hop(place: &str, resource: Option<ResourceId>, steps: Vec<Step>) -> Hop {
    Hop { place: place.to_owned(), resource, steps }
}

pub(super) fn trace(question: Question, outcome: Outcome, hops: Vec<Hop>) -> Trace {
    Trace {
        question,
        sources: Vec::new(),
        part: None,
        hops,
        outcome,
        predicted: None,
        measured: None,
        proxied: None,
        heard: path::Heard::default(),
        settle: Vec::new(),
    }
}

pub(super) fn predicted(trace: Trace) -> Trace {
    Trace { predicted: Some(trace.outcome.clone()), ..trace }
}

pub(super) fn measured(trace: Trace) -> Trace {
    Trace { measured: Some(trace.outcome.clone()), ..trace }
}

pub(super) fn diagnosis(traces: Vec<Trace>) -> Diagnosis {
    Diagnosis {
        taken: "2026-11-22T02:00:00Z".to_owned(),
        snapshot_taken: None,
        traces,
        observations: Vec::new(),
        findings: Vec::new(),
        suppressed: Vec::new(),
        plans: Vec::new(),
        skipped: Vec::new(),
        notes: Vec::new(),
        coverage: None,
        matrix: None,
    }
}
