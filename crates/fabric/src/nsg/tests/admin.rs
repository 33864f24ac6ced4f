//! Do security admin rules and groups together equal an evaluator that tries every rule on every packet?

use super::*;
use crate::nsg::outbound;
use model::resource::{
    AdminAccess, AdminRule, AdminRuleCollection, EffectiveAdminRules, NetworkGroupMember, NetworkManager,
};
use model::{Change, Extent, Kind};
use std::sync::Arc;

fn manager(name: &str) -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/networkManagers", &[name])
}

fn rule_id(of: &str, number: usize) -> ResourceId {
    let collection = manager(of).child("securityAdminConfigurations", "c").child("ruleCollections", "rules");
    collection.child("rules", &format!("a{number}"))
}

fn admin_rule() -> impl Strategy<Value = AdminRule> {
    let access = prop_oneof![Just(AdminAccess::Allow), Just(AdminAccess::AlwaysAllow), Just(AdminAccess::Deny)];
    (rule(), access, 1..40u16).prop_map(|(alike, access, priority)| AdminRule {
        priority,
        access,
        when: Conditions {
            direction: Direction::Outbound,
            protocol: alike.when.protocol,
            sources: without_groups(alike.when.sources),
            source_ports: vec![PortRange::ANY],
            destinations: without_groups(alike.when.destinations),
            destination_ports: alike.when.destination_ports,
        },
    })
}

fn without_groups(prefixes: Vec<AddressPrefix>) -> Vec<AddressPrefix> {
    let rest: Vec<_> = prefixes.into_iter().filter(|prefix| !matches!(prefix, AddressPrefix::Group(_))).collect();
    if rest.is_empty() { vec![AddressPrefix::Any] } else { rest }
}

fn admin_rules() -> impl Strategy<Value = Vec<AdminRule>> {
    proptest::collection::vec(admin_rule(), 0..5).prop_map(|mut rules| {
        rules.sort_by_key(|rule| rule.priority);
        rules.dedup_by_key(|rule| rule.priority);
        rules
    })
}

fn put(id: ResourceId, body: Body) -> Change {
    Change::Put(Arc::new(Resource::new(id, body)))
}

/// The estate with these rules of the group and these that apply to the network.
fn ruled(rules: &[SecurityRule], admin: Option<&[AdminRule]>) -> Snapshot {
    let outbound: Vec<SecurityRule> = rules
        .iter()
        .map(|rule| SecurityRule {
            when: Conditions { direction: Direction::Outbound, ..rule.when.clone() },
            ..rule.clone()
        })
        .collect();
    let own = Subnet { network_security_group: Some(group()), ..Subnet::default() };
    let mut changes = vec![put(subnet(), Body::Subnet(own))];
    if let Some(admin) = admin {
        let rules = admin.iter().enumerate().map(|(number, rule)| (rule_id("m", number), rule.clone())).collect();
        changes.push(put(
            EffectiveAdminRules::id_of(&network()),
            Body::EffectiveAdminRules(EffectiveAdminRules { rules }),
        ));
    }
    estate(&outbound).with(&changes)
}

fn leaves(snapshot: &Snapshot, source: Side, destination: IpAddr) -> Known<Passage> {
    let standing = Standing { network: Some(network()), subnet: Some(subnet()), ..Standing::outside() };
    let packet = Packet { source, destination: one(destination), protocol: Protocol::Tcp, port: 443 };
    outbound(snapshot, &standing, &packet).outcome
}

fn passes(outcome: &Known<Passage>) -> Option<bool> {
    outcome.value().map(|passage| matches!(passage, Passage::NoGroup | Passage::Allowed(_) | Passage::AlwaysAllowed(_)))
}

/// One packet, admin rules first, by the words of the documentation.
fn packet_passes(admin: &[AdminRule], rules: &[SecurityRule], source: IpAddr, destination: IpAddr) -> bool {
    for rule in admin {
        let probe = SecurityRule {
            priority: 100,
            access: Access::Deny,
            when: Conditions { direction: Direction::Inbound, ..rule.when.clone() },
        };
        // A packet that matches gets the access of the probe, and the opposite of it: so it is told from default rules.
        let matches = [Access::Allow, Access::Deny]
            .into_iter()
            .all(|access| naive(&[SecurityRule { access, ..probe.clone() }], source, destination) == access);
        match (matches, rule.access) {
            (false, _) => {}
            (true, AdminAccess::Deny) => return false,
            (true, AdminAccess::AlwaysAllow) => return true,
            (true, AdminAccess::Allow) => break,
        }
    }
    naive(rules, source, destination) == Access::Allow
}

