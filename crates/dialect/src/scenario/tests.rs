//! Do the committed scenarios say what they should, and do wrong ones say what is wrong?

#![allow(clippy::disallowed_methods, reason = "the tests read the committed scenario files")]

use super::vantage::VantageError;
use super::{Scenario, change, vantage};
use crate::arm::request;
use model::resource::{
    CognitiveServicesAccount, ConnectionState, NetworkInterface, PrivateDnsZone, PrivateEndpoint,
    PrivateEndpointConnection, RecordSet, Subnet, VirtualNetworkLink, WebApp,
};
use model::{Change, Kind, Known, Snapshot, Vantage};
use proptest::prelude::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");

fn text(name: &str) -> Option<String> {
    std::fs::read_to_string(format!("{FOLDER}/{name}.toml")).ok()
}

/// A committed scenario.
pub(crate) fn scenario(name: &str) -> Scenario {
    Scenario::parse(name, &text(name).unwrap(), &text).unwrap()
}

fn names() -> Vec<String> {
    let files = std::fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn parse(text: &str) -> Result<Scenario, String> {
    Scenario::parse("test", text, &self::text).map_err(|error| error.to_string())
}

#[test]
fn every_scenario_is_read_and_changes_something() {
    let names = names();
    assert!(names.len() >= 19, "{names:?}");
    for name in names {
        let scenario = scenario(&name);
        assert!(!scenario.title.is_empty() && scenario.title.len() <= 80, "{name}: title");
        assert!(!scenario.explain.is_empty(), "{name}: explain");
        assert_eq!(scenario.changes.is_empty(), scenario.snapshot() == scenario.healthy, "{name}");
        // Every change is felt on its own and can be undone.
        let mut now = scenario.healthy.clone();
        for change in &scenario.changes {
            let next = now.with(std::slice::from_ref(change));
            assert_ne!(next, now, "{name}: {change:?}");
            assert_eq!(next.with(&change.undo(&now)), now, "{name}: {change:?}");
            let outside = matches!(change, Change::Outside(_));
            assert_eq!(request(change, &now).is_none(), outside, "{name}: {change:?}");
            now = next;
        }
    }
}

#[test]
fn the_healthy_estate_is_the_articles() {
    let scenario = scenario("healthy");
    let estate = &scenario.healthy;
    assert_eq!(estate.all::<PrivateDnsZone>().count(), 3);
    assert_eq!(estate.all::<VirtualNetworkLink>().count(), 6);
    assert_eq!(estate.all::<RecordSet>().filter(|(id, _)| id.name() == "yourresource").count(), 3);
    let (_, nic) = estate.all::<NetworkInterface>().find(|(_, nic)| nic.private_endpoint.is_some()).unwrap();
    assert_eq!(nic.addresses().map(|address| address.to_string()).collect::<Vec<_>>(), ["10.1.2.4"]);
    assert!(nic.ip_configurations[0].fqdns.iter().any(|name| name.as_str() == "yourresource.openai.azure.com"));
    assert_eq!(estate.client().environment["AZURE_OPENAI_ENDPOINT"], "https://yourresource.openai.azure.com");
    assert_eq!(scenario.question.from.to_string(), "vm/app");
    assert_eq!(scenario.path, "/");
    assert!(!scenario.needs_namespaces);
    // What is referred to is there.
    for (_, subnet) in estate.all::<Subnet>() {
        assert!(subnet.network_security_group.iter().all(|id| estate.get(id).is_some()));
    }
    for (_, connection) in estate.all::<PrivateEndpointConnection>() {
        assert!(estate.get(connection.private_endpoint.as_ref().unwrap()).is_some());
    }
}

#[test]
fn derived_scenarios_inherit_and_override() {
    let open = scenario("zone-not-linked-open");
    assert_eq!(open.changes.len(), 2, "the base's changes come first");
    assert!(matches!(&open.changes[0], Change::Delete(id) if id.name() == "link-to-spoke-vnet"));
    let other = scenario("other-account");
    assert_eq!(other.healthy.all::<CognitiveServicesAccount>().count(), 2);
    assert_eq!(other.ask.from, "vm/app");
    assert_eq!(other.ask.to, "https://otherresource.openai.azure.com");
    assert_eq!(other.snapshot().client().environment["AZURE_OPENAI_ENDPOINT"], other.ask.to);
    let routed = scenario("route-all-off");
    assert!(routed.needs_namespaces);
    assert!(matches!(routed.question.from, Vantage::WebApp(_)));
    let route_all = |estate: &Snapshot| estate.all::<WebApp>().next().unwrap().1.route_all.clone();
    assert_eq!(route_all(&routed.healthy), Known::Value(true));
    assert_eq!(route_all(&routed.snapshot()), Known::Value(false));
}

#[test]
fn appliances_and_what_a_peering_lets_through() {
    let text = "title = 'x'\nexplain = ''\nbase = 'healthy'\n\
        [estate.network.spoke-vnet]\ngroup = 'rg-app'\nspace = '10.2.0.0/16'\nforwarded-from = ['hub-vnet']\n\
        gateway-of = 'hub-vnet'\nsubnet.snet-app = { prefix = '10.2.1.0/24' }\n\
        subnet.snet-app-service = { prefix = '10.2.2.0/24' }\n\
        [estate.vm.firewall]\ngroup = 'rg-app'\nsubnet = 'spoke-vnet/snet-app'\naddress = '10.2.1.9'\n\
        nsg = 'nsg-app'\nforwards = 'source-nat'";
    let estate = parse(text).unwrap().healthy;
    let appliance = &estate.client().appliances[&"10.2.1.9".parse().unwrap()];
    assert!(appliance.source_nat && appliance.name == "firewall");
    let (_, card) = estate.all::<NetworkInterface>().find(|(id, _)| id.name() == "firewall-nic").unwrap();
    assert!(card.ip_forwarding && card.network_security_group.is_some());
    let halves: Vec<_> = estate.all::<model::resource::Peering>().map(|(_, half)| half).collect();
    let of = |half: &&model::resource::Peering| {
        (half.allow_forwarded_traffic, half.use_remote_gateways, half.allow_gateway_transit)
    };
    // The spoke's half comes first: they are ordered by id.
    assert_eq!(halves.iter().map(of).collect::<Vec<_>>(), [(true, true, false), (false, false, true)]);
    let error = parse(&text.replace("gateway-of = 'hub-vnet'", "gateway-of = 'other'")).unwrap_err();
    assert!(error.contains("spoke-vnet: it is not peered with \"other\""), "{error}");
}

#[test]
fn places_on_premises_are_declared() {
    let text = "title = 'x'\nexplain = ''\nbase = 'healthy'\n\
        [estate.on-premises.dc]\nspace = '192.168.0.0/16'\ngateway = 'hub-vnet'\ndns = ['192.168.0.53']\n\
        [estate.on-premises.clients]\nspace = ['172.16.0.0/24']\npoint-to-site = true\n\
        [estate.dns-server]\ndc-dns = { address = '192.168.0.53', forward = { '.' = '203.0.113.53' } }";
    let estate = parse(text).unwrap().healthy;
    let site = &estate.client().on_premises["dc"];
    assert_eq!(site.network.as_ref().map(model::ResourceId::name), Some("hub-vnet"));
    assert!(!site.point_to_site && estate.client().on_premises["clients"].point_to_site);
    let server = estate.client().dns_servers.keys().next().copied().unwrap();
    assert_eq!(estate.client().site_of(server), Some(site));
    assert_eq!(vantage::parse("onprem/DC", &estate).unwrap(), Vantage::OnPremises("dc".to_owned()));
    let error = vantage::parse("onprem/office", &estate).unwrap_err().to_string();
    assert!(error.contains("there are: clients, dc"), "{error}");
    let error = parse(&text.replace("hub-vnet", "nowhere")).unwrap_err();
    assert!(error.contains("estate.on-premises.dc: there is no network"), "{error}");
}

#[test]
fn clusters_and_their_dns_are_declared() {
    let text = "title = 'x'\nexplain = ''\nbase = 'healthy'\n\
        [estate.aks.aks-app]\ngroup = 'rg-app'\nsubnet = 'spoke-vnet/snet-app'\n\
        coredns.forward = { 'OpenAI.azure.com' = '8.8.8.8' }\ncoredns.hosts = { 'a.example' = '10.0.0.1' }";
    let estate = parse(text).unwrap().healthy;
    let Vantage::Cluster(id) = vantage::parse("aks/aks-app", &estate).unwrap() else { panic!("a cluster") };
    assert_eq!(vantage::parse(id.as_str(), &estate).unwrap().to_string(), "aks/aks-app");
    assert_eq!(estate.client().clusters[&id].forward.keys().collect::<Vec<_>>(), ["openai.azure.com"]);
    let undone = estate.with(&change::parse("forward openai.azure.com at aks/aks-app to none", &estate).unwrap());
    assert!(undone.client().clusters[&id].forward.is_empty());
    let spelled = crate::az::commands(
        &change::parse("forward openai.azure.com at aks/aks-app to none", &estate).unwrap(),
        &estate,
    );
    assert!(spelled.commands[0].contains("coredns-custom of aks-app"), "{spelled}");
    assert!(spelled.commands[1].starts_with("kubectl"), "{spelled}");
}

#[test]
fn a_zone_holds_records_and_aliases() {
    let text = "title = 'x'\nexplain = ''\nbase = 'healthy'\n[estate.zone.'corp.example']\ngroup = 'rg-app'\n\
        records = { a = '10.0.0.1', b = 'a.corp.example' }";
    let estate = parse(text).unwrap().healthy;
    let records: Vec<_> = estate.all::<RecordSet>().filter(|(id, _)| id.as_str().contains("corp.example")).collect();
    assert_eq!(records.len(), 2);
    assert!(records.iter().any(|(_, set)| matches!(&set.data, model::resource::RecordData::Alias(_))));
    let error = parse(&text.replace("'a.corp.example'", "'-- '")).unwrap_err();
    assert!(error.contains("neither an address nor a name"), "{error}");
}

#[test]
fn a_link_may_say_that_it_is_of_a_zone() {
    let estate = parse(&text("healthy").unwrap()).unwrap().healthy;
    let zone = "privatelink.openai.azure.com";
    for verb in ["link", "unlink"] {
        let way = if verb == "link" { "to" } else { "from" };
        let read = |line: String| change::parse(&line, &estate).unwrap();
        let short = read(format!("{verb} {zone} {way} spoke-vnet"));
        assert_eq!(read(format!("{verb} zone {zone} {way} spoke-vnet")), short);
    }
}

#[test]
fn deleting_takes_along_what_azure_takes_along() {
    let missing = scenario("zone-group-missing").snapshot();
    assert_eq!(missing.all::<RecordSet>().count(), 0);
    assert_eq!(missing.of_kind(Kind::PrivateDnsZoneGroup).count(), 0);
    let estate = scenario("healthy").healthy;
    let gone = estate.with(&change::parse("delete endpoint/pe-openai-eastus", &estate).unwrap());
    for kind in [Kind::PrivateEndpoint, Kind::PrivateEndpointConnection, Kind::RecordSet, Kind::PrivateDnsZoneGroup] {
        assert_eq!(gone.of_kind(kind).count(), 0, "{kind:?}");
    }
    assert_eq!(gone.all::<NetworkInterface>().count(), 1, "the NIC of the VM stays");
    let left = estate.with(&change::parse("delete account/yourresource", &estate).unwrap());
    assert_eq!(left.of_kind(Kind::PrivateEndpointConnection).count(), 0);
    let states: Vec<_> = left.all::<PrivateEndpoint>().map(|(_, endpoint)| &endpoint.connections[0].state).collect();
    assert!(states.iter().all(|state| state.is(&ConnectionState::Disconnected)), "{states:?}");
}

#[test]
fn a_moved_endpoint_moves_everywhere() {
    let estate = scenario("healthy").healthy;
    let moved = estate.with(&change::parse("move endpoint pe-openai-eastus to 10.1.2.77", &estate).unwrap());
    let text = format!("{:?}", moved.iter().collect::<Vec<_>>());
    assert!(text.contains("10.1.2.77") && !text.contains("10.1.2.4,") && !text.contains("10.1.2.4]"));
    assert_eq!(moved.all::<RecordSet>().filter(|(_, set)| set.creator.is_some()).count(), 3);
}

#[test]
fn changes_that_cannot_be_read_say_what_to_write() {
    let estate = scenario("healthy").healthy;
    for (line, expected) in [
        ("unlink nowhere from spoke-vnet", "there are: privatelink.cognitiveservices.azure.com"),
        ("unlink privatelink.openai.azure.com from app", "there are: link-to-hub-vnet, link-to-spoke-vnet"),
        ("set account/yourresource publicNetworkAccess = Perhaps", "settable: publicNetworkAccess ="),
        ("set account/yourresource publicNetworkAccess", "write set KIND/NAME"),
        ("set thing/x y = z", "write account/NAME"),
        ("delete record/privatelink.openai.azure.com/nobody", "there are: yourresource"),
        ("zone z.example in rg-nowhere", "there are: rg-ai, rg-app, rg-networking"),
        ("record privatelink.openai.azure.com x A 10.1.2", "is no IP address"),
        ("record privatelink.openai.azure.com x TXT y", "only A"),
        ("rule nsg-app x 99 deny inbound any from * to * port *", "from 100 to 4096"),
        ("rule nsg-app x 100 block inbound any from * to * port *", "is no rule"),
        ("move endpoint pe-openai-eastus to nowhere", "is no IP address"),
        ("env", "write one of"),
        ("explode", "there is no such change; write one of: link ZONE to NETWORK"),
        ("", "write one of"),
    ] {
        let error = change::parse(line, &estate).unwrap_err().to_string();
        assert!(error.contains(expected), "{line}: {error}");
    }
}

#[test]
fn scenarios_that_cannot_be_read_name_the_line() {
    let cases = [
        ("title = 1\nexplain = ''", "scenario test, line 1"),
        ("title = 'x'\nexplain = ''\nnonsense = 1", "line 3"),
        ("title = 'x'\nexplain = ''\nbase = 'nowhere'", "line 3: there is no scenario \"nowhere\""),
        ("title = 'x'\nexplain = ''\nbase = 'test'", "rests on itself"),
        ("title = 'x'\nexplain = ''", "what to ask"),
        ("title = 'x'\nexplain = ''\nbase = 'healthy'\nchanges = [\n  'unlink x from y',\n]", "line 5"),
        ("title = 'x'\nexplain = ''\nbase = 'healthy'\nask.from = 'vm/nobody'", "there are: app"),
        ("title = 'x'\nexplain = ''\nbase = 'healthy'\nask.to = 'http://x'", "use https://x"),
        (
            "title = 'x'\nexplain = ''\nbase = 'healthy'\n[estate.vm.v]\ngroup = 'g'\nsubnet = 'a/b'\naddress = '10.0.0.1'",
            "estate.vm.v: there is no network \"a\"; there are: hub-vnet, spoke-vnet",
        ),
        (
            "title = 'x'\nexplain = ''\nbase = 'healthy'\n[estate.network.n]\ngroup = 'g'\nspace = '10.1'",
            "is no address prefix",
        ),
        (
            "title = 'x'\nexplain = ''\nbase = 'healthy'\n[estate.account.a]\ngroup = 'g'\npublic = 'Perhaps'",
            "\"Perhaps\" is no value",
        ),
    ];
    for (text, expected) in cases {
        let error = parse(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn vantages() {
    let estate = scenario("healthy").healthy;
    for text in [
        "vm/app",
        "nic/app-nic",
        "subnet/spoke-vnet/snet-app",
        "app/your-app-service",
        "account/yourresource",
        "onprem/dc",
        "internet",
        "here",
    ] {
        let found = vantage::parse(text, &estate).unwrap();
        assert_eq!(found.to_string(), text);
        if let Some(id) = found.resource() {
            assert_eq!(vantage::parse(id.as_str(), &estate).unwrap(), found);
        }
    }
    let error = |text: &str| vantage::parse(text, &estate).unwrap_err();
    assert!(error("vm/nobody").to_string().contains("there are: app"));
    assert!(error("aks/pool").to_string().contains("no AKS cluster"));
    assert!(matches!(error(""), VantageError::Form(_)));
    assert!(error("search/nobody").to_string().contains("no search service"));
    let zone = estate.of_kind(Kind::PrivateDnsZone).next().unwrap();
    assert!(matches!(error(zone.id.as_str()), VantageError::Kind { .. }));
    // The same name twice.
    let twin = model::ResourceId::new("s2", "rg", "Microsoft.Compute/virtualMachines", &["app"]);
    let body = model::Body::VirtualMachine(model::resource::VirtualMachine::default());
    let twins = estate.with(&[Change::Put(std::sync::Arc::new(model::Resource::new(twin, body)))]);
    let error = vantage::parse("vm/app", &twins).unwrap_err().to_string();
    assert!(error.contains("/subscriptions/s2/") && error.contains("write the whole id"), "{error}");
}

#[test]
fn the_rules_of_a_network_manager_apply_to_its_networks() {
    use model::resource::{AdminRule, AdminRuleCollection, EffectiveAdminRules, NetworkGroupMember};
    let text = "title = 'x'\nexplain = ''\nbase = 'healthy'\n[estate.network-manager.central]\ngroup = 'rg-networking'\n\
        networks = ['spoke-vnet']\nrules = ['no-storage 20 deny outbound any from * to Storage port *']";
    let estate = parse(text).unwrap().healthy;
    let (_, collection) = estate.all::<AdminRuleCollection>().next().unwrap();
    let members: Vec<_> = estate.children::<NetworkGroupMember>(&collection.groups[0]).collect();
    let network = members[0].1.resource.clone().unwrap();
    let applied = |estate: &model::Snapshot| {
        let effective = estate.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(&network)).unwrap();
        effective.rules.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    let own = |estate: &model::Snapshot| estate.all::<AdminRule>().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(applied(&estate), own(&estate));
    let more = "admin-rule spoke-vnet a-first 10 deny outbound tcp from * to * port 443";
    let changed = estate.with(&change::parse(more, &estate).unwrap());
    assert_eq!((applied(&changed).len(), own(&changed).len()), (2, 2));
    assert!(applied(&changed).iter().all(|id| own(&changed).contains(id)), "the rule is one of the manager's own");
    let error = parse(&text.replace("20 deny", "5000 deny")).unwrap_err();
    assert!(error.contains("estate.network-manager.central") && error.contains("4096"), "{error}");
    let error = parse(&text.replace("['spoke-vnet']", "['nowhere']")).unwrap_err();
    assert!(error.contains("nowhere") && error.contains("spoke-vnet"), "{error}");
}

proptest! {
    #[test]
    fn no_change_line_panics(line in "(set|delete|link|rule|record|move|zone-group|env|hosts)? ?.{0,60}") {
        let estate = scenario("healthy").healthy;
        let _ = change::parse(&line, &estate);
        let _ = vantage::parse(&line, &estate);
        let _ = super::target::parse(&line);
    }
}
