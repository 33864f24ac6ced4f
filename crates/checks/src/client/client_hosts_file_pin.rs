//! Does the client's hosts file lead the name past its endpoint?

use crate::asked::endpoints;
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, ClientFact, Expect, Stage};
use path::Trace;
use path::client::{self, Named};
use path::dns::Answer;

check! {
    /// ## What it finds
    ///
    /// The client's hosts file pins the service's name to an address that is not its private endpoint's.
    ///
    /// ## Why it breaks
    ///
    /// The hosts file comes before DNS. An entry from a test, or from before the endpoint was made again, keeps
    /// leading to the old address. Nobody else sees it: `nslookup` asks DNS and shows the right answer.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A record with an old address (`dns-record-stale-ip`) is seen by every client and by `nslookup`; a pin by
    /// the programs of one host. A pin to the endpoint's address works, and nothing is found until the endpoint
    /// moves.
    ///
    /// ## How to repair
    ///
    /// Delete the entry, and let DNS answer. Programs may have to be restarted.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/azure-cosmos-dotnet-v3 issue 4174, github.com/MicrosoftDocs/azure-docs issue 90426.
    pub struct ClientHostsFilePin = {
        code: "CLN006",
        name: "client-hosts-file-pin",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "A hosts-file pin covers only some names of the service, or keeps an old address.",
        needs: [PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for ClientHostsFilePin {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Answer::Pinned(address)) = trace.resolution().map(|resolution| &resolution.answer) else { return };
        let Some(Named::Public(service) | Named::Privatelink(service)) = trace.named() else { return };
        if trace.question.expect != Expect::Private || trace.outcome.stage != Some(Stage::Dns) {
            return;
        }
        // A pin in a cluster's CoreDNS is another fault.
        let host = trace.question.to.host.to_string();
        let entries = &cx.snapshot().client().hosts;
        let entry = entries.iter().find(|(name, pin)| name.eq_ignore_ascii_case(&host) && *pin == address);
        let Some((name, _)) = entry else { return };
        let Some(Some(target)) = client::target(cx.snapshot(), service).value().cloned() else { return };
        let own = endpoints(cx, &target);
        if own.is_empty() || own.iter().any(|(_, addresses)| addresses.contains(address)) {
            return;
        }
        let Some(because) = trace.at(Stage::Dns).next().map(|step| &step.because) else { return };
        let Some(confidence) = Confidence::at_most(because) else { return };
        let title = format!("the hosts file pins the name to {address}, not to its endpoint");
        let shown = own.iter().map(|(endpoint, addresses)| {
            let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Evidence::reason(format!("endpoint {} of {} has {list}", endpoint.name(), target.name()))
        });
        let change = Change::Outside(ClientFact::HostsEntry { name: name.clone(), address: None });
        let remedy = Remedy::new(format!("delete the hosts entry of {name}"), Safety::Safe, vec![change])
            .saying("then DNS answers, as for every other client; restart programs that keep the old address");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.shown_by(shown).shown_by(Evidence::of(because)).repaired_by(remedy));
    }
}
