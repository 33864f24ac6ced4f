//! Are documents that we did not write read right, and is what we write read back the same?

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "the tests read scenario files and a corpus, and say when the corpus is absent"
)]

mod kinds;
mod published;

use super::{Reader, Reading, request, write};
use crate::scenario::tests::scenario;
use kinds::every_kind;
use model::resource::{
    Access, AddressPrefix, HubConnection, NetworkInterface, NetworkPolicies, Peering, PeeringState, PortRange,
    PrivateEndpoint, Protocol, RecordData, RecordSet, SecurityRule, Subnet, VirtualNetworkLink,
};
use model::{Body, Change, Coverage, Extent, Kind, Known, Method, ResourceId, Snapshot, Why};
use proptest::prelude::*;
use std::sync::Arc;

const SPOKE: &str = "/subscriptions/s/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/spoke-vnet";
const ZONE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/z.example";
const SITE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/app";
const ACCOUNT: &str = "/subscriptions/s/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/myaoai";

fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}

fn read(sources: &[(&str, &str)]) -> Reading {
    let mut reader = Reader::new();
    for (source, text) in sources {
        reader.document(text, source);
    }
    reader.finish()
}

fn snapshot(sources: &[(&str, &str)]) -> Snapshot {
    let reading = read(sources);
    Snapshot::new(reading.resources, reading.coverage)
}

/// A body that az 2.91 sent, turned into the document that ARM would give back.
fn recorded(id: &str, body: &str) -> String {
    format!(r#"{{"id":"{id}",{}"#, body.trim_start().strip_prefix('{').unwrap())
}

/// As `az group list` prints them: resources stand in them.
#[test]
fn groups_and_subscriptions_are_no_resources() {
    let list = r#"[{"id": "/subscriptions/s/resourceGroups/rg", "name": "rg", "location": "eastus",
        "type": "Microsoft.Resources/resourceGroups"}, {"id": "/subscriptions/s", "state": "Enabled"}]"#;
    let reading = read(&[("groups.json", list)]);
    assert!(reading.resources.is_empty() && reading.notes.is_empty(), "{:?} {:?}", reading.resources, reading.notes);
}

#[test]
fn the_subnet_that_az_sent() {
    let body = r#"{"name": "snet-private-endpoints", "properties": {"addressPrefix": "10.1.2.0/24", "delegations": [], "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/rg-networking/providers/Microsoft.Network/networkSecurityGroups/nsg-private-endpoints"}, "privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled"}, "type": "Microsoft.Network/virtualNetworks/subnets"}"#;
    let name = format!("{SPOKE}/subnets/snet-private-endpoints");
    let estate = snapshot(&[("subnet.json", &recorded(&name, body))]);
    let subnet = estate.find::<Subnet>(&id(&name)).unwrap();
    assert_eq!(subnet.prefixes, ["10.1.2.0/24".parse().unwrap()]);
    assert_eq!(subnet.private_endpoint_network_policies, Known::Value(NetworkPolicies::Disabled));
    assert_eq!(subnet.network_security_group.as_ref().unwrap().name(), "nsg-private-endpoints");
    assert_eq!(subnet.route_table, None);
}

