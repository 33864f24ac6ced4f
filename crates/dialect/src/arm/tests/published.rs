//! Is what Azure publishes, and what it says of effective rules, recognised by its shape?

use crate::arm::{Reader, Reading, write};
use model::resource::{
    AddressPrefix, AdminAccess, AdminRule, AdminRuleCollection, Conditions, Direction, EffectiveAdminRules,
    NetworkGroupMember, NetworkManager, PortRange, Protocol, ServiceTags,
};
use model::{Body, Known, ResourceId};

/// One resource of each kind that this file is about.
pub(super) fn kinds() -> Vec<(ResourceId, Body)> {
    let manager = ResourceId::new("s", "g", "Microsoft.Network/networkManagers", &["central"]);
    let group = manager.child("networkGroups", "all");
    let network = ResourceId::parse(NETWORK).unwrap();
    let rule = AdminRule {
        priority: 7,
        access: AdminAccess::AlwaysAllow,
        when: Conditions {
            direction: Direction::Inbound,
            protocol: Protocol::Any,
            sources: vec![AddressPrefix::Group(group.clone()), AddressPrefix::Any],
            source_ports: vec![PortRange::ANY],
            destinations: vec![AddressPrefix::Tag("Storage".into()), AddressPrefix::Net("10.0.0.0/8".parse().unwrap())],
            destination_ports: vec![PortRange::one(443), PortRange { first: 5, last: 9 }],
        },
    };
    let collection = manager.child("securityAdminConfigurations", "guard").child("ruleCollections", "egress");
    let list = ServiceTags::new(Some(9), [("storage", vec!["20.0.0.0/8".parse().unwrap()])]);
    let effective = EffectiveAdminRules { rules: vec![(collection.child("rules", "r"), rule.clone())] };
    let member = NetworkGroupMember { resource: Some(network.clone()) };
    vec![
        (collection.child("rules", "r"), Body::AdminRule(rule)),
        (collection, Body::AdminRuleCollection(AdminRuleCollection { groups: vec![group.clone()] })),
        (group.child("staticMembers", "spoke"), Body::NetworkGroupMember(member)),
        (manager, Body::NetworkManager(NetworkManager { security_admin: Known::Value(true) })),
        (EffectiveAdminRules::id_of(&network), Body::EffectiveAdminRules(effective)),
        (ResourceId::parse("/providers/Microsoft.Network/serviceTags/public").unwrap(), Body::ServiceTags(list)),
    ]
}

fn read(texts: &[(&str, &str)]) -> Reading {
    let mut reader = Reader::new();
    for (source, text) in texts {
        reader.document(text, source);
    }
    reader.finish()
}

fn tags(reading: &Reading) -> Vec<&ServiceTags> {
    let bodies = reading.resources.iter().map(|resource| &resource.body);
    bodies.filter_map(|body| if let Body::ServiceTags(tags) = body { Some(tags) } else { None }).collect()
}

/// The weekly file: no id.
fn weekly(change: u32) -> String {
    format!(
        r#"{{ "changeNumber": {change}, "cloud": "Public", "values": [
        {{ "name": "ActionGroup", "id": "ActionGroup", "properties": {{ "changeNumber": 47, "region": "", "regionId": 0,
          "platform": "Azure", "systemService": "ActionGroup", "addressPrefixes": [ "4.145.74.52/30", "2603:1000:4:10c::2d8/125" ],
          "networkFeatures": [ "API", "NSG" ] }} }},
        {{ "name": "AzureCloud.eastus", "id": "AzureCloud.eastus", "properties": {{ "region": "eastus", "systemService": "",
          "addressPrefixes": [ "20.42.0.0/17", "20.42.128.0/17" ] }} }} ] }}"#
    )
}

/// What `az network list-service-tags` prints.
const LISTED: &str = r#"{ "changeNumber": "90", "cloud": "Public",
    "id": "/subscriptions/s/providers/Microsoft.Network/serviceTags/Public", "name": "Public", "nextLink": null,
    "type": "Microsoft.Network/serviceTags", "values": [ { "id": "Storage.WestEurope", "name": "Storage.WestEurope",
    "properties": { "addressPrefixes": [ "20.60.0.0/16" ], "changeNumber": "3", "region": "westeurope" } } ] }"#;

#[test]
fn the_weekly_file_and_what_az_prints_are_one_list() {
    let reading = read(&[("ServiceTags_Public.json", &weekly(200))]);
    assert!(reading.notes.is_empty(), "{:?}", reading.notes);
    let [list] = tags(&reading)[..] else { panic!("one list") };
    assert_eq!((list.change_number, list.len()), (Some(200), 2));
    let held = list.find("azurecloud.EastUS").unwrap();
    assert!(held.holds(&"20.42.0.0/16".parse().unwrap()), "prefixes that touch are joined");
    // The newer list stays, whichever comes first.
    for order in [[("a", LISTED), ("b", &*weekly(200))], [("b", &*weekly(200)), ("a", LISTED)]] {
        let reading = read(&order);
        let [list] = tags(&reading)[..] else { panic!("one list of one cloud") };
        assert_eq!(list.change_number, Some(200));
    }
    let reading = read(&[("tags.json", LISTED)]);
    assert_eq!(tags(&reading)[0].find("Storage.WestEurope").map(|held| held.prefixes().count()), Some(1));
}

