//! Does the client call an account without an endpoint, or no account at all, while another one has an endpoint?

use crate::asked::confidence;
use crate::called::{Candidates, call_instead, candidates, evidence, is_inside, suffix, told};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::CognitiveServicesAccount;
use model::{DnsName, End, Expect, Kind, Known, ResourceId, Stage, Way};
use path::Trace;
use path::client::{self, Named, Service};

check! {
    /// ## What it finds
    ///
    /// The URL leads past the private endpoint because of what it names: an account that has no endpoint and whose
    /// public side is closed, or `api.openai.com`, which clients call when no base URL is set. Another account
    /// of the estate has an endpoint.
    ///
    /// ## Why it breaks
    ///
    /// DNS, routes and rules may all be right: they are right for another name. The service answers 403, or
    /// somebody else's service answers 401 to the key.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A 403 with the right name is DNS or a missing endpoint. Where the named account answers publicly, nothing says
    /// that another one is meant, and nothing is found. The shared host of a region is `client-regional-endpoint`.
    ///
    /// ## How to repair
    ///
    /// Name the account that has the endpoint, with its key or a role on it. The OpenAI library's Azure client reads
    /// `AZURE_OPENAI_ENDPOINT`, its plain client `OPENAI_BASE_URL`; an argument in the code comes before both. If the
    /// named account is the one that is meant, make an endpoint for it.
    ///
    /// ## Sources
    ///
    /// github.com/microsoft/microsoft-foundry-for-vscode issue 172; openai-python 3.54.0, lib/azure.py and
    /// lib/_client_auth.py.
    pub struct ClientWrongEndpointUrl = {
        code: "CLN001",
        name: "client-wrong-endpoint-url",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The endpoint setting names another account, a default host or a leftover base URL.",
        needs: [CognitiveServicesAccount, PrivateEndpoint, PrivateEndpointConnection],
        since: "0.1.0",
    }
}

impl Check for ClientWrongEndpointUrl {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let public = trace.outcome.way == Way::Public && trace.question.expect == Expect::Private;
        if !public || !is_inside(cx, trace) {
            return;
        }
        let found = match trace.named() {
            Some(Named::Public(service)) => other_account(cx, trace, service),
            Some(Named::Other(name)) if client::is_default_host(name) => default_host(cx, trace, name),
            _ => None,
        };
        if let Some(finding) = found {
            out.push(finding);
        }
    }
}

/// The named account has no endpoint, its public side refuses, and another account has an endpoint.
fn other_account(cx: &Cx<'_>, trace: &Trace, service: &Service) -> Option<Finding> {
    let target = client::target(cx.snapshot(), service).value()?.clone()?;
    // Another kind of service with its own names is not mistaken for an account.
    cx.find::<CognitiveServicesAccount>(&target)?;
    let bare = matches!(client::has_endpoint(cx.snapshot(), &target), Known::Value(None));
    if !bare || trace.outcome.end != End::Refused {
        return None;
    }
    let refusal = &trace.at(Stage::Access).next()?.because;
    let confidence = confidence(cx, refusal, &[Kind::PrivateEndpointConnection, Kind::PrivateEndpoint])?;
    let told = told(cx, trace);
    let found = candidates(cx, trace, |id| *id != target, |_| service.suffix);
    if found.is_empty() {
        return None;
    }
    let name = target.name();
    let title = format!("the URL names {name}, which has no private endpoint");
    let bare = Evidence::reason(format!("{name} has no private endpoint connection, and its public side refuses"));
    let finding = Finding { confidence, ..Finding::new(ClientWrongEndpointUrl::META, title) }.on(&target);
    let own = match found.only() {
        Some(meant) => call_instead(&told, &meant.host, Safety::Review).saying(another_account(&meant.account)),
        None => choose(&found),
    };
    let endpoint = endpoint_for(&target);
    Some(finding.shown_by(evidence(&told)).shown_by([bare]).repaired_by(own).repaired_by(endpoint))
}

/// OpenAI's own host, which is no Azure resource.
fn default_host(cx: &Cx<'_>, trace: &Trace, name: &DnsName) -> Option<Finding> {
    let because = &trace.at(Stage::Client).next()?.because;
    let confidence = Confidence::at_most(because)?;
    let told = told(cx, trace);
    let found = candidates(cx, trace, |_| true, |account| suffix(account, &told));
    let title = format!("the URL names {name}, which is not Azure");
    let finding = Finding { confidence, ..Finding::new(ClientWrongEndpointUrl::META, title) };
    let remedy = match found.only().filter(|meant| found.reached.contains(meant)) {
        Some(meant) => call_instead(&told, &meant.host, Safety::Review).saying(another_account(&meant.account)),
        None => choose(&found),
    };
    Some(finding.shown_by(evidence(&told)).shown_by(Evidence::of(because)).repaired_by(remedy))
}

fn another_account(account: &ResourceId) -> String {
    let name = account.name();
    format!("another account: the client needs the key of {name}, or a role on it, and the names of its deployments")
}

/// Where several accounts may be meant, or none is known.
fn choose(found: &Candidates) -> Remedy {
    let which = if found.is_empty() {
        "no account in the snapshot has a private endpoint".to_owned()
    } else {
        format!("these have a private endpoint: {}", found.words())
    };
    Remedy::manual("name the account that has the private endpoint", vec![which])
}

/// The other way to put it right: the named account is the one that is meant.
fn endpoint_for(target: &ResourceId) -> Remedy {
    Remedy::manual(
        format!("make a private endpoint for {}, if that account is the one meant", target.name()),
        vec!["in a network that the client reaches, with a zone group for its names".to_owned()],
    )
}