#[test]
fn the_network_that_az_sent_gives_its_subnets() {
    let body = format!(
        r#"{{"location": "eastus", "properties": {{"addressSpace": {{"addressPrefixes": ["10.1.0.0/16"]}}, "dhcpOptions": {{"dnsServers": ["10.1.0.4"]}}, "subnets": [{{"id": "{SPOKE}/subnets/a", "name": "a", "properties": {{"addressPrefix": "10.1.2.0/24", "delegations": [], "privateEndpointNetworkPolicies": "Enabled"}}}}]}}}}"#
    );
    let reading = read(&[("v.json", &recorded(SPOKE, &body))]);
    assert_eq!(reading.origins[&id(&format!("{SPOKE}/subnets/a"))].as_ref(), "v.json/subnets/0");
    assert_eq!(reading.coverage.of(Kind::Subnet), Extent::Assumed);
    assert_eq!(reading.coverage.of_children(&id(SPOKE), Kind::Subnet), Extent::Complete);
    assert_eq!(reading.coverage.of_children(&id(SPOKE), Kind::Peering), Extent::Missing(Why::NotCollected));
    let estate = Snapshot::new(reading.resources, reading.coverage);
    let network = estate.find::<model::resource::VirtualNetwork>(&id(SPOKE)).unwrap();
    assert_eq!(network.dns_servers, ["10.1.0.4".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(estate.get(&id(SPOKE)).unwrap().location.as_deref(), Some("eastus"));
}

#[test]
fn the_link_rule_record_and_peering_that_az_sent() {
    let link = format!("{ZONE}/virtualNetworkLinks/link-to-spoke-vnet");
    let record = format!("{ZONE}/A/myaoai");
    let nsg = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg";
    let rule = format!("{nsg}/securityRules/allow-443");
    let peering = format!("{SPOKE}/virtualNetworkPeerings/hub2spoke");
    let list = [
        recorded(
            &link,
            &format!(
                r#"{{"location": "global", "properties": {{"registrationEnabled": false, "virtualNetwork": {{"id": "{SPOKE}"}}}}}}"#
            ),
        ),
        recorded(&record, r#"{"properties": {"aRecords": [{"ipv4Address": "10.1.2.4"}], "ttl": 3600}}"#),
        recorded(
            &rule,
            r#"{"name": "allow-443", "properties": {"access": "Allow", "destinationAddressPrefix": "*", "destinationPortRange": "443", "direction": "Inbound", "priority": 100, "protocol": "Tcp", "sourceAddressPrefix": "10.2.0.0/24", "sourcePortRange": "*"}}"#,
        ),
        recorded(
            &peering,
            &format!(
                r#"{{"name": "hub2spoke", "properties": {{"allowForwardedTraffic": false, "allowGatewayTransit": false, "allowVirtualNetworkAccess": true, "peerCompleteVnets": true, "remoteVirtualNetwork": {{"id": "{SPOKE}"}}, "useRemoteGateways": false}}}}"#
            ),
        ),
    ];
    let estate = snapshot(&[("all.json", &format!("[{}]", list.join(",")))]);
    assert_eq!(estate.find::<VirtualNetworkLink>(&id(&link)).unwrap().virtual_network, Some(id(SPOKE)));
    let set = estate.find::<RecordSet>(&id(&record)).unwrap();
    assert_eq!((set.ttl, set.addresses()), (Some(3600), &["10.1.2.4".parse().unwrap()][..]));
    let rule = estate.find::<SecurityRule>(&id(&rule)).unwrap();
    assert_eq!((rule.priority, rule.access, rule.when.protocol), (100, Access::Allow, Protocol::Tcp));
    assert_eq!(rule.when.sources, [AddressPrefix::Net("10.2.0.0/24".parse().unwrap())]);
    assert_eq!(rule.when.source_ports, [PortRange::ANY]);
    assert_eq!(estate.find::<Peering>(&id(&peering)).unwrap().remote, Some(id(SPOKE)));
}

#[test]
fn the_flat_shape_of_az_says_the_same() {
    let flat = format!(
        r#"[{{"id":"{SPOKE}","location":"eastus","resourceGroup":"rg-app","addressSpace":{{"addressPrefixes":["10.2.0.0/16"]}},
        "subnets":[{{"id":"{SPOKE}/subnets/a","name":"a","addressPrefixes":["10.2.1.0/24","10.2.9.0/24"],
          "delegations":[{{"name":"d","serviceName":"Microsoft.Web/serverFarms"}}]}}],
        "virtualNetworkPeerings":[{{"name":"to-hub","peeringState":"Connected","remoteVirtualNetwork":{{"id":"{SPOKE}"}}}}]}}]"#
    );
    let estate = snapshot(&[("vnets.json", &flat)]);
    let subnet = estate.find::<Subnet>(&id(&format!("{SPOKE}/subnets/a"))).unwrap();
    assert_eq!(subnet.prefixes.len(), 2);
    assert_eq!(subnet.delegations, ["Microsoft.Web/serverFarms"]);
    let peering = estate.find::<Peering>(&id(&format!("{SPOKE}/virtualNetworkPeerings/to-hub"))).unwrap();
    assert!(peering.state.is(&PeeringState::Connected));
    let document = write(estate.get(&id(SPOKE)).unwrap());
    assert_eq!(document["properties"]["addressSpace"]["addressPrefixes"][0], "10.2.0.0/16");
    assert!(!document.contains_key("addressSpace") && !document.contains_key("resourceGroup"));
}

