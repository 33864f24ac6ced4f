//! How does ARM spell a DNS Private Resolver, its endpoints and forwarding rulesets?

use crate::arm::document::{Object, properties, reference, set, set_reference};
use crate::arm::view::View;
use model::resource::{DnsResolver, ForwardingRule, ForwardingRuleset, InboundEndpoint, OutboundEndpoint, RulesetLink};
use serde_json::{Value, json};
use std::net::IpAddr;

pub(super) fn read(view: &View<'_>) -> DnsResolver {
    DnsResolver { virtual_network: view.id("virtualNetwork") }
}

pub(super) fn write(resolver: &DnsResolver, document: &mut Object) {
    set_reference(properties(document), "virtualNetwork", resolver.virtual_network.as_ref());
}

pub(super) fn read_inbound(view: &View<'_>) -> InboundEndpoint {
    let address = |item: View<'_>| item.parsed::<IpAddr>("privateIpAddress", "an IP address");
    InboundEndpoint {
        addresses: view.objects("ipConfigurations").filter_map(address).collect(),
        subnet: view.objects("ipConfigurations").find_map(|item| item.id("subnet")),
    }
}

pub(super) fn write_inbound(endpoint: &InboundEndpoint, document: &mut Object) {
    let inner = properties(document);
    let old = inner.get("ipConfigurations").and_then(Value::as_array).cloned().unwrap_or_default();
    let with_subnet = |mut item: Object| {
        set_reference(&mut item, "subnet", endpoint.subnet.as_ref());
        item
    };
    let written = endpoint.addresses.iter().enumerate().map(|(position, address)| {
        let mut item = old.get(position).and_then(Value::as_object).cloned().unwrap_or_default();
        item.entry("privateIpAllocationMethod").or_insert_with(|| "Static".into());
        item.insert("privateIpAddress".to_owned(), address.to_string().into());
        Value::Object(if position == 0 { with_subnet(item) } else { item })
    });
    let list: Vec<Value> = match endpoint.addresses.as_slice() {
        [] => old,
        _ => written.collect(),
    };
    set(inner, "ipConfigurations", Some(Value::Array(list)));
}

pub(super) fn read_outbound(view: &View<'_>) -> OutboundEndpoint {
    OutboundEndpoint { subnet: view.id("subnet") }
}

pub(super) fn write_outbound(endpoint: &OutboundEndpoint, document: &mut Object) {
    set_reference(properties(document), "subnet", endpoint.subnet.as_ref());
}

pub(super) fn read_ruleset(view: &View<'_>) -> ForwardingRuleset {
    ForwardingRuleset { outbound_endpoints: view.ids("dnsResolverOutboundEndpoints") }
}

pub(super) fn write_ruleset(ruleset: &ForwardingRuleset, document: &mut Object) {
    let list: Vec<Value> = ruleset.outbound_endpoints.iter().map(reference).collect();
    set(properties(document), "dnsResolverOutboundEndpoints", Some(Value::Array(list)));
}

/// `None` without a domain: what the rule decides is then not known.
pub(super) fn read_rule(view: &View<'_>) -> Option<ForwardingRule> {
    let domain = view.text("domainName")?;
    let target = |item: View<'_>| {
        let address = item.parsed::<IpAddr>("ipAddress", "an IP address")?;
        Some((address, item.parsed("port", "a port").unwrap_or(53)))
    };
    let state = view.word("forwardingRuleState", enabled, "Enabled or Disabled");
    Some(ForwardingRule {
        domain: domain.trim().trim_end_matches('.').to_ascii_lowercase(),
        targets: view.objects("targetDnsServers").filter_map(target).collect(),
        enabled: state.unwrap_or(true),
    })
}

fn enabled(word: &str) -> Option<bool> {
    let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
    if is("Enabled") { Some(true) } else { is("Disabled").then_some(false) }
}

pub(super) fn write_rule(rule: &ForwardingRule, document: &mut Object) {
    let inner = properties(document);
    set(inner, "domainName", Some(format!("{}.", rule.domain).into()));
    let target = |(address, port): &(IpAddr, u16)| json!({ "ipAddress": address.to_string(), "port": port });
    set(inner, "targetDnsServers", Some(rule.targets.iter().map(target).collect()));
    let state = if rule.enabled { "Enabled" } else { "Disabled" };
    set(inner, "forwardingRuleState", Some(state.into()));
}

