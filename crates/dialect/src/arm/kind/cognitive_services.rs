//! How does ARM spell an Azure AI services account, its connections and its private-link resources?

use super::private_endpoint::{read_state, write_state};
use crate::arm::document::{Object, properties, reference, set, set_reference, texts, within};
use crate::arm::view::View;
use ipnet::IpNet;
use model::resource::{
    Access, CognitiveServicesAccount, NetworkAcls, PrivateEndpointConnection, PrivateLinkResource, PublicNetworkAccess,
    VirtualNetworkRule,
};
use model::{Known, ResourceId};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) fn read(document: &View<'_>, view: &View<'_>) -> CognitiveServicesAccount {
    CognitiveServicesAccount {
        kind: document.text("kind").map(Cow::into_owned),
        custom_subdomain: view.text("customSubDomainName").filter(|name| !name.is_empty()).map(Cow::into_owned),
        public_network_access: view
            .word("publicNetworkAccess", PublicNetworkAccess::parse, "Enabled, Disabled or SecuredByPerimeter")
            .into(),
        network_acls: view.object("networkAcls").and_then(|acls| read_acls(&acls)),
        disable_local_auth: view.flag("disableLocalAuth").into(),
        agent_subnet: view.objects("networkInjections").find_map(|injection| {
            let is_agent = injection.text("scenario").is_some_and(|scenario| scenario.eq_ignore_ascii_case("agent"));
            injection.id_text("subnetArmId").filter(|_| is_agent)
        }),
        restrict_outbound: view.flag("restrictOutboundNetworkAccess").into(),
        allowed_hosts: view.texts("allowedFqdnList").into_iter().map(Cow::into_owned).collect(),
    }
}

fn read_acls(acls: &View<'_>) -> Option<NetworkAcls> {
    Some(NetworkAcls {
        default_action: acls.word("defaultAction", Access::parse, "Allow or Deny")?,
        ip_rules: acls
            .objects("ipRules")
            .filter_map(|rule| rule.word("value", net, "an address or a prefix"))
            .collect(),
        virtual_network_rules: acls
            .objects("virtualNetworkRules")
            .filter_map(|rule| {
                Some(VirtualNetworkRule {
                    subnet: rule.id_text("id")?,
                    ignore_missing_endpoint: rule.flag("ignoreMissingVnetServiceEndpoint").unwrap_or(false),
                    state: rule.text("state").map(Cow::into_owned),
                })
            })
            .collect(),
        bypass: acls.text("bypass").map(Cow::into_owned),
    })
}

pub(super) fn net(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

pub(super) fn write(account: &CognitiveServicesAccount, document: &mut Object) {
    if let Some(kind) = &account.kind {
        set(document, "kind", Some(kind.clone().into()));
    }
    let inner = properties(document);
    set(inner, "customSubDomainName", account.custom_subdomain.clone().map(Into::into));
    if let Known::Value(public) = account.public_network_access {
        set(inner, "publicNetworkAccess", Some(public.word().into()));
    }
    if let Known::Value(disabled) = account.disable_local_auth {
        set(inner, "disableLocalAuth", Some(disabled.into()));
    }
    if let Known::Value(restricted) = account.restrict_outbound {
        set(inner, "restrictOutboundNetworkAccess", Some(restricted.into()));
    }
    if !account.allowed_hosts.is_empty() || inner.contains_key("allowedFqdnList") {
        set(inner, "allowedFqdnList", Some(texts(&account.allowed_hosts)));
    }
    let said = inner.get("networkInjections").map(|old| old.to_string().to_ascii_lowercase()).unwrap_or_default();
    let is_new = |subnet: &&ResourceId| !said.contains(&format!("\"{}\"", subnet.as_str().to_ascii_lowercase()));
    if let Some(subnet) = account.agent_subnet.as_ref().filter(is_new) {
        let injection = json!([{ "scenario": "agent", "subnetArmId": subnet.as_str() }]);
        set(inner, "networkInjections", Some(injection));
    }
    // Rules that could not be read stay as the document has them.
    if let Some(acls) = &account.network_acls {
        write_acls(acls, within(inner, "networkAcls"));
    }
}

fn write_acls(acls: &NetworkAcls, inner: &mut Object) {
    set(inner, "defaultAction", Some(acls.default_action.word().into()));
    set(inner, "bypass", acls.bypass.clone().map(Into::into));
    let ips: Value = acls.ip_rules.iter().map(|net| json!({ "value": net.to_string() })).collect();
    set(inner, "ipRules", Some(ips));
    // A rule that stays keeps what else it says (`state`, `ignoreMissingVnetServiceEndpoint`).
    let old = inner.remove("virtualNetworkRules");
    let old = old.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let same = |rule: &Value, id: &ResourceId| {
        rule.get("id").and_then(Value::as_str).and_then(ResourceId::parse).as_ref() == Some(id)
    };
    let written = |rule: &VirtualNetworkRule| {
        old.iter().find(|old| same(old, &rule.subnet)).cloned().unwrap_or_else(|| {
            let mut new = reference(&rule.subnet);
            if rule.ignore_missing_endpoint {
                new["ignoreMissingVnetServiceEndpoint"] = true.into();
            }
            if let Some(state) = &rule.state {
                new["state"] = state.clone().into();
            }
            new
        })
    };
    let rules: Value = acls.virtual_network_rules.iter().map(written).collect();
    set(inner, "virtualNetworkRules", Some(rules));
}

pub(super) fn read_connection(view: &View<'_>) -> PrivateEndpointConnection {
    PrivateEndpointConnection { private_endpoint: view.id("privateEndpoint"), state: read_state(view) }
}

pub(super) fn write_connection(connection: &PrivateEndpointConnection, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "privateEndpoint", connection.private_endpoint.as_ref());
    write_state(&connection.state, inner);
}

pub(super) fn read_link_resource(view: &View<'_>) -> PrivateLinkResource {
    PrivateLinkResource {
        group_id: view.text("groupId").map(Cow::into_owned),
        required_zone_names: view.texts("requiredZoneNames").into_iter().map(Cow::into_owned).collect(),
    }
}

pub(super) fn write_link_resource(resource: &PrivateLinkResource, document: &mut Object) {
    let inner = properties(document);
    set(inner, "groupId", resource.group_id.clone().map(Into::into));
    set(inner, "requiredZoneNames", Some(texts(&resource.required_zone_names)));
}