#[test]
fn a_connection_to_a_hub_in_both_shapes() {
    let name = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualHubs/weu/hubVirtualNetworkConnections/to-spoke";
    let arm = format!(
        r#"{{"id":"{name}","properties":{{"remoteVirtualNetwork":{{"id":"{SPOKE}"}},"allowHubToRemoteVnetTransit":true,"enableInternetSecurity":false,
        "routingConfiguration":{{"propagatedRouteTables":{{"labels":["default"]}}}}}}}}"#
    );
    let az = format!(r#"[{{"id":"{name}","name":"to-spoke","remoteVirtualNetwork":{{"id":"{SPOKE}"}}}}]"#);
    let read = |text: &str| snapshot(&[("hub.json", text)]).find::<HubConnection>(&id(name)).cloned().unwrap();
    assert_eq!(read(&arm), HubConnection { network: Some(id(SPOKE)), default_route: Known::Value(false) });
    assert_eq!(read(&az).network, Some(id(SPOKE)));
    assert_eq!(read(&az).default_route, Known::Unknown(Why::NotCollected), "not said is not off");
}

#[test]
fn a_document_of_its_own_beats_the_nested_copy_in_any_order() {
    let name = format!("{SPOKE}/subnets/a");
    let own = format!(r#"{{"id":"{name}","properties":{{"addressPrefix":"10.9.0.0/24"}}}}"#);
    let parent = format!(
        r#"{{"id":"{SPOKE}","properties":{{"subnets":[{{"name":"a","properties":{{"addressPrefix":"10.1.0.0/24"}}}}]}}}}"#
    );
    for sources in [[("a", &own), ("b", &parent)], [("a", &parent), ("b", &own)]] {
        let estate = snapshot(&sources.map(|(source, text)| (source, text.as_str())));
        let subnet = estate.find::<Subnet>(&id(&name)).unwrap();
        assert_eq!(subnet.prefixes, ["10.9.0.0/24".parse().unwrap()]);
    }
}

#[test]
fn wrong_types_lose_a_field_and_not_the_resource() {
    let text = format!(
        r#"{{"id":"{ACCOUNT}","kind":"OpenAI","properties":{{"publicNetworkAccess":["Disabled"],"disableLocalAuth":"True","networkAcls":null,"customSubDomainName":"myaoai"}}}}"#
    );
    let reading = read(&[("a.json", &text), ("b.json", &text)]);
    assert_eq!(reading.notes.len(), 1, "{:?}", reading.notes);
    assert!(reading.notes[0].text.contains("publicNetworkAccess"));
    let Body::CognitiveServicesAccount(account) = &reading.resources[0].body else { panic!("no account") };
    assert_eq!(account.public_network_access, Known::Unknown(Why::NotCollected));
    assert_eq!(account.disable_local_auth, Known::Value(true));
    assert_eq!(account.custom_subdomain.as_deref(), Some("myaoai"));
}

#[test]
fn a_rule_that_cannot_be_read_leaves_its_group_unknown() {
    let nsg = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg";
    let text = format!(
        r#"{{"id":"{nsg}","properties":{{"securityRules":[{{"name":"odd","properties":{{"priority":100}}}}]}}}}"#
    );
    let reading = read(&[("nsg.json", &text)]);
    assert_eq!(reading.coverage.of_children(&id(nsg), Kind::SecurityRule), Extent::Missing(Why::Unresolved));
    assert!(reading.notes.iter().any(|note| note.text.contains("odd")));
}

#[test]
fn a_site_is_refined_by_its_configuration_and_keeps_no_setting() {
    let site = format!(
        r#"{{"id":"{SITE}","location":"eastus","properties":{{"state":"Running","virtualNetworkSubnetId":null,"siteConfig":{{"appSettings":[{{"name":"KEY","value":"canary-1"}}],"connectionStrings":[{{"name":"c","connectionString":"canary-2"}}],"http20Enabled":true}}}}}}"#
    );
    let web = format!(
        r#"{{"id":"{SITE}/config/web","properties":{{"vnetRouteAllEnabled":true,"publishingPassword":"canary-3"}}}}"#
    );
    let settings = format!(
        r#"{{"id":"{SITE}/config/appsettings","properties":{{"WEBSITE_VNET_ROUTE_ALL":"0","WEBSITE_DNS_SERVER":"10.1.0.4,10.1.0.5","API_KEY":"canary-4","HTTPS_PROXY":"http://u:canary-7@10.2.9.4:3128","NO_PROXY":"a.example,canary=9","AZURE_OPENAI_ENDPOINT":"https://u:canary-5@a.openai.azure.com/x?canary-6"}}}}"#
    );
    for order in [[&site, &web, &settings], [&settings, &web, &site]] {
        let reading = read(&order.map(|text| ("site.json", text.as_str())));
        assert!(!format!("{reading:?}").contains("canary"), "{reading:?}");
        let Body::WebApp(app) = &reading.resources[0].body else { panic!("no app") };
        assert_eq!(app.subnet, Known::Value(None));
        assert_eq!(app.route_all, Known::Value(true), "a site property wins over a setting");
        assert_eq!(app.dns_servers.len(), 2);
        let Known::Value(endpoints) = &app.endpoints else { panic!("no settings") };
        assert_eq!(endpoints.len(), 1);
        assert_eq!(endpoints[0].url, "https://a.openai.azure.com");
        let proxies: Vec<_> = app.proxies.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(proxies, [("HTTPS_PROXY", "http://10.2.9.4:3128")]);
    }
    let reading = read(&[("site.json", &site)]);
    assert!(reading.resources[0].document.contains("http20Enabled"));
}

#[test]
fn route_all_in_every_spelling() {
    let app = |inner: &str| {
        let reading = read(&[("s", &format!(r#"{{"id":"{SITE}","properties":{{{inner}}}}}"#))]);
        match &reading.resources[0].body {
            Body::WebApp(app) => app.clone(),
            other => panic!("{other:?}"),
        }
    };
    for (inner, expected) in [
        (r#""vnetRouteAllEnabled":"true""#, Some(true)),
        (r#""siteConfig":{"vnetRouteAllEnabled":false}"#, Some(false)),
        (r#""outboundVnetRouting":{"allTraffic":true,"applicationTraffic":false}"#, Some(true)),
        (r#""outboundVnetRouting":{"allTraffic":false,"applicationTraffic":true}"#, Some(true)),
        (r#""outboundVnetRouting":{"allTraffic":false},"vnetRouteAllEnabled":true"#, Some(false)),
        (
            r#""siteConfig":{"vnetRouteAllEnabled":null,"appSettings":[{"name":"WEBSITE_VNET_ROUTE_ALL","value":"1"}]}"#,
            Some(true),
        ),
        (r#""siteConfig":{"vnetRouteAllEnabled":null}"#, None),
    ] {
        assert_eq!(app(inner).route_all.value().copied(), expected, "{inner}");
    }
    assert_eq!(app(r#""siteConfig":{}"#).subnet, Known::Unknown(Why::NotCollected));
    assert_eq!(app(r#""state":"Running""#).subnet, Known::Value(None));
}

#[test]
fn coverage_of_files() {
    let zone = |sets: u64, links: u64| {
        format!(
            r#"{{"id":"{ZONE}","properties":{{"numberOfRecordSets":{sets},"numberOfVirtualNetworkLinks":{links}}}}}"#
        )
    };
    let soa = format!(r#"{{"id":"{ZONE}/SOA/@","properties":{{}}}}"#);
    let record = format!(r#"{{"id":"{ZONE}/A/x","properties":{{}}}}"#);
    let of = |sources: &[(&str, &str)], kind| read(sources).coverage.of_children(&id(ZONE), kind);
    let missing = Extent::Missing(Why::NotCollected);
    assert_eq!(of(&[("z", &zone(1, 0))], Kind::RecordSet), Extent::Complete);
    assert_eq!(of(&[("z", &zone(1, 0))], Kind::VirtualNetworkLink), Extent::Complete);
    assert_eq!(of(&[("z", &zone(2, 1))], Kind::VirtualNetworkLink), missing);
    assert_eq!(of(&[("z", &zone(2, 0)), ("s", &soa)], Kind::RecordSet), missing);
    assert_eq!(of(&[("z", &zone(2, 0)), ("r", &record)], Kind::RecordSet), Extent::Complete);
    let empty = read(&[("x/networkSecurityGroups.json", "[]"), ("other.json", r#"{"value":[]}"#)]).coverage;
    assert_eq!(empty.of(Kind::NetworkSecurityGroup), Extent::Complete);
    assert_eq!(empty.of(Kind::PrivateDnsZone), missing);
}

#[test]
fn broken_or_cut_sources_are_gaps() {
    let broken =
        read(&[("links.json", &format!(r#"[{{"id":"{ZONE}/virtualNetworkLinks/l","properties":{{"#)), ("ok", "[]")]);
    assert!(broken.notes[0].source.starts_with("links.json:1:"), "{:?}", broken.notes);
    let missing = Extent::Missing(Why::NotCollected);
    let zone = format!(r#"{{"id":"{ZONE}","properties":{{}}}}"#);
    let page = read(&[("zones.json", &format!(r#"{{"value":[{zone}],"nextLink":"https://next"}}"#))]);
    assert_eq!(page.coverage.of(Kind::PrivateDnsZone), missing);
    assert_eq!(page.resources.len(), 1);
    let cut = read(&[("a.json", &zone), ("privateDnsZones.json", "[{")]);
    assert_eq!(cut.coverage.of(Kind::PrivateDnsZone), missing);
}

#[test]
fn what_is_not_known_is_kept_and_said_once() {
    let other = |name: &str| {
        format!(
            r#"{{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Cache/redis/{name}","properties":{{"x":1}}}}"#
        )
    };
    let template = r#"{"$schema":"x","resources":[{"type":"Microsoft.Cache/redis","name":"[parameters('x')]"},{"id":"[resourceId('x')]"}]}"#;
    let text = format!("[{},{}]", other("a"), other("b"));
    let reading = read(&[("other.json", &text), ("template.json", template)]);
    assert_eq!(reading.resources.len(), 2);
    assert_eq!(reading.notes.len(), 2, "{:?}", reading.notes);
    assert_eq!(&*reading.resources[0].document, other("a"));
    assert_eq!(write(&reading.resources[0])["properties"]["x"], 1);
}

#[test]
fn a_whole_list_is_complete() {
    let mut reader = Reader::new();
    reader.list(
        Kind::PrivateDnsZone,
        &format!(r#"{{"value":[{{"id":"{ZONE}"}}],"nextLink":"https://next"}}"#),
        "page 1",
    );
    reader.list_children(&id(ZONE), Kind::VirtualNetworkLink, r#"{"value":[]}"#, "links");
    let reading = reader.finish();
    assert_eq!(reading.coverage.of(Kind::PrivateDnsZone), Extent::Complete);
    assert_eq!(reading.coverage.of_children(&id(ZONE), Kind::VirtualNetworkLink), Extent::Complete);
    assert!(reading.notes.is_empty());
}

#[test]
fn what_is_written_is_read_back_the_same() {
    let all = every_kind();
    for kind in Kind::ALL {
        assert!(all.iter().any(|one| one.kind() == *kind), "no {kind:?} is tested");
    }
    for resource in all {
        let text = serde_json::to_string(&write(&resource)).unwrap();
        let mut reader = Reader::new();
        reader.document(&text, "written");
        let reading = reader.finish();
        let back = reading.resources.iter().find(|back| back.id == resource.id).unwrap();
        assert_eq!((&back.body, &back.location), (&resource.body, &resource.location), "{text}");
        assert!(resource.body == Body::Other || reading.notes.is_empty(), "{:?}", reading.notes);
        // And over a document that is there already.
        let again = serde_json::to_string(&write(back)).unwrap();
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&again).unwrap(),
            serde_json::from_str::<serde_json::Value>(&text).unwrap()
        );
    }
}

#[test]
fn every_type_of_record_is_kept_and_only_addresses_and_aliases_answer() {
    let documents = [
        ("A", r#""aRecords":[{"ipv4Address":"10.0.0.4"}]"#),
        ("AAAA", r#""aaaaRecords":[{"ipv6Address":"fd00::4"}]"#),
        ("CNAME", r#""cnameRecord":{"cname":"there.example."}"#),
        ("MX", r#""mxRecords":[{"preference":10,"exchange":"mail.example."}]"#),
        ("PTR", r#""ptrRecords":[{"ptrdname":"host.example."}]"#),
        ("SOA", r#""soaRecord":{"host":"azureprivatedns.net","minimumTtl":10,"serialNumber":1}"#),
        ("SRV", r#""srvRecords":[{"priority":1,"weight":2,"port":443,"target":"a.example."}]"#),
        ("TXT", r#""txtRecords":[{"value":["one","two"]}]"#),
    ];
    for (word, data) in documents {
        let id = format!("{ZONE}/{word}/x");
        let text = format!(r#"{{"id":"{id}","properties":{{"ttl":300,{data}}}}}"#);
        let reading = read(&[("record.json", &text)]);
        assert!(reading.notes.is_empty(), "{word}: {:?}", reading.notes);
        let Body::RecordSet(set) = &reading.resources[0].body else { panic!("{word}") };
        assert_eq!((set.record_type.word(), set.ttl), (word, Some(300)));
        assert_eq!(set.data == RecordData::Other, !matches!(word, "A" | "AAAA" | "CNAME"), "{word}");
        // What is written still says all that the document said.
        let written = serde_json::Value::Object(write(&reading.resources[0]));
        let said: serde_json::Value = serde_json::from_str(&format!("{{{data}}}")).unwrap();
        for (member, value) in said.as_object().unwrap() {
            let same = written["properties"][member] == *value || word == "CNAME";
            assert!(same, "{word}: {written}");
        }
    }
}

#[test]
fn a_set_is_a_read_modify_write() {
    let name = format!("{SPOKE}/subnets/a");
    let text = format!(
        r#"{{"id":"{name}","etag":"e","properties":{{"addressPrefix":"10.1.2.0/24","provisioningState":"Succeeded","defaultOutboundAccess":false,"privateEndpointNetworkPolicies":"Enabled"}}}}"#
    );
    let estate = snapshot(&[("a", &text)]);
    let change = Change::set(&id(&name), "privateEndpointNetworkPolicies", "Disabled");
    let request = request(&change, &estate).unwrap();
    assert_eq!((request.method, request.api_version), (Method::Put, "2025-05-01"));
    let body: serde_json::Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    assert_eq!(
        body,
        serde_json::json!({"properties": {"addressPrefix": "10.1.2.0/24", "defaultOutboundAccess": false, "privateEndpointNetworkPolicies": "Disabled"}})
    );
    assert_eq!(request.resource, id(&name));
}

#[test]
fn a_put_of_a_parent_keeps_its_children_and_an_app_is_only_patched() {
    let estate = scenario("healthy").healthy;
    let network = estate.of_kind(Kind::VirtualNetwork).find(|network| network.id.name() == "hub-vnet").unwrap();
    let put = request(&Change::Put(Arc::clone(network)), &estate).unwrap();
    let body: serde_json::Value = serde_json::from_str(put.body.as_deref().unwrap()).unwrap();
    assert_eq!(body["properties"]["subnets"][0]["name"], "snet-private-endpoints");
    assert_eq!(body["properties"]["virtualNetworkPeerings"].as_array().unwrap().len(), 1);
    let app = estate.of_kind(Kind::WebApp).next().unwrap();
    let set = request(&Change::set(&app.id, "vnetRouteAllEnabled", "true"), &estate).unwrap();
    assert_eq!(set.method, Method::Patch);
    assert!(set.body.as_deref().unwrap().contains(r#""vnetRouteAllEnabled":true"#));
    assert!(!set.body.as_deref().unwrap().contains("appSettings"));
    let delete = request(&Change::Delete(app.id.clone()), &estate).unwrap();
    assert_eq!((delete.method, delete.body), (Method::Delete, None));
    let outside = Change::Outside(model::ClientFact::Environment { name: "A".into(), value: None });
    assert_eq!(request(&outside, &estate), None);
    assert_eq!(request(&Change::set(&app.id, "nonsense", "x"), &estate), None);
}

#[test]
fn an_approval_is_a_put_of_the_connection() {
    let estate = scenario("pending-approval").snapshot();
    let connection = estate.of_kind(Kind::PrivateEndpointConnection).next().unwrap();
    let change = Change::set(&connection.id, "privateLinkServiceConnectionState.status", "Approved");
    let request = request(&change, &estate).unwrap();
    assert!(request.resource.as_str().contains("/privateEndpointConnections/"));
    assert!(request.body.unwrap().contains(r#""status":"Approved""#));
}

#[test]
fn every_template_of_the_corpus_is_tolerated() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/arm");
    let Ok(entries) = std::fs::read_dir(folder) else {
        eprintln!("skipped: no corpus of templates beside the workspace");
        return;
    };
    let mut reader = Reader::new();
    let mut count = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            reader.document(&std::fs::read_to_string(&path).unwrap(), &path.display().to_string());
            count += 1;
        }
    }
    assert!(count > 50, "{count} templates");
    let reading = reader.finish();
    assert!(reading.notes.iter().all(|note| !note.text.contains("not valid JSON")), "{:?}", reading.notes);
    assert!(reading.notes.len() <= 2 * count, "{} notes", reading.notes.len());
}

#[test]
fn nothing_about_a_private_endpoint_is_lost() {
    let estate = scenario("healthy").healthy;
    let endpoint = estate.of_kind(Kind::PrivateEndpoint).next().unwrap();
    let document = serde_json::to_string(&write(endpoint)).unwrap();
    let back = snapshot(&[("pe.json", &document)]);
    let found = back.find::<PrivateEndpoint>(&endpoint.id).unwrap();
    assert_eq!(found.custom_dns_configs.len(), 3);
    let interface = estate.all::<NetworkInterface>().find(|(_, nic)| nic.private_endpoint.is_some()).unwrap();
    assert_eq!(interface.1.ip_configurations[0].fqdns.len(), 3);
    assert_eq!(estate.coverage(), &Coverage::complete());
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}") {
        read(&[("any", &text)]);
    }

    #[test]
    fn no_cut_of_a_document_makes_the_reader_panic(at in 0usize..4000, kind in 0..Kind::ALL.len(), junk in "[\\[\\]{}\",:0-9a-z]{0,6}") {
        let all = every_kind();
        let resource = all.iter().find(|one| one.kind() == Kind::ALL[kind]).unwrap();
        let mut text = serde_json::to_string(&write(resource)).unwrap();
        let at = at.min(text.len());
        if text.is_char_boundary(at) {
            text.insert_str(at, &junk);
        }
        let reading = read(&[("any", &text)]);
        for one in &reading.resources {
            write(one);
        }
    }
}