#[test]
fn a_list_is_written_as_it_is_read() {
    let reading = read(&[("tags.json", &weekly(3))]);
    let written = serde_json::Value::Object(write(&reading.resources[0])).to_string();
    let again = read(&[("tags.json", &written)]);
    assert_eq!(tags(&again), tags(&reading));
}

#[test]
fn a_list_that_is_odd_is_told_and_kept_apart() {
    let odd = r#"{"changeNumber":1,"cloud":"Public","values":[{"name":"A","properties":{"addressPrefixes":["x"]}},{"name":"B","properties":{"addressPrefixes":["10.0.0.0/8"]}}]}"#;
    let reading = read(&[("odd.json", odd)]);
    assert_eq!(tags(&reading)[0].find("A"), None, "what it holds is not known");
    assert!(tags(&reading)[0].find("B").is_some());
    let reading = read(&[("odd.json", r#"{"changeNumber":1,"cloud":"Public","values":[7]}"#)]);
    assert!(tags(&reading).is_empty());
    assert!(reading.notes[0].to_string().contains("list of service tags"), "{:?}", reading.notes);
}

const NETWORK: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/spoke-vnet";

/// As the service answers, in the documentation of its API.
const EFFECTIVE: &str = r#"{ "value": [ {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/central/securityAdminConfigurations/guard/ruleCollections/egress/rules/no-https",
    "kind": "Custom", "configurationDescription": "", "ruleCollectionDescription": "",
    "ruleCollectionAppliesToGroups": [ { "networkGroupId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/central/networkGroups/all" } ],
    "ruleGroups": [], "properties": { "priority": 1, "direction": "Outbound", "access": "Deny", "protocol": "Tcp",
      "sources": [ { "addressPrefix": "*", "addressPrefixType": "IPPrefix" } ],
      "destinations": [ { "addressPrefix": "Internet", "addressPrefixType": "ServiceTag" } ],
      "sourcePortRanges": [ "0-65535" ], "destinationPortRanges": [ "443" ], "provisioningState": "Succeeded" } } ] }"#;

#[test]
fn effective_rules_belong_to_the_network_that_their_file_is_named_after() {
    let network = format!(r#"{{"id":"{NETWORK}","properties":{{}}}}"#);
    let id = EffectiveAdminRules::id_of(&ResourceId::parse(NETWORK).unwrap());
    let rules = |reading: &Reading| {
        let found = reading.resources.iter().find(|resource| resource.id == id)?;
        if let Body::EffectiveAdminRules(effective) = &found.body { Some(effective.rules.clone()) } else { None }
    };
    let path = format!("{NETWORK}/listNetworkManagerEffectiveSecurityAdminRules");
    for source in ["rules/Spoke-VNet.json", "spoke-vnet.effective-security-admin-rules.json", &path] {
        let reading = read(&[("vnet.json", &network), (source, EFFECTIVE)]);
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let [(rule_id, rule)] = &rules(&reading).unwrap()[..] else { panic!("one rule") };
        assert_eq!((rule_id.name(), rule.access, rule.priority), ("no-https", AdminAccess::Deny, 1));
        assert_eq!(rule.when.destinations, [AddressPrefix::Tag("Internet".to_owned())]);
    }
    let bare = EFFECTIVE
        .replace(r#"[ { "addressPrefix": "*", "addressPrefixType": "IPPrefix" } ]"#, "[]")
        .replace(r#"[ "443" ]"#, "[]");
    let bare = rules(&read(&[("vnet.json", &network), ("rules/spoke-vnet.json", &bare)])).unwrap();
    let when = &bare[0].1.when;
    assert_eq!((&when.sources[..], &when.destination_ports[..]), (&[AddressPrefix::Any][..], &[PortRange::ANY][..]));
    let empty = read(&[("vnet.json", &network), ("spoke-vnet.effective-security-admin-rules.json", r#"{"value":[]}"#)]);
    assert_eq!(rules(&empty), Some(Vec::new()), "none applies");
    let untold = read(&[("vnet.json", &network), ("rules.json", EFFECTIVE)]);
    assert_eq!(rules(&untold), None);
    assert!(untold.notes[0].to_string().contains("name the file after the network"), "{:?}", untold.notes);
    let cut = EFFECTIVE.replacen("{ \"value\"", "{ \"skipToken\": \"more\", \"value\"", 1);
    assert_eq!(
        rules(&read(&[("vnet.json", &network), ("spoke-vnet.json", &cut)])),
        None,
        "others are on the next page"
    );
}

#[test]
fn what_az_says_of_one_nic_is_told_once_and_not_fatal() {
    let rules = r#"{"value":[{"networkSecurityGroup":{"id":"/x"},"association":{},"effectiveSecurityRules":[],"tagMap":null},
        {"networkSecurityGroup":{"id":"/y"},"association":{},"effectiveSecurityRules":[]}]}"#;
    let routes = r#"{"value":[{"addressPrefix":["10.0.0.0/16"],"nextHopIpAddress":[],"nextHopType":"VnetLocal","source":"Default","state":"Active"}]}"#;
    let reading = read(&[("rules.json", rules), ("routes.json", routes)]);
    let notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("list-effective-nsg") && notes[1].contains("show-effective-route-table"), "{notes:?}");
}
