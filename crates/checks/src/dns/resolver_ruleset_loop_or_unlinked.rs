//! Does a DNS forwarding ruleset send names in a circle, or lack the link that would help?

use crate::asked::{Asked, confidence, endpoints};
use crate::servers::{host, linked_to_client_only, target_network, unlinked_rule};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Because, Change, FactRef, ResourceId, Stage};
use path::Trace;
use path::client::{self, Named};
use path::dns::{self, Answer};

check! {
    /// ## What it finds
    ///
    /// A rule of a DNS forwarding ruleset leads to the inbound endpoint of a DNS Private Resolver, and the
    /// ruleset is linked to that resolver's own network; or the ruleset that would lead to the zone is
    /// not linked to the network that asks.
    ///
    /// ## Why it breaks
    ///
    /// The inbound endpoint asks Azure DNS of its own network. With the ruleset linked there, the rule
    /// sends the question back to the inbound endpoint, until somebody gives up: SERVFAIL or a time-out.
    /// Without a link a ruleset does nothing for a network, peered or not. It can be linked to networks of
    /// its own region only.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With no ruleset for the name, a missing answer is that of a zone link:
    /// `dns-zone-not-linked-to-resolving-vnet`. Servers of the owner that ask each other are a circle, too,
    /// but no ruleset's.
    ///
    /// ## How to repair
    ///
    /// Take away the link to the resolver's own network, and link the zones there; or link the ruleset to
    /// the network that asks.
    ///
    /// ## Sources
    ///
    /// Azure documentation: dns/private-resolver-endpoints-rulesets.md.
    pub struct ResolverRulesetLoopOrUnlinked = {
        code: "DNS031",
        name: "resolver-ruleset-loop-or-unlinked",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A DNS forwarding ruleset sends names in a circle, or is not linked to the client's network.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for ResolverRulesetLoopOrUnlinked {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        out.findings.extend(circle(cx, trace).or_else(|| unlinked(cx, trace)));
    }
}

fn circle(cx: &Cx<'_>, trace: &Trace) -> Option<Finding> {
    let snapshot = cx.snapshot();
    if trace.resolution()?.answer != Answer::Circle {
        return None;
    }
    let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
    let target = client::target(snapshot, service).value()?.clone()?;
    if endpoints(cx, &target).is_empty() {
        return None;
    }
    let because = &trace.at(Stage::Dns).next()?.because;
    let name = host(trace)?;
    let own = |network: &ResourceId| {
        let matched = dns::matched(snapshot, network, name).value()?.clone()?;
        (target_network(snapshot, &matched).as_ref() == Some(network)).then_some(matched)
    };
    let networks: Vec<ResourceId> =
        snapshot.all::<model::resource::DnsResolver>().filter_map(|(_, one)| one.virtual_network.clone()).collect();
    let (network, matched) = networks.iter().find_map(|network| Some((network, own(network)?)))?;
    let link = matched.link?;
    let (ruleset, place) = (matched.ruleset.name(), network.name());
    let title = format!("ruleset {ruleset} is linked to {place} and leads back there");
    let fact = FactRef::new(link, "virtualNetwork.id", network.as_str());
    let evidence =
        Evidence::fact(format!("{ruleset} is linked to {place}, the network of the inbound endpoint"), &fact);
    let remedy =
        Remedy::new(format!("unlink {ruleset} from {place}"), Safety::Review, vec![Change::Delete(link.clone())])
            .needing("Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks/delete", ruleset)
            .saying(format!("what else the rules forward for {place} is then asked of Azure DNS"));
    let confidence = Confidence::at_most(because)?;
    let finding = Finding { confidence, ..Finding::new(ResolverRulesetLoopOrUnlinked::META, title) };
    Some(finding.on(link).on(network).shown_by([evidence]).shown_by(Evidence::of(because)).repaired_by(remedy))
}

fn unlinked(cx: &Cx<'_>, trace: &Trace) -> Option<Finding> {
    let asked = Asked::of(cx, trace).filter(Asked::is_unlinked)?;
    if linked_to_client_only(cx, trace, &asked).is_some() {
        return None;
    }
    let matched = unlinked_rule(cx, &asked)?;
    let confidence = confidence(cx, asked.because, &[])?;
    let (ruleset, network) = (&matched.ruleset, &asked.network);
    let title = format!("ruleset {} is not linked to {}", ruleset.name(), network.name());
    let fact = FactRef::new(ruleset, "virtualNetworkLinks", format!("none to {}", network.name()));
    let text = format!("rule {} of {} leads to the zone", matched.rule_id.name(), ruleset.name());
    let remedy = Remedy::new(
        format!("link {} to {}", ruleset.name(), network.name()),
        Safety::Safe,
        vec![Change::link_ruleset(ruleset, network)],
    )
    .needing("Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks/write", ruleset.name())
    .needing("Microsoft.Network/virtualNetworks/join/action", network.name());
    let finding = Finding { confidence, ..Finding::new(ResolverRulesetLoopOrUnlinked::META, title) };
    let region = Because::default().rule(&dns::RULESET_REGION);
    let evidence = Evidence::of(&Because::new(text).fact(fact).part(region));
    Some(finding.on(ruleset).on(network).shown_by(evidence).shown_by(asked.evidence()).repaired_by(remedy))
}
