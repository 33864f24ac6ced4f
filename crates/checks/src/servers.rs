//! Which DNS servers does a vantage ask, and what does each lead to, in the words that checks share?

use crate::asked::{Asked, endpoints};
use finding::{Cx, Remedy, Safety};
use model::resource::{DnsResolver, ForwardingRuleset, InboundEndpoint, WebApp};
use model::{
    Because, Change, ClientFact, Decided, DnsName, DnsServer, FactRef, Host, OnPremises, ResourceId, Snapshot, Stage,
    Value, Vantage,
};
use path::client::{self, Named, Service};
use path::dns::{self, Answer, Matched, Resolution, linked_zones};
use path::standing::{self, AZURE_DNS, Standing};
use path::{Gap, Trace};
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
        // Places outside of Azure, and apps whose own setting is the fault, have checks of their own.
        if standing.site.is_some() || app_setting(cx, trace).is_some() {
            return None;
        }
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

    /// A server that was seen to answer past Azure DNS of the network it stands in; that network, and what
    /// Azure DNS answers there.
    pub(crate) fn seen_past_azure(&self, cx: &Cx<'_>) -> Option<SeenPast<'_>> {
        let client = self.standing.network.as_ref()?;
        self.answers.iter().find_map(|(server, decided)| {
            let resolution = decided.outcome.value()?;
            let (network, view) = dns::seen_past_azure(cx.snapshot(), client, *server, resolution)?;
            Some(SeenPast { server: *server, seen: &decided.because, network, view })
        })
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

/// A server that was seen to answer past Azure DNS of its network.
pub(crate) struct SeenPast<'s> {
    pub(crate) server: IpAddr,
    /// What was seen, and by whom.
    pub(crate) seen: &'s Because,
    /// The network that the server stands in.
    pub(crate) network: ResourceId,
    /// What Azure DNS answers there.
    pub(crate) view: Decided<Resolution>,
}

/// The app that asks, and the change that takes its own DNS servers away, where that alone brings the
/// call to the endpoint.
pub(crate) fn app_setting(cx: &Cx<'_>, trace: &Trace) -> Option<(ResourceId, Change)> {
    let Vantage::WebApp(app) = &trace.question.from else { return None };
    let servers = &cx.snapshot().find::<WebApp>(app)?.dns_servers;
    let list = servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let change = Change::Set(FactRef::new(app, "dnsConfiguration.dnsServers", list), Value::Nothing);
    (!servers.is_empty() && leads_home(cx, trace, std::slice::from_ref(&change))).then(|| (app.clone(), change))
}

/// What the owner of the cluster that asks added to its CoreDNS about this name, and the change that
/// takes it away, where that alone brings the call to the endpoint.
pub(crate) fn cluster_setting(cx: &Cx<'_>, trace: &Trace) -> Option<(ResourceId, String, Change)> {
    let Vantage::Cluster(cluster) = &trace.question.from else { return None };
    let mut dns = cx.snapshot().client().clusters.get(cluster)?.clone();
    let name = host(trace)?;
    let said = match dns.hosts.remove(name.as_str()) {
        Some(address) => format!("answers {address} for {name}"),
        None => {
            let (domain, servers) =
                dns.forwards(name).map(|(domain, servers)| (domain.to_owned(), servers.to_vec()))?;
            dns.forward.remove(&domain);
            let list = servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            format!("forwards {} to {list}", if domain.is_empty() { "all names" } else { &domain })
        }
    };
    let change = Change::Outside(ClientFact::ClusterDns { cluster: cluster.clone(), dns: Some(dns) });
    leads_home(cx, trace, std::slice::from_ref(&change)).then(|| (cluster.clone(), said, change))
}

/// True when the name leads elsewhere now, and after these changes to an endpoint of the asked resource.
pub(crate) fn leads_home(cx: &Cx<'_>, trace: &Trace, changes: &[Change]) -> bool {
    let is_home = |snapshot: &Snapshot| -> Option<bool> {
        let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
        let target = client::target(snapshot, service).value()?.clone()?;
        let standing = standing::of(snapshot, &trace.question.from);
        let resolved = dns::resolve(snapshot, standing.outcome.value()?, host(trace)?);
        let addresses = resolved.outcome.value()?.answer.addresses();
        let endpoints = path::endpoint::endpoints_of(snapshot, &target);
        let own = |address: &IpAddr| endpoints.iter().any(|(_, addresses)| addresses.contains(address));
        Some(!addresses.is_empty() && addresses.iter().all(own))
    };
    is_home(cx.snapshot()) == Some(false) && is_home(&cx.snapshot().with(changes)) == Some(true)
}

/// An inbound endpoint that would lead this question to the endpoint if it were asked: its address.
pub(crate) fn inbound_endpoint(cx: &Cx<'_>, change: impl Fn(IpAddr) -> Vec<Change>, trace: &Trace) -> Option<IpAddr> {
    let all = cx.snapshot().all::<InboundEndpoint>().flat_map(|(_, endpoint)| endpoint.addresses.iter().copied());
    let mut all = all.filter(|address| leads_home(cx, trace, &change(*address)));
    all.next()
}

/// A question of a place outside of Azure that should go to an endpoint, and does not.
pub(crate) struct FromPremises<'t> {
    pub(crate) site: OnPremises,
    pub(crate) service: &'t Service,
    pub(crate) resolution: &'t Resolution,
    pub(crate) because: &'t Because,
}

