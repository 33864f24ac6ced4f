//! Does another service of Azure make the call, from outside of every network, and has it no private way?

use crate::called_by_service::{Called, command_word};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Severity, Sink, check};
use model::resource::{CognitiveServicesAccount, SearchService};
use model::{Change, End, Expect, ResourceId, Snapshot, Stage, Vantage, Way};
use path::endpoint::SharedWay;
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// A search service that calls an account without a shared private link to it, or an account that calls a search
    /// service (Azure OpenAI On Your Data), where a claim says that it should go privately or be let in: the call comes
    /// publicly, and is refused or goes over the public side.
    ///
    /// ## Why it breaks
    ///
    /// Not your app makes this call but a service of Azure, from networks of Azure's own. Your private endpoints, DNS
    /// zones, routes and security groups are not on its way, and every probe from your network goes well. An account
    /// whose public access is disabled lets it in by a shared private link, or as a trusted service
    /// (`networkAcls.bypass` AzureServices) that calls with its system-assigned identity.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The refusal is in the log of the calling service, not in yours. Which service calls which is in no configuration
    /// of Azure's: state it as a claim (`from = "search/NAME"`), or ask `privpath trace --from search/NAME`. A shared
    /// private link that is there and does not carry is ACC009. Nothing can be measured from there.
    ///
    /// ## How to repair
    ///
    /// Give the search service a shared private link and approve it; or let trusted services in and give the caller a
    /// system-assigned identity with a role; or make the call from your own app. A trusted service still comes over
    /// the public side.
    ///
    /// ## Sources
    ///
    /// Azure AI documentation: ai-services/cognitive-services-virtual-networks.md,
    /// ai-services/openai/how-to/on-your-data-configuration.md. Azure AI Search documentation:
    /// search/search-indexer-howto-access-private.md. Seen in github.com/Azure-Samples/azure-search-openai-demo issue
    /// 1886, github.com/microsoft/sample-app-aoai-chatGPT issues 1464 and 442.
    pub struct SvcServerSideCaller = {
        code: "ACC001",
        name: "svc-server-side-caller",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "Another Azure service makes the call, from outside of the network: it is refused, or comes publicly.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for SvcServerSideCaller {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        out.findings.extend(finding(cx.snapshot(), trace));
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        out.findings.extend(finding(cx.snapshot(), trace));
    }
}

fn finding(snapshot: &Snapshot, trace: &Trace) -> Option<Finding> {
    let Vantage::Service(caller) = &trace.question.from else { return None };
    let closed = |step: &path::Step| matches!(step.detail, Detail::Shared(SharedWay::Closed(_)));
    // A link that is there and does not carry is another fault.
    let by_link = trace.question.expect == Expect::Private && trace.at(Stage::Endpoint).any(closed);
    if trace.outcome.way != Way::Public || by_link {
        return None;
    }
    let Some(target) = target(snapshot, trace) else { return of_a_stranger(trace, caller) };
    let admitted = Called::of(snapshot, caller, &target);
    let (who, whom) = (&trace.question.from, target.name());
    let title = match trace.question.expect {
        Expect::Public => format!("{whom} does not let {who} in, which calls by itself"),
        _ => format!("{who} has no private way to {whom}"),
    };
    let refused = trace.outcome.end == End::Refused;
    let severity = if refused { Severity::Broken } else { Severity::Exposed };
    let endpoint = trace.at(Stage::Endpoint).map(|step| &step.because).next()?;
    let decided = if refused { admitted.because() } else { endpoint };
    let confidence = Confidence::at_most(decided)?;
    let finding = Finding { confidence, severity, ..Finding::new(SvcServerSideCaller::META, title) };
    let finding = finding.on(&target).on(caller);
    let finding = finding.shown_by(Evidence::of(endpoint)).shown_by(Evidence::of(admitted.because()));
    let mut remedies = Vec::new();
    remedies.extend(shared_link(snapshot, trace, caller, &target));
    remedies.extend(trust(snapshot, caller, &target, &admitted));
    if trace.question.expect == Expect::Public {
        remedies.reverse();
    }
    Some(remedies.into_iter().fold(finding, Finding::repaired_by))
}

