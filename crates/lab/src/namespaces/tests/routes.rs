//! Do packets take the routes that Azure would choose, and is the place told where they end?

use super::*;
use crate::CounterKind;

/// A route table on the app's subnet, an appliance in the hub.
fn routed(forwards: &str, routes: &str) -> String {
    format!(
        "[estate.network.hub-vnet]\ngroup = 'rg-networking'\nspace = '10.1.0.0/16'\npeers = ['spoke-vnet']\n\
         subnet.snet-private-endpoints = {{ prefix = '10.1.2.0/24', policies = 'RouteTableEnabled' }}\n\
         subnet.snet-firewall = {{ prefix = '10.1.3.0/24' }}\n\
         [estate.network.spoke-vnet]\ngroup = 'rg-app'\nspace = '10.2.0.0/16'\n\
         subnet.snet-app = {{ prefix = '10.2.1.0/24', nsg = 'nsg-app', route-table = 'rt-app' }}\n\
         subnet.snet-app-service = {{ prefix = '10.2.2.0/24', delegate = 'Microsoft.Web/serverFarms' }}\n\
         [estate.route-table.rt-app]\ngroup = 'rg-app'\nroutes = {{ {routes} }}\n\
         [estate.vm.firewall]\ngroup = 'rg-networking'\nsubnet = 'hub-vnet/snet-firewall'\naddress = '10.1.3.4'\n{forwards}\n"
    )
}

/// The user routes that something took or was dropped by.
fn taken(lab: &Lab) -> Vec<String> {
    let counters = lab.counters().unwrap().into_iter();
    let routes = counters.filter(|counter| counter.kind == CounterKind::Route && counter.packets > 0);
    routes.map(|counter| counter.rule).collect()
}

fn way(name: &str, text: &str) -> Option<(String, Vec<String>, Vec<String>)> {
    let lab = start(&written(name, "healthy", text))?;
    Some((seen(&lab), taken(&lab), dropped(&lab)))
}

#[test]
fn the_narrowest_route_decides_and_the_policy_of_the_endpoint() {
    // Narrow enough, and the policy lets it: dropped.
    let none = "to-nowhere = '10.1.0.0/16 None'";
    let Some((seen, taken, dropped)) = way("none", &routed("", none)) else { return };
    assert_eq!((seen.as_str(), taken), ("timed out at 10.1.2.4", vec!["10.1.0.0/16 to-nowhere".to_owned()]));
    assert_eq!(dropped, ["spoke-vnet route table rt-app 10.1.0.0/16 to-nowhere"]);
    // Wider than the network: the endpoint's own route wins.
    let wide = "to-nowhere = '10.0.0.0/8 None'";
    let (seen, taken, _) = way("wide", &routed("", wide)).unwrap();
    assert_eq!((seen.as_str(), taken.len()), ("401 at 10.1.2.4", 0));
    // Without the policy no prefix wins but the address itself.
    let off = |route: &str| {
        format!(
            "changes = ['set subnet/hub-vnet/snet-private-endpoints privateEndpointNetworkPolicies = Disabled']\n{}",
            routed("", route)
        )
    };
    let (seen, ..) = way("off", &off(none)).unwrap();
    assert_eq!(seen, "401 at 10.1.2.4");
    let (seen, taken, _) = way("exact", &off("to-nowhere = '10.1.2.4/32 None'")).unwrap();
    assert_eq!((seen.as_str(), taken), ("timed out at 10.1.2.4", vec!["10.1.2.4/32 to-nowhere".to_owned()]));
    // A hole in a wider route.
    let hole = "to-nowhere = '10.1.0.0/16 None', back = '10.1.2.0/24 VirtualAppliance 10.1.3.4'";
    let (seen, taken, _) = way("hole", &routed("forwards = 'source-nat'", hole)).unwrap();
    assert_eq!((seen.as_str(), taken), ("401 at 10.1.2.4", vec!["10.1.2.0/24 back".to_owned()]));
}

#[test]
fn appliances_forward_with_and_without_their_own_address() {
    let route = "to-firewall = '10.1.0.0/16 VirtualAppliance 10.1.3.4'";
    for forwards in ["plain", "source-nat"] {
        let text = routed(&format!("forwards = '{forwards}'"), route);
        let Some((seen, taken, dropped)) = way(forwards, &text) else { return };
        assert_eq!(
            (seen.as_str(), taken),
            ("401 at 10.1.2.4", vec!["10.1.0.0/16 to-firewall".to_owned()]),
            "{forwards}"
        );
        assert_eq!(dropped, [""; 0], "{forwards}");
    }
    let (seen, _, dropped) = way("no forwarding", &routed("", route)).unwrap();
    assert_eq!(seen, "timed out at 10.1.2.4");
    assert_eq!(dropped, ["hub-vnet 10.1.3.4 it forwards nothing"]);
    let gone = routed("", "to-firewall = '10.1.0.0/16 VirtualAppliance 10.1.3.9'");
    let (seen, _, dropped) = way("nobody", &gone).unwrap();
    assert_eq!(seen, "timed out at 10.1.2.4");
    assert_eq!(dropped, ["spoke-vnet route table rt-app 10.1.0.0/16 to-firewall"]);
}

