//! Which resources do zones, resolvers and rulesets stand for?

use super::super::file::{ResolverEntry, RulesetEntry, ZoneEntry};
use super::{Builder, Built, bare, missing};
use model::resource::{
    DnsResolver, ForwardingRule, ForwardingRuleset, InboundEndpoint, LinkState, OutboundEndpoint, PrivateDnsZone,
    RecordData, RecordSet, RecordType, RulesetLink, VirtualNetworkLink,
};
use model::{Body, DnsName, Known, ResourceId};
use std::net::IpAddr;

impl Builder<'_> {
    pub(super) fn zone(&mut self, name: &str, entry: &ZoneEntry) -> Built {
        let id = self.id(&entry.group, "Microsoft.Network/privateDnsZones", name);
        self.add(id.clone(), Body::PrivateDnsZone(PrivateDnsZone::default()));
        for network in &entry.links {
            let network = self.network_id(network, &format!("estate.zone.{name:?}.links"))?;
            let link = VirtualNetworkLink {
                virtual_network: Some(network.clone()),
                state: Known::Value(LinkState::Completed),
                ..VirtualNetworkLink::default()
            };
            let link_id = id.child("virtualNetworkLinks", &format!("link-to-{}", network.name()));
            self.add(link_id, Body::VirtualNetworkLink(link));
        }
        for (label, text) in &entry.records {
            match text.parse() {
                Ok(address) => self.record(&id, label, address, None),
                Err(_) => {
                    let at = format!("estate.zone.{name:?}.records.{label}");
                    let alias = DnsName::parse(text);
                    let alias = alias.map_err(|_| format!("{at}: {text:?} is neither an address nor a name"))?;
                    let data = RecordData::Alias(alias);
                    let set = RecordSet { record_type: RecordType::Cname, ttl: Some(10), data, creator: None };
                    self.add(id.child(RecordType::Cname.word(), label), Body::RecordSet(set));
                }
            }
        }
        Ok(())
    }

    pub(super) fn record(&mut self, zone: &ResourceId, label: &str, address: IpAddr, creator: Option<String>) {
        let record_type = if address.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        let set = RecordSet { record_type, ttl: Some(10), data: RecordData::Addresses(vec![address]), creator };
        self.add(zone.child(record_type.word(), label), Body::RecordSet(set));
    }

    pub(super) fn resolver(&mut self, name: &str, entry: &ResolverEntry) -> Built {
        let network = self.network_id(&entry.network, &format!("estate.resolver.{name}"))?;
        let id = self.id(&entry.group, "Microsoft.Network/dnsResolvers", name);
        self.add(id.clone(), Body::DnsResolver(DnsResolver { virtual_network: Some(network) }));
        if let Some(address) = entry.inbound {
            let inbound = InboundEndpoint { addresses: vec![address], subnet: None };
            self.add(id.child("inboundEndpoints", "inbound"), Body::InboundEndpoint(inbound));
        }
        self.add(id.child("outboundEndpoints", "outbound"), Body::OutboundEndpoint(OutboundEndpoint::default()));
        Ok(())
    }

    pub(super) fn ruleset(&mut self, name: &str, entry: &RulesetEntry) -> Built {
        let at = format!("estate.ruleset.{name}");
        let resolvers = &self.estate.resolver;
        let resolver = resolvers.get(&entry.resolver);
        let resolver = resolver.ok_or_else(|| missing(&at, "resolver", &entry.resolver, resolvers.keys()))?;
        let resolver = self.id(&resolver.group, "Microsoft.Network/dnsResolvers", &entry.resolver);
        let id = self.id(&entry.group, "Microsoft.Network/dnsForwardingRulesets", name);
        let outbound_endpoints = vec![resolver.child("outboundEndpoints", "outbound")];
        self.add(id.clone(), Body::ForwardingRuleset(ForwardingRuleset { outbound_endpoints }));
        for (domain, servers) in &entry.rules {
            let domain = bare(domain);
            let named = if domain.is_empty() { "wildcard".to_owned() } else { domain.replace('.', "-") };
            let targets = servers.0.iter().map(|server| (*server, 53)).collect();
            let rule = ForwardingRule { domain, targets, enabled: true };
            self.add(id.child("forwardingRules", &named), Body::ForwardingRule(rule));
        }
        for network in &entry.links {
            let network = self.network_id(network, &at)?;
            let link_id = id.child("virtualNetworkLinks", &format!("link-to-{}", network.name()));
            self.add(link_id, Body::RulesetLink(RulesetLink { virtual_network: Some(network) }));
        }
        Ok(())
    }
}
