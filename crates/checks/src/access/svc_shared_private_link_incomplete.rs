//! Has a search service a shared private link that carries nothing?

use crate::called_by_service::{Called, command_word};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Severity, Sink, check};
use model::resource::{ConnectionState, PrivateEndpointConnection, SharedPrivateLink};
use model::{Because, Known, ResourceId, Stage};
use path::endpoint::{Fault, SharedWay};
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// A shared private link of a search service that carries nothing: its owner has not approved it, or rejected it,
    /// Azure did not finish it, the account lists no approved connection, or it is for another group id than the one
    /// that has the name.
    ///
    /// ## Why it breaks
    ///
    /// Indexers, vectorizers and skills of a search service run in networks of Azure's own. A private endpoint in
    /// your network is no way for them: only a shared private link is one, and only when it is provisioned and
    /// approved. Until then they come publicly, and an account whose public access is disabled answers 403. An account
    /// has two group ids for such links: `openai_account` for models, `cognitiveservices_account` for the billing of
    /// built-in skills.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An approved link that an indexer does not take looks the same from outside: indexers take it only with
    /// `"executionEnvironment": "private"` in their definition. That is data of the search service, which no Azure
    /// Resource Manager tells, so it is not judged here: look into the definition. Without any shared private link it
    /// is ACC001. Where the account's public side lets the calls in, they work publicly, and this finding is fragile
    /// only.
    ///
    /// ## How to repair
    ///
    /// The owner of the other resource approves the connection. One that was rejected, disconnected or left
    /// unfinished is deleted and made again, and approved then.
    ///
    /// ## Sources
    ///
    /// Azure AI Search documentation: search/search-indexer-howto-access-private.md. Seen in
    /// github.com/MicrosoftDocs/azure-ai-docs pull request 842, github.com/MicrosoftDocs/azure-docs issue 122896.
    pub struct SvcSharedPrivateLinkIncomplete = {
        code: "ACC009",
        name: "svc-shared-private-link-incomplete",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "A shared private link of the search service is not approved, not finished or for another group id.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for SvcSharedPrivateLinkIncomplete {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let closed = trace.at(Stage::Endpoint).find_map(|step| match &step.detail {
            Detail::Shared(SharedWay::Closed(closed)) => closed.first(),
            _ => None,
        });
        out.findings.extend(closed.and_then(|(link, fault)| finding(cx, link, fault)));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, link) in cx.snapshot().all::<SharedPrivateLink>() {
            if let Known::Value(Some(fault)) = path::endpoint::fault(cx.snapshot(), link, None) {
                out.findings.extend(finding(cx, id, &fault));
            }
        }
    }
}

fn finding(cx: &Cx<'_>, id: &ResourceId, fault: &Fault) -> Option<Finding> {
    let search = id.parent()?;
    let link = cx.snapshot().find::<SharedPrivateLink>(id)?;
    let (name, of) = (id.name(), search.name());
    let title = format!("shared link {of}/{name} {}", fault.words());
    let leads = link.target.as_ref().map_or("a resource", ResourceId::name);
    let text = format!("{name}, which leads to {leads}, {}", fault.words());
    let because = Because::new(text).fact(fault.fact(id)).rule(fault.rule());
    let confidence = Confidence::at_most(&because)?;
    let called = link.target.as_ref().map(|target| Called::of(cx.snapshot(), &search, target));
    let open = called.as_ref().is_some_and(Called::is_let_in);
    let severity = if open { Severity::Fragile } else { Severity::Broken };
    // Not of the resource that it leads to: calls of others to that one have nothing to do with it.
    let finding = Finding { confidence, severity, ..Finding::new(SvcSharedPrivateLinkIncomplete::META, title) };
    let finding = finding.on(id).on(&search).shown_by(Evidence::of(&because));
    let finding = match called {
        Some(called) => finding.shown_by(Evidence::of(called.because())),
        None => finding,
    };
    Some(finding.repaired_by(remedy(cx, &search, id, link, fault)))
}

fn remedy(cx: &Cx<'_>, search: &ResourceId, id: &ResourceId, link: &SharedPrivateLink, fault: &Fault) -> Remedy {
    let target = link.target.as_ref();
    let owner = target.map_or("the other resource", ResourceId::name);
    match fault {
        Fault::State(ConnectionState::Pending) => {
            let title = format!("let the owner of {owner} approve the connection of {}", id.name());
            let way = match target.and_then(|target| waiting(cx, target)) {
                Some(connection) => format!(
                    "one connection from outside of this estate waits there: az network private-endpoint-connection approve --id {}",
                    command_word(connection.as_str())
                ),
                None => format!(
                    "az network private-endpoint-connection list --id {} shows which one waits; approve --id takes its id",
                    command_word(target.map_or("ID", ResourceId::as_str))
                ),
            };
            let care = format!("only the owner of {owner} may decide this: it lets {} in", search.name());
            Remedy::manual(title, vec![way, care])
        }
        Fault::OtherGroup { needs, .. } => Remedy::manual(
            format!("make a shared private link with group id {needs}, and approve it"),
            vec![made(search, &format!("{}-{needs}", id.name()), target, needs)],
        ),
        Fault::State(_) | Fault::Unfinished(_) | Fault::NotListed => Remedy::manual(
            format!("delete {} and make it again; the owner of {owner} then approves it", id.name()),
            vec![made(search, id.name(), target, link.group_id.as_deref().unwrap_or("GROUP-ID"))],
        ),
    }
}

/// The command that makes a link.
fn made(search: &ResourceId, name: &str, target: Option<&ResourceId>, group: &str) -> String {
    format!(
        "az search shared-private-link-resource create --resource-group {} --service-name {} --name {} --group-id {} --resource-id {} --request-message approve",
        command_word(search.resource_group().unwrap_or("GROUP")),
        command_word(search.name()),
        command_word(name),
        command_word(group),
        command_word(target.map_or("ID", ResourceId::as_str))
    )
}

/// The one connection of an account that waits and whose endpoint is none of the estate's own.
fn waiting<'s>(cx: &Cx<'s>, target: &ResourceId) -> Option<&'s ResourceId> {
    let snapshot = cx.snapshot();
    let foreign = |connection: &PrivateEndpointConnection| {
        connection.private_endpoint.as_ref().is_some_and(|endpoint| snapshot.get(endpoint).is_none())
    };
    let mut all = snapshot
        .children::<PrivateEndpointConnection>(target)
        .filter(|(_, connection)| connection.state.is(&ConnectionState::Pending) && foreign(connection));
    let (id, _) = all.next()?;
    all.next().is_none().then_some(id)
}
