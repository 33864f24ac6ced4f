//! Is what central teams and Azure itself say read, and asked for where it matters only?

use super::pretend::{Pretend, forbidden, gather, listed, page, pretend};
use super::{GROUP, network, notes};
use crate::Gathered;
use azure::Error;
use model::resource::{AdminRule, AdminRuleCollection, EffectiveAdminRules, NetworkGroupMember, ServiceTags};
use model::{Extent, Kind, ResourceId, Why};

const MANAGER: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/central";
const ACTION: &str = "listNetworkManagerEffectiveSecurityAdminRules";

/// A subscription with a network manager: one member, one collection, one rule about a service tag.
fn managed(over: &[(&str, Result<Vec<String>, Error>)]) -> (Pretend, Gathered) {
    let spoke = network("spoke").replacen("\"properties\"", "\"location\":\"East US\",\"properties\"", 1);
    let configuration = format!("{MANAGER}/securityAdminConfigurations/c");
    let collection = format!("{configuration}/ruleCollections/r");
    let member = format!(
        r#"{{"id":"{MANAGER}/networkGroups/g/staticMembers/m","properties":{{"resourceId":"{GROUP}/Microsoft.Network/virtualNetworks/spoke"}}}}"#
    );
    let inner = r#""priority":10,"access":"Deny","direction":"Outbound","protocol":"Tcp","destinationPortRanges":["443"],"destinations":[{"addressPrefix":"Storage","addressPrefixType":"ServiceTag"}]"#;
    let rule = format!(r#"{{"id":"{collection}/rules/deny","kind":"Custom","properties":{{{inner}}}}}"#);
    let effective = rule.replacen('{', r#"{"ruleCollectionAppliesToGroups":[],"#, 1);
    let only = |item: String| Ok(vec![page(&[item])]);
    let mut answers: Vec<(String, Result<Vec<String>, Error>)> = vec![
        (listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub"), spoke])])),
        (
            listed(Kind::NetworkManager),
            only(format!(r#"{{"id":"{MANAGER}","properties":{{"networkManagerScopeAccesses":["SecurityAdmin"]}}}}"#)),
        ),
        (format!("{MANAGER}/networkGroups"), only(format!(r#"{{"id":"{MANAGER}/networkGroups/g"}}"#))),
        (format!("{MANAGER}/networkGroups/g/staticMembers"), only(member)),
        (format!("{MANAGER}/securityAdminConfigurations"), only(format!(r#"{{"id":"{configuration}"}}"#))),
        (
            format!("{configuration}/ruleCollections"),
            only(format!(
                r#"{{"id":"{collection}","properties":{{"appliesToGroups":[{{"networkGroupId":"{MANAGER}/networkGroups/g"}}]}}}}"#
            )),
        ),
        (format!("{collection}/rules"), only(rule)),
        (
            format!("{GROUP}/Microsoft.Network/virtualNetworks/spoke/{ACTION}"),
            Ok(vec![format!(r#"{{"value":[{effective}],"skipToken":"a"}}"#), r#"{"value":[],"skipToken":""}"#.into()]),
        ),
        (
            "/subscriptions/s/providers/Microsoft.Network/locations/eastus/serviceTags".to_owned(),
            Ok(vec![r#"{"name":"Public","cloud":"Public","changeNumber":"7","values":[{"name":"Storage","id":"Storage","properties":{"addressPrefixes":["203.0.113.64/28"]}}]}"#.to_owned()]),
        ),
    ];
    for (path, answer) in over {
        answers.retain(|(known, _)| known != path);
        answers.push(((*path).to_owned(), answer.clone()));
    }
    let answers: Vec<_> = answers.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let arm = pretend(&answers);
    let gathered = gather(&arm, "s").unwrap();
    (arm, gathered)
}

#[test]
fn network_managers_are_read_with_all_below_them_and_what_applies() {
    let (_, Gathered { snapshot, notes }) = managed(&[]);
    assert!(notes.is_empty(), "{notes:?}");
    for kind in [
        Kind::NetworkManager,
        Kind::NetworkGroupMember,
        Kind::AdminRuleCollection,
        Kind::AdminRule,
        Kind::EffectiveAdminRules,
        Kind::ServiceTags,
    ] {
        assert_eq!(snapshot.coverage().of(kind), Extent::Complete, "{kind:?}");
    }
    let (_, member) = snapshot.all::<NetworkGroupMember>().next().unwrap();
    assert_eq!(member.resource.as_ref().unwrap().name(), "spoke");
    let (_, collection) = snapshot.all::<AdminRuleCollection>().next().unwrap();
    assert_eq!(collection.groups[0].name(), "g");
    let (rule, own) = snapshot.all::<AdminRule>().next().unwrap();
    let of = |network: &str| {
        let id = ResourceId::parse(&format!("{GROUP}/Microsoft.Network/virtualNetworks/{network}")).unwrap();
        snapshot.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(&id)).unwrap().rules.clone()
    };
    assert_eq!(of("spoke"), [(rule.clone(), own.clone())]);
    assert!(of("hub").is_empty(), "that none applies is known, too");
    let (_, tags) = snapshot.all::<ServiceTags>().next().unwrap();
    assert!(tags.find("Storage").is_some());
}

#[test]
fn what_a_reader_may_not_ask_is_said_once_for_all_networks() {
    let of = |network: &str| format!("{GROUP}/Microsoft.Network/virtualNetworks/{network}/{ACTION}");
    let (hub, spoke) = (of("hub"), of("spoke"));
    let (_, gathered) = managed(&[(&hub, Err(forbidden())), (&spoke, Err(forbidden()))]);
    let snapshot = &gathered.snapshot;
    assert_eq!(snapshot.all::<EffectiveAdminRules>().count(), 0);
    assert_eq!(snapshot.coverage().of(Kind::EffectiveAdminRules), Extent::Missing(Why::NotPermitted));
    assert_eq!(snapshot.all::<AdminRule>().count(), 1, "which rules there are may be read");
    let said = notes(&gathered);
    assert!(said.contains("hub and 1 more") && said.contains(ACTION), "{said}");
    assert_eq!(gathered.notes.len(), 1, "{said}");
}

#[test]
fn what_is_hidden_below_a_network_manager_is_a_gap() {
    let configurations = format!("{MANAGER}/securityAdminConfigurations");
    let (arm, gathered) = managed(&[(&configurations, Err(forbidden()))]);
    let hidden = Extent::Missing(Why::NotPermitted);
    let coverage = gathered.snapshot.coverage();
    assert_eq!((coverage.of(Kind::AdminRuleCollection), coverage.of(Kind::AdminRule)), (hidden, hidden));
    assert_eq!(coverage.of(Kind::NetworkGroupMember), Extent::Complete);
    assert!(notes(&gathered).contains("securityAdminConfigurations"), "{}", notes(&gathered));
    assert!(arm.asked.borrow().iter().all(|path| !path.ends_with("/rules")));
    let groups = format!("{MANAGER}/networkGroups");
    let (_, gathered) = managed(&[(&groups, Err(forbidden()))]);
    assert_eq!(gathered.snapshot.coverage().of(Kind::NetworkGroupMember), hidden);
    assert_eq!(gathered.snapshot.coverage().of(Kind::AdminRule), Extent::Complete);
}

#[test]
fn service_tags_are_asked_for_where_a_rule_names_one() {
    let asks = |arm: &Pretend| arm.asked.borrow().iter().any(|path| path.contains("serviceTags"));
    assert!(asks(&managed(&[]).0));
    let plain = pretend(&[(&listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub")])]))]);
    gather(&plain, "s").unwrap();
    assert!(!asks(&plain));
    let tags = "/subscriptions/s/providers/Microsoft.Network/locations/eastus/serviceTags";
    let (_, gathered) = managed(&[(tags, Err(forbidden()))]);
    assert_eq!(gathered.snapshot.coverage().of(Kind::ServiceTags), Extent::Missing(Why::NotPermitted));
    assert!(notes(&gathered).contains("serviceTags"), "{}", notes(&gathered));
}