/// Of what is called the snapshot has nothing: only that no private way leads there is known.
fn of_a_stranger(trace: &Trace, caller: &ResourceId) -> Option<Finding> {
    let missing = |step: &&path::Step| matches!(step.detail, Detail::Shared(SharedWay::Missing));
    let endpoint = trace.at(Stage::Endpoint).find(missing).filter(|_| trace.question.expect == Expect::Private)?;
    let confidence = Confidence::at_most(&endpoint.because)?;
    let (who, host) = (&trace.question.from, &trace.question.to.host);
    let title = format!("{who} has no private way to {host}");
    let finding = Finding { confidence, severity: Severity::Exposed, ..Finding::new(SvcServerSideCaller::META, title) };
    let words = format!(
        "az search shared-private-link-resource create --service-name {} makes one; the owner of the resource behind {host} approves it",
        command_word(caller.name())
    );
    let remedy = Remedy::manual("make a shared private link to the resource", vec![words]);
    Some(finding.on(caller).shown_by(Evidence::of(&endpoint.because)).repaired_by(remedy))
}

/// What is called, where the snapshot has it.
fn target(snapshot: &Snapshot, trace: &Trace) -> Option<ResourceId> {
    let path::client::Named::Public(service) = trace.named()? else { return None };
    path::client::target(snapshot, service).value()?.clone()
}

/// A private way for a search service.
fn shared_link(snapshot: &Snapshot, trace: &Trace, caller: &ResourceId, target: &ResourceId) -> Option<Remedy> {
    snapshot.find::<SearchService>(caller)?;
    snapshot.find::<CognitiveServicesAccount>(target)?;
    let host = trace.question.to.host.to_string();
    let group = match host.split('.').nth(1)? {
        "openai" => "openai_account",
        "cognitiveservices" => "cognitiveservices_account",
        _ => return None,
    };
    let words = vec![
        format!(
            "az search shared-private-link-resource create --resource-group {} --service-name {} --name to-{} --group-id {group} --resource-id {} --request-message approve",
            command_word(caller.resource_group().unwrap_or("GROUP")),
            command_word(caller.name()),
            command_word(target.name()),
            command_word(target.as_str())
        ),
        format!(
            "then the owner of {} approves the connection; it takes tier Basic or higher, and costs",
            target.name()
        ),
        "an indexer takes it only with \"executionEnvironment\": \"private\" in its definition".to_owned(),
    ];
    let title = format!("make a shared private link from {} to {}", caller.name(), target.name());
    Some(Remedy::manual(title, words))
}

/// The exception for trusted services, where it is what is missing.
fn trust(snapshot: &Snapshot, caller: &ResourceId, target: &ResourceId, admitted: &Called) -> Option<Remedy> {
    let property = admitted.refused_by()?;
    let (who, whom) = (caller.name(), target.name());
    let known = snapshot.get(caller)?.identity.as_ref().is_some_and(|identity| identity.system.is_some());
    if property.ends_with(".bypass") {
        let words = format!("{whom} lets trusted services in already; then give the identity a role on {whom}");
        return Some(Remedy::manual(format!("give {who} a system-assigned identity"), vec![words]));
    }
    let (property, action) = match snapshot.find::<CognitiveServicesAccount>(target) {
        Some(account) if matches!(account.kind.as_deref(), Some("OpenAI" | "AIServices")) => {
            ("networkAcls.bypass", "Microsoft.CognitiveServices/accounts/write")
        }
        Some(_) => return None,
        None => {
            snapshot.find::<SearchService>(target)?;
            ("networkRuleSet.bypass", "Microsoft.Search/searchServices/write")
        }
    };
    let changes = vec![Change::set(target, property, "AzureServices")];
    let title = format!("let trusted services of Azure into {whom}");
    let remedy = Remedy::new(title, Safety::Review, changes).needing(action, whom).saying(format!(
        "the calls stay on the public side; every trusted service whose identity has a role on {whom} is let in"
    ));
    Some(if known {
        remedy.saying(format!("{who} has to call with its system-assigned identity, and that needs a role on {whom}"))
    } else {
        remedy.saying(format!("{who} has no system-assigned identity: give it one, and a role on {whom}"))
    })
}