impl<'t> FromPremises<'t> {
    pub(crate) fn of(cx: &Cx<'_>, trace: &'t Trace) -> Option<Self> {
        let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
        let target = client::target(cx.snapshot(), service).value()?.clone()?;
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome.value()?.clone();
        let site = standing.site.filter(|_| !endpoints(cx, &target).is_empty())?;
        let because = &trace.at(Stage::Dns).next()?.because;
        Some(Self { site, service, resolution: trace.resolution()?, because })
    }

    /// Lets the place ask for the names of this service where they are known: at an inbound endpoint.
    pub(crate) fn repair(&self, cx: &Cx<'_>, trace: &Trace) -> Remedy {
        let suffix = self.service.suffix;
        let first = self.site.dns_servers.first();
        let server = first.and_then(|first| Some((*first, cx.snapshot().client().dns_servers.get(first)?.clone())));
        let change = |inbound: IpAddr| match &server {
            Some((address, server)) => {
                let mut server = server.clone();
                server.forward.insert(suffix.to_owned(), vec![inbound]);
                vec![Change::Outside(ClientFact::DnsServer { address: *address, server: Some(server) })]
            }
            None => {
                let site = OnPremises { dns_servers: vec![inbound], ..self.site.clone() };
                vec![Change::Outside(ClientFact::OnPremises { name: site.name.clone(), site: Some(site) })]
            }
        };
        let Some(inbound) = inbound_endpoint(cx, change, trace) else {
            let words = vec![
                "make an inbound endpoint of a DNS Private Resolver, or a DNS server that forwards to Azure DNS, in a \
                 network that the zone is linked to and the place reaches"
                    .to_owned(),
                format!("then let the DNS servers of {} forward {suffix} to it", self.site.name),
            ];
            return Remedy::manual(format!("give {} a way to ask Azure DNS", self.site.name), words);
        };
        let title = match &server {
            Some((_, server)) => format!("forward {suffix} to {inbound} on {}", server.name),
            None => format!("let {} ask {inbound}", self.site.name),
        };
        let words = match &server {
            Some(_) => "forward the public suffix, not the privatelink one: a server may follow the alias itself",
            None => "all names are then asked there; VPN clients have to fetch their profile anew",
        };
        Remedy::new(title, Safety::Review, change(inbound)).saying(words)
    }
}

/// The servers that a machine asks and those that its NIC or its network names, where they have none in common and
/// a disagreement about a name came of it. A stub on the machine itself tells nothing, and pods, apps and places
/// outside of Azure have servers of their own.
pub(crate) fn other_servers(snapshot: &Snapshot, gap: &Gap) -> Option<(Vec<IpAddr>, Vec<IpAddr>)> {
    let is_machine = matches!(gap.from, Vantage::VirtualMachine(_) | Vantage::NetworkInterface(_));
    if gap.stage != Stage::Dns || !is_machine || gap.servers.is_empty() {
        return None;
    }
    let named = match &standing::of(snapshot, &gap.from).outcome.value()?.servers {
        standing::Servers::Azure => vec![AZURE_DNS],
        standing::Servers::Custom(servers) => servers.clone(),
        standing::Servers::Public => return None,
    };
    let is_stub = |server: &IpAddr| server.is_loopback() || server.is_unspecified();
    let differ = gap.servers.iter().all(|server| !is_stub(server) && !named.contains(server));
    differ.then(|| (gap.servers.clone(), named))
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