#[test]
fn the_way_to_the_internet_follows_the_default_route() {
    let cut = "changes = ['unlink privatelink.openai.azure.com from spoke-vnet']\n";
    let default =
        |hop: &str| format!("{cut}{}", routed("forwards = 'source-nat'", &format!("default = '0.0.0.0/0 {hop}'")));
    let Some((seen, taken, _)) = way("internet", &default("Internet")) else { return };
    assert_eq!((seen.as_str(), taken), ("403 at 203.0.113.10", vec!["0.0.0.0/0 default".to_owned()]));
    let (seen, taken, dropped) = way("firewall", &default("VirtualAppliance 10.1.3.4")).unwrap();
    assert_eq!((seen.as_str(), taken), ("403 at 203.0.113.10", vec!["0.0.0.0/0 default".to_owned()]), "{dropped:?}");
    let (seen, _, dropped) = way("nowhere", &default("None")).unwrap();
    assert_eq!(seen, "timed out at 203.0.113.10");
    assert_eq!(dropped, ["spoke-vnet route table rt-app 0.0.0.0/0 default"]);
    let (seen, _, dropped) = way("no gateway", &default("VirtualNetworkGateway")).unwrap();
    assert_eq!((seen.as_str(), dropped.len()), ("timed out at 203.0.113.10", 1));
}

/// Two spokes with the hub's appliance between them; the endpoint is in the other spoke.
fn two_spokes(forwarded_from: &str) -> String {
    format!(
        "[estate.network.hub-vnet]\ngroup = 'rg-networking'\nspace = '10.1.0.0/16'\npeers = ['spoke-vnet', 'data-vnet']\n\
         subnet.snet-private-endpoints = {{ prefix = '10.1.2.0/24' }}\nsubnet.snet-firewall = {{ prefix = '10.1.3.0/24' }}\n\
         [estate.network.data-vnet]\ngroup = 'rg-ai'\nspace = '10.3.0.0/16'\n{forwarded_from}\n\
         subnet.snet-data = {{ prefix = '10.3.2.0/24' }}\n\
         [estate.network.spoke-vnet]\ngroup = 'rg-app'\nspace = '10.2.0.0/16'\n\
         subnet.snet-app = {{ prefix = '10.2.1.0/24', nsg = 'nsg-app', route-table = 'rt-app' }}\n\
         subnet.snet-app-service = {{ prefix = '10.2.2.0/24', delegate = 'Microsoft.Web/serverFarms' }}\n\
         [estate.route-table.rt-app]\ngroup = 'rg-app'\nroutes = {{ to-data = '10.3.0.0/16 VirtualAppliance 10.1.3.4' }}\n\
         [estate.vm.firewall]\ngroup = 'rg-networking'\nsubnet = 'hub-vnet/snet-firewall'\naddress = '10.1.3.4'\n\
         forwards = 'FORWARDS'\n\
         [estate.endpoint.pe-openai-eastus]\ngroup = 'rg-ai'\nsubnet = 'data-vnet/snet-data'\naddress = '10.3.2.4'\n\
         account = 'yourresource'\nzones = ['privatelink.openai.azure.com', 'privatelink.cognitiveservices.azure.com', \
         'privatelink.services.ai.azure.com']\n"
    )
}

#[test]
fn peering_is_not_transitive_and_an_appliance_makes_it_so() {
    // With the appliance's own address what comes is no forwarded traffic, and the reply finds its way.
    let text = two_spokes("").replace("FORWARDS", "source-nat");
    let Some((seen, _, dropped)) = way("source-nat", &text) else { return };
    assert_eq!(seen, "401 at 10.3.2.4", "{dropped:?}");
    // Without a route through it there is no way.
    let direct = text.replace("10.3.0.0/16 VirtualAppliance 10.1.3.4", "192.168.0.0/16 None");
    let (seen, _, dropped) = way("direct", &direct).unwrap();
    assert_eq!(seen, "timed out at 10.3.2.4");
    assert_eq!(dropped, ["spoke-vnet router of spoke-vnet no route"]);
    // As it is, the packet is forwarded traffic for the other spoke.
    let plain = two_spokes("").replace("FORWARDS", "plain");
    let (seen, _, dropped) = way("plain", &plain).unwrap();
    assert_eq!(seen, "timed out at 10.3.2.4");
    assert_eq!(dropped, ["data-vnet from hub-vnet forwarded traffic is not allowed"]);
    // Let in, it arrives; the reply has no way back, since the spokes do not hear each other.
    let allowed = two_spokes("forwarded-from = ['hub-vnet']").replace("FORWARDS", "plain");
    let (seen, _, dropped) = way("allowed", &allowed).unwrap();
    assert_eq!(seen, "timed out at 10.3.2.4");
    assert_eq!(dropped, ["data-vnet router of data-vnet no route"]);
}

