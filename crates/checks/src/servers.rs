//! Which DNS servers does a vantage ask, and what does each lead to, in the words that checks share?

use crate::asked::{Asked, endpoints};
use finding::{Cx, Remedy, Safety};
use model::resource::{DnsResolver, ForwardingRuleset, InboundEndpoint};
use model::{Change, ClientFact, Decided, DnsName, DnsServer, Host, ResourceId, Snapshot};
use path::Trace;
use path::client::{self, Named, Service};
use path::dns::{self, Answer, Matched, Resolution, linked_zones};
use path::standing::{self, AZURE_DNS, Standing};
use std::net::IpAddr;

/// A question for the public name of a resource with an endpoint, from a place with DNS servers of its own.
pub(crate) struct Served<'t> {
    pub(crate) service: &'t Service,
    pub(crate) standing: Standing,
    /// What each server answers, in the order of configuration.
    pub(crate) answers: Vec<(IpAddr, Decided<Resolution>)>,
}

impl<'t> Served<'t> {
    pub(crate) fn of(cx: &Cx<'_>, trace: &'t Trace) -> Option<Self> {
        let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
        let target = client::target(cx.snapshot(), service).value()?.clone()?;
        if endpoints(cx, &target).is_empty() {
            return None;
        }
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome.value()?.clone();
        let answers = dns::by_server(cx.snapshot(), &standing, host(trace)?);
        (!answers.is_empty()).then_some(Self { service, standing, answers })
    }

    /// The servers that answer from the internet, past Azure DNS of any network.
    pub(crate) fn past_azure(&self) -> impl Iterator<Item = (IpAddr, &Decided<Resolution>)> {
        let past = |resolution: &Resolution| {
            resolution.network.is_none() && matches!(resolution.answer, Answer::Public { aliased: true, .. })
        };
        self.answers
            .iter()
            .filter(move |(_, decided)| decided.outcome.value().is_some_and(past))
            .map(|(server, decided)| (*server, decided))
    }

    /// Lets the servers that answer from the internet ask Azure DNS for the names of this service.
    /// `None` when one of them is not known, or stands outside of Azure.
    pub(crate) fn forward_to_azure(&self, cx: &Cx<'_>) -> Option<Remedy> {
        let change = |(address, _): (IpAddr, &Decided<Resolution>)| {
            let mut server = cx.snapshot().client().dns_servers.get(&address)?.clone();
            server.network.as_ref()?;
            server.forward.insert(self.service.suffix.to_owned(), vec![AZURE_DNS]);
            Some(Change::Outside(ClientFact::DnsServer { address, server: Some(server) }))
        };
        let changes = self.past_azure().map(change).collect::<Option<Vec<_>>>()?;
        let title = format!("forward {} to {AZURE_DNS}", self.service.suffix);
        let words = "forward the public suffix, not the privatelink one: a server may follow the alias itself";
        Some(Remedy::new(title, Safety::Review, changes).saying(words))
    }

    /// The network whose hosts ask these servers.
    pub(crate) fn place(&self) -> &str {
        self.standing.network.as_ref().map_or("no virtual network", ResourceId::name)
    }
}

/// The name that was asked for.
pub(crate) fn host(trace: &Trace) -> Option<&DnsName> {
    match &trace.question.to.host {
        Host::Name(name) => Some(name),
        Host::Address(_) => None,
    }
}

/// What a server is called.
pub(crate) fn called(snapshot: &Snapshot, server: IpAddr) -> String {
    let known = snapshot.client().dns_servers.get(&server);
    known.map_or_else(|| server.to_string(), |DnsServer { name, .. }| format!("{name} ({server})"))
}

/// The client's network, when the zone is linked to it but another network's Azure DNS answers.
pub(crate) fn linked_to_client_only(cx: &Cx<'_>, trace: &Trace, asked: &Asked<'_>) -> Option<ResourceId> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome.value()?.clone();
    let client = standing.network.filter(|network| *network != asked.network)?;
    let linked = linked_zones(cx.snapshot(), &client);
    let right = linked.value()?.iter().any(|zone| zone.name.eq_ignore_ascii_case(asked.service.zone));
    right.then_some(client)
}

/// The rule of a ruleset that is not linked to the asking network, and would lead to the zone.
pub(crate) fn unlinked_rule<'s>(cx: &Cx<'s>, asked: &Asked<'_>) -> Option<Matched<'s>> {
    let snapshot = cx.snapshot();
    let has_zone = |network: &ResourceId| {
        let linked = linked_zones(snapshot, network);
        linked.value().is_some_and(|zones| zones.iter().any(|zone| zone.name.eq_ignore_ascii_case(asked.service.zone)))
    };
    let rules = snapshot.all::<ForwardingRuleset>().filter(|(id, _)| dns::may_link(snapshot, id, &asked.network));
    let rules = rules.filter_map(|(ruleset, _)| {
        let by = |name: &DnsName| dns::matching(snapshot, ruleset, name);
        by(&asked.service.host).or_else(|| by(&asked.service.alias))
    });
    let mut leading =
        rules.filter(|matched| target_network(snapshot, matched).is_some_and(|network| has_zone(&network)));
    leading.next()
}

/// The network of the inbound endpoint that a rule leads to.
pub(crate) fn target_network(snapshot: &Snapshot, matched: &Matched<'_>) -> Option<ResourceId> {
    let leads =
        |endpoint: &InboundEndpoint| matched.rule.targets.iter().any(|(target, _)| endpoint.addresses.contains(target));
    let (id, _) = snapshot.all::<InboundEndpoint>().find(|(_, endpoint)| leads(endpoint))?;
    snapshot.find::<DnsResolver>(&id.parent()?)?.virtual_network.clone()
}
