//! How does ARM spell a network interface, and what an endpoint's NIC says of names?

use crate::arm::document::{Object, merge_named, properties, set, set_reference, set_references, texts, within};
use crate::arm::view::View;
use model::resource::{IpConfiguration, NetworkInterface};
use std::borrow::Cow;

/// The tag by which the owner of an appliance says that it needs no source NAT for endpoints.
const NO_SOURCE_NAT: &str = "disableSnatOnPL";

pub(super) fn read(document: &View<'_>, view: &View<'_>) -> NetworkInterface {
    let tag = document.within("tags").text(NO_SOURCE_NAT);
    NetworkInterface {
        ip_configurations: view.objects("ipConfigurations").map(|item| read_configuration(&item)).collect(),
        network_security_group: view.id("networkSecurityGroup"),
        dns_servers: view.within("dnsSettings").addresses("dnsServers"),
        private_endpoint: view.id("privateEndpoint"),
        virtual_machine: view.id("virtualMachine"),
        ip_forwarding: view.flag("enableIPForwarding").unwrap_or(false),
        returns_through: tag.is_some_and(|text| text.eq_ignore_ascii_case("true")),
    }
}

fn read_configuration(item: &View<'_>) -> IpConfiguration {
    let inner = item.properties();
    let link = inner.within("privateLinkConnectionProperties");
    IpConfiguration {
        name: item.text("name").map_or_else(String::new, Cow::into_owned),
        address: inner.parsed("privateIPAddress", "an IP address"),
        subnet: inner.id("subnet"),
        group_id: link.text("groupId").map(Cow::into_owned),
        member: link.text("requiredMemberName").map(Cow::into_owned),
        fqdns: link.dns_names("fqdns"),
        application_security_groups: inner.ids("applicationSecurityGroups"),
        backend_pools: inner.ids("loadBalancerBackendAddressPools"),
    }
}

pub(super) fn write(interface: &NetworkInterface, document: &mut Object) {
    if interface.returns_through {
        within(document, "tags").insert(NO_SOURCE_NAT.to_owned(), "true".into());
    }
    let inner = properties(document);
    merge_named(
        inner,
        "ipConfigurations",
        &interface.ip_configurations,
        |configuration| &configuration.name,
        write_configuration,
    );
    set_reference(inner, "networkSecurityGroup", interface.network_security_group.as_ref());
    set_reference(inner, "privateEndpoint", interface.private_endpoint.as_ref());
    set_reference(inner, "virtualMachine", interface.virtual_machine.as_ref());
    set(inner, "enableIPForwarding", Some(interface.ip_forwarding.into()));
    if !interface.dns_servers.is_empty() || inner.contains_key("dnsSettings") {
        within(inner, "dnsSettings").insert("dnsServers".to_owned(), texts(&interface.dns_servers));
    }
}

fn write_configuration(configuration: &IpConfiguration, inner: &mut Object) {
    set(inner, "privateIPAddress", configuration.address.map(|address| address.to_string().into()));
    set_reference(inner, "subnet", configuration.subnet.as_ref());
    set_references(inner, "applicationSecurityGroups", &configuration.application_security_groups);
    set_references(inner, "loadBalancerBackendAddressPools", &configuration.backend_pools);
    let linked = configuration.group_id.is_some() || configuration.member.is_some() || !configuration.fqdns.is_empty();
    if linked || inner.contains_key("privateLinkConnectionProperties") {
        let link = within(inner, "privateLinkConnectionProperties");
        set(link, "groupId", configuration.group_id.clone().map(Into::into));
        set(link, "requiredMemberName", configuration.member.clone().map(Into::into));
        set(link, "fqdns", Some(texts(&configuration.fqdns)));
    }
}