proptest! {
    /// What applies is known: every packet is decided, and as one by one.
    #[test]
    fn admin_rules_as_packet_by_packet(admin in admin_rules(), rules in rules(), from in 0..8u8, to in 0..8u8) {
        let (from, to) = (IpAddr::from([10, 0, 0, from]), IpAddr::from([10, 0, 0, to]));
        let outcome = leaves(&ruled(&rules, Some(&admin)), one(from), to);
        prop_assert_eq!(passes(&outcome), Some(packet_passes(&admin, &rules, from, to)), "{:?}", outcome);
    }

    /// A set of senders is decided only when all agree, and then as they do.
    #[test]
    fn a_set_under_admin_rules_as_its_members(admin in admin_rules(), rules in rules(), low in 0..8u8, length in 29..=32u8, to in 0..8u8) {
        let net = ipnet::Ipv4Net::new(Ipv4Addr::new(10, 0, 0, low), length).unwrap().trunc();
        let to = IpAddr::from([10, 0, 0, to]);
        let members = (0..8u8).map(|low| IpAddr::from([10, 0, 0, low])).filter(|at| IpNet::V4(net).contains(at));
        let each: Vec<bool> = members.map(|member| packet_passes(&admin, &rules, member, to)).collect();
        if let Some(all) = passes(&leaves(&ruled(&rules, Some(&admin)), Side::Prefixes(vec![IpNet::V4(net)]), to)) {
            prop_assert!(each.iter().all(|member| *member == all), "{all} but {each:?}");
        }
    }

    /// Rules that may apply or not decide only what comes out the same with any of them and without.
    #[test]
    fn rules_that_may_apply_decide_where_it_is_the_same(admin in admin_rules(), rules in rules(), from in 0..8u8, to in 0..8u8) {
        let (from, to) = (IpAddr::from([10, 0, 0, from]), IpAddr::from([10, 0, 0, to]));
        let candidates = admin.iter().enumerate().map(|(number, rule)| put(rule_id("m", number), Body::AdminRule(rule.clone())));
        let outcome = leaves(&ruled(&rules, None).with(&candidates.collect::<Vec<_>>()), one(from), to);
        let subsets = (0..1u32 << admin.len()).map(|mask| {
            let applied: Vec<AdminRule> =
                admin.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, rule)| rule.clone()).collect();
            packet_passes(&applied, &rules, from, to)
        });
        let each: BTreeSet<bool> = subsets.collect();
        match passes(&outcome) {
            Some(all) => prop_assert_eq!(each, BTreeSet::from([all])),
            None => prop_assert_eq!(each.len(), 2, "it is the same in any case"),
        }
    }
}

fn deny_https(priority: u16, access: AdminAccess) -> AdminRule {
    AdminRule {
        priority,
        access,
        when: Conditions {
            direction: Direction::Outbound,
            protocol: Protocol::Tcp,
            sources: vec![AddressPrefix::Any],
            source_ports: vec![PortRange::ANY],
            destinations: vec![AddressPrefix::Any],
            destination_ports: vec![PortRange::one(443)],
        },
    }
}

fn to_endpoint(snapshot: &Snapshot) -> (Known<Passage>, String) {
    let standing = Standing { network: Some(network()), subnet: Some(subnet()), ..Standing::outside() };
    let (source, destination) = (one("10.0.0.1".parse().unwrap()), one("10.0.0.4".parse().unwrap()));
    let decided = outbound(snapshot, &standing, &Packet { source, destination, protocol: Protocol::Tcp, port: 443 });
    (decided.outcome, decided.because.text)
}

#[test]
fn what_is_not_deployed_for_sure_is_said() {
    let group = manager("m").child("networkGroups", "all");
    let rule = put(rule_id("m", 0), Body::AdminRule(deny_https(1, AdminAccess::Deny)));
    let (outcome, words) = to_endpoint(&ruled(&[], None).with(std::slice::from_ref(&rule)));
    assert!(matches!(outcome, Known::Unknown(Why::NotCollected)) && words.contains("m applies it to vnet"), "{words}");
    let collection = rule_id("m", 0).parent().unwrap();
    let member = NetworkGroupMember { resource: Some(network()) };
    let grouped = [
        rule,
        put(collection, Body::AdminRuleCollection(AdminRuleCollection { groups: vec![group.clone()] })),
        put(group.child("staticMembers", "vnet"), Body::NetworkGroupMember(member)),
    ];
    let (outcome, words) = to_endpoint(&ruled(&[], None).with(&grouped));
    assert!(outcome.value().is_none() && words.contains("deployed"), "{words}");
    // What Azure says applies wins.
    assert!(matches!(to_endpoint(&ruled(&[], Some(&[])).with(&grouped)).0, Known::Value(Passage::Allowed(_))));
}

#[test]
fn a_manager_whose_rules_are_not_there_leaves_it_open() {
    let outcome = |security_admin| {
        let body = Body::NetworkManager(NetworkManager { security_admin });
        let snapshot = ruled(&[], None).with(&[put(manager("m"), body)]);
        to_endpoint(&snapshot.without(Kind::AdminRule, Why::NotCollected)).0
    };
    assert!(outcome(Known::Unknown(Why::NotCollected)).value().is_none());
    assert!(matches!(outcome(Known::Value(false)), Known::Value(Passage::Allowed(_))), "it has no such rules");
    let snapshot = ruled(&[], None);
    assert_eq!(snapshot.coverage().of(Kind::AdminRule), Extent::Complete);
}

#[test]
fn managers_that_differ_decide_nothing_and_those_that_agree_do() {
    let outcome = |other: AdminAccess| {
        let rules =
            vec![(rule_id("m", 0), deny_https(5, AdminAccess::Deny)), (rule_id("root", 0), deny_https(1, other))];
        let body = Body::EffectiveAdminRules(EffectiveAdminRules { rules });
        to_endpoint(&ruled(&[], None).with(&[put(EffectiveAdminRules::id_of(&network()), body)])).0
    };
    assert!(matches!(outcome(AdminAccess::Deny), Known::Value(Passage::Forbidden(_))));
    assert!(outcome(AdminAccess::AlwaysAllow).value().is_none(), "which scope is higher is not known");
}