pub(super) fn read_link(view: &View<'_>) -> RulesetLink {
    RulesetLink { virtual_network: view.id("virtualNetwork") }
}

pub(super) fn write_link(link: &RulesetLink, document: &mut Object) {
    set_reference(properties(document), "virtualNetwork", link.virtual_network.as_ref());
}

#[cfg(test)]
mod tests {
    use crate::arm::{Reader, write};
    use model::{Body, DnsName, Resource};

    const BASE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";

    fn read(text: &str) -> Vec<Resource> {
        let mut reader = Reader::new();
        reader.document(text, "resolver.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        reading.resources
    }

    /// Shapes after the examples of Azure's specification, dnsresolver 2025-05-01.
    fn documents() -> String {
        format!(
            r#"[
            {{"id": "{BASE}/dnsResolvers/r", "location": "eastus",
              "properties": {{"virtualNetwork": {{"id": "{BASE}/virtualNetworks/hub"}}, "dnsResolverState": "Connected"}}}},
            {{"id": "{BASE}/dnsResolvers/r/inboundEndpoints/in", "location": "eastus", "properties": {{"ipConfigurations": [
                {{"subnet": {{"id": "{BASE}/virtualNetworks/hub/subnets/in"}}, "privateIpAddress": "10.1.9.4",
                  "privateIpAllocationMethod": "Dynamic"}}]}}}},
            {{"id": "{BASE}/dnsResolvers/r/outboundEndpoints/out", "location": "eastus",
              "properties": {{"subnet": {{"id": "{BASE}/virtualNetworks/hub/subnets/out"}}}}}},
            {{"id": "{BASE}/dnsForwardingRulesets/rs", "location": "eastus", "properties": {{
              "dnsResolverOutboundEndpoints": [{{"id": "{BASE}/dnsResolvers/r/outboundEndpoints/out"}}]}}}},
            {{"id": "{BASE}/dnsForwardingRulesets/rs/forwardingRules/a", "properties": {{"domainName": "OpenAI.azure.com.",
              "targetDnsServers": [{{"ipAddress": "10.1.9.4", "port": 53}}, {{"ipAddress": "10.1.9.5"}}],
              "metadata": {{"note": "kept"}}, "forwardingRuleState": "Disabled"}}}},
            {{"id": "{BASE}/dnsForwardingRulesets/rs/virtualNetworkLinks/l",
              "properties": {{"virtualNetwork": {{"id": "{BASE}/virtualNetworks/spoke"}}}}}}
            ]"#
        )
    }

    #[test]
    fn what_is_read_is_written_back() {
        let first = read(&documents());
        assert_eq!(first.len(), 6);
        assert!(first.iter().all(|resource| resource.body != Body::Other));
        let written: Vec<_> = first.iter().map(|resource| serde_json::Value::Object(write(resource))).collect();
        let text = serde_json::Value::Array(written).to_string();
        assert!(text.contains("Connected") && text.contains("kept") && text.contains("Dynamic"), "{text}");
        let bodies = |all: &[Resource]| all.iter().map(|one| (one.id.clone(), one.body.clone())).collect::<Vec<_>>();
        assert_eq!(bodies(&read(&text)), bodies(&first));
    }

    #[test]
    fn a_rule_covers_its_domain_and_below() {
        let resources = read(&documents());
        let rule = resources.iter().find_map(|one| match &one.body {
            Body::ForwardingRule(rule) => Some(rule),
            _ => None,
        });
        let rule = rule.unwrap();
        assert!(!rule.enabled);
        assert_eq!(rule.targets.iter().map(|(_, port)| *port).collect::<Vec<_>>(), [53, 53]);
        assert!(rule.covers(&DnsName::parse("acct.openai.azure.com").unwrap()));
        assert!(!rule.covers(&DnsName::parse("acct.privatelink.example.com").unwrap()));
    }

    #[test]
    fn wrong_shapes_are_noted_and_never_fatal() {
        for properties in ["7", "[]", r#"{"domainName": 7}"#, r#"{"virtualNetwork": 7}"#] {
            for child in ["dnsForwardingRulesets/rs/forwardingRules/a", "dnsResolvers/r", "dnsForwardingRulesets/rs"] {
                let mut reader = Reader::new();
                reader.document(&format!(r#"{{"id": "{BASE}/{child}", "properties": {properties}}}"#), "x.json");
                assert_eq!(reader.finish().resources.len(), 1, "{child} {properties}");
            }
        }
    }
}