/// A site behind the hub's gateway, and what it asks.
fn on_premises(more: &str) -> String {
    format!(
        "[ask]\nfrom = 'onprem/dc'\n\
         [estate.on-premises.dc]\nspace = '192.168.0.0/16'\ngateway = 'hub-vnet'\ndns = ['192.168.0.53']\n\
         [estate.dns-server]\ndc-dns = {{ address = '192.168.0.53', forward = {{ '.' = '203.0.113.53', \
         'openai.azure.com' = '10.1.8.4' }} }}\n\
         [estate.resolver.r]\ngroup = 'rg-networking'\nnetwork = 'hub-vnet'\ninbound = '10.1.8.4'\n{more}"
    )
}

#[test]
fn a_site_reaches_azure_through_the_gateway() {
    let Some((seen, _, dropped)) = way("site", &on_premises("")) else { return };
    assert_eq!((seen.as_str(), dropped.len()), ("401 at 10.1.2.4", 0));
    // Without the conditional forwarder the public way is taken, over the internet.
    let text = on_premises("").replace(", 'openai.azure.com' = '10.1.8.4'", "");
    assert_eq!(way("public", &text).unwrap().0, "403 at 203.0.113.10");
    // Azure's own server does not answer outside of Azure.
    let text = on_premises("").replace("'10.1.8.4' }", "'168.63.129.16' }");
    assert_eq!(way("azure dns", &text).unwrap().0, "Server Failure");
}

#[test]
fn a_spoke_is_served_by_the_hub_s_gateway_when_both_say_so() {
    let spoke = |more: &str| {
        on_premises(&format!(
            "[estate.network.spoke-vnet]\ngroup = 'rg-app'\nspace = '10.2.0.0/16'\n{more}\n\
             subnet.snet-app = {{ prefix = '10.2.1.0/24', nsg = 'nsg-app' }}\n\
             subnet.snet-app-service = {{ prefix = '10.2.2.0/24', delegate = 'Microsoft.Web/serverFarms' }}\n\
             [estate.endpoint.pe-openai-eastus]\ngroup = 'rg-ai'\nsubnet = 'spoke-vnet/snet-app'\naddress = '10.2.1.9'\n\
             account = 'yourresource'\nzones = ['privatelink.openai.azure.com', \
             'privatelink.cognitiveservices.azure.com', 'privatelink.services.ai.azure.com']\n"
        ))
    };
    let Some((seen, _, dropped)) = way("transit", &spoke("gateway-of = 'hub-vnet'")) else { return };
    assert_eq!((seen.as_str(), dropped.len()), ("401 at 10.2.1.9", 0));
    let (seen, _, dropped) = way("no transit", &spoke("")).unwrap();
    assert_eq!(seen, "timed out at 10.2.1.9");
    assert_eq!(dropped, ["dc router of dc no route"]);
}

#[test]
fn a_load_balancer_hands_on_to_its_appliance_by_a_rule_for_every_port() {
    let route = "to-firewalls = '10.1.0.0/16 VirtualAppliance 10.1.3.10'";
    let balanced = |forwards: &str, port: &str| {
        format!(
            "{}\n[estate.load-balancer.lb]\ngroup = 'rg-networking'\nsubnet = 'hub-vnet/snet-firewall'\n\
             address = '10.1.3.10'\nbackends = ['firewall']\n{port}\n",
            routed(forwards, route)
        )
    };
    let forwards = "forwards = 'source-nat'";
    let Some((seen, taken, _)) = way("balanced", &balanced(forwards, "")) else { return };
    assert_eq!((seen.as_str(), taken), ("401 at 10.1.2.4", vec!["10.1.0.0/16 to-firewalls".to_owned()]));
    let (seen, _, dropped) = way("balanced, no forwarding", &balanced("", "")).unwrap();
    assert_eq!(seen, "timed out at 10.1.2.4");
    assert_eq!(dropped, ["hub-vnet 10.1.3.4 it forwards nothing"]);
    let (seen, ..) = way("balanced, one port", &balanced(forwards, "port = 443")).unwrap();
    assert_eq!(seen, "timed out at 10.1.2.4");
}
