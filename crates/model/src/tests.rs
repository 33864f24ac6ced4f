//! Does a snapshot keep its promises: changes, their undo, children and coverage?

use crate::resource::{NetworkPolicies, Subnet, VirtualNetwork};
use crate::{Body, Change, ClientFact, Coverage, Kind, Known, Resource, ResourceId, Snapshot, Why};
use proptest::prelude::*;
use std::sync::Arc;

fn vnet(name: &str) -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/virtualNetworks", &[name])
}

fn estate() -> Snapshot {
    let mut resources = Vec::new();
    for name in ["hub", "hub2", "spoke"] {
        resources.push(Resource::new(vnet(name), Body::VirtualNetwork(VirtualNetwork::default())));
        for subnet in ["a", "b"] {
            let id = vnet(name).child("subnets", subnet);
            resources.push(Resource::new(id, Body::Subnet(Subnet::default())));
        }
    }
    Snapshot::new(resources, Coverage::complete())
}

#[test]
fn children_are_those_of_the_parent_only() {
    let estate = estate();
    let names: Vec<_> = estate.children::<Subnet>(&vnet("HUB")).map(|(id, _)| id.as_str().to_owned()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.contains("/hub/")));
}

#[test]
fn set_and_undo() {
    let before = estate();
    let id = vnet("hub").child("subnets", "a");
    let change = Change::set(&id, "privateEndpointNetworkPolicies", "NetworkSecurityGroupEnabled");
    let after = before.with(std::slice::from_ref(&change));
    let policies = &after.find::<Subnet>(&id).unwrap().private_endpoint_network_policies;
    assert_eq!(*policies, Known::Value(NetworkPolicies::NetworkSecurityGroupEnabled));
    assert_eq!(after.with(&change.undo(&before)), before);
}

#[test]
fn set_of_what_cannot_be_set_changes_nothing() {
    let before = estate();
    let id = vnet("hub").child("subnets", "a");
    for change in [
        Change::set(&id, "privateEndpointNetworkPolicies", "Nonsense"),
        Change::set(&id, "noSuchProperty", "x"),
        Change::set(&vnet("absent"), "x", "y"),
    ] {
        assert_eq!(before.with(&[change]), before);
    }
}

#[test]
fn delete_takes_the_children_and_undo_brings_them_back() {
    let before = estate();
    let change = Change::Delete(vnet("hub"));
    let after = before.with(std::slice::from_ref(&change));
    assert_eq!(after.len(), 6);
    assert!(after.get(&vnet("hub2")).is_some());
    assert_eq!(after.with(&change.undo(&before)), before);
}

#[test]
fn a_hidden_kind_is_missing_not_absent() {
    let hidden = estate().without(Kind::Subnet, Why::NotPermitted);
    assert_eq!(hidden.all::<Subnet>().count(), 0);
    assert!(!hidden.coverage().of(Kind::Subnet).is_whole());
    assert!(hidden.coverage().of(Kind::VirtualNetwork).is_whole());
}

fn any_change() -> impl Strategy<Value = Change> {
    let id = (0..4usize, 0..3usize).prop_map(|(network, subnet)| {
        let network = vnet(["hub", "hub2", "spoke", "new"][network]);
        [network.clone(), network.child("subnets", "a"), network.child("subnets", "c")][subnet].clone()
    });
    prop_oneof![
        id.clone().prop_map(Change::Delete),
        id.clone().prop_map(|id| Change::set(&id, "privateEndpointNetworkPolicies", "Enabled")),
        id.prop_map(|id| {
            let is_subnet = id.parent().is_some();
            let body = if is_subnet {
                Body::Subnet(Subnet::default())
            } else {
                Body::VirtualNetwork(VirtualNetwork::default())
            };
            Change::Put(Arc::new(Resource::new(id, body)))
        }),
        ("[AB]", proptest::option::of("[xy]"))
            .prop_map(|(name, value)| Change::Outside(ClientFact::Environment { name, value })),
    ]
}

proptest! {
    #[test]
    fn undoing_in_reverse_order_is_the_identity(changes in proptest::collection::vec(any_change(), 0..12)) {
        let before = estate();
        let mut steps = vec![before.clone()];
        for change in &changes {
            let next = steps.last().unwrap().with(std::slice::from_ref(change));
            steps.push(next);
        }
        let mut now = steps.last().unwrap().clone();
        for (change, at) in changes.iter().zip(&steps).rev() {
            now = now.with(&change.undo(at));
        }
        prop_assert_eq!(now, before);
    }
}

#[test]
fn the_search_list_is_tried_before_names_with_few_dots() {
    use crate::DnsName;
    use crate::observation::ClientSeen;
    let search = ["default.svc.cluster.local", "cluster.local.", "", "."].map(str::to_owned).into();
    let client = ClientSeen { search, ndots: 5, ..ClientSeen::default() };
    let tried = |client: &ClientSeen, name: &str| -> Vec<String> {
        client.tried_before(&DnsName::parse(name).unwrap()).iter().map(ToString::to_string).collect()
    };
    let name = "yourresource.openai.azure.com";
    let longer = [format!("{name}.default.svc.cluster.local"), format!("{name}.cluster.local")];
    assert_eq!(tried(&client, name), longer);
    assert_eq!(tried(&client, "a.b.c.d.e.f"), Vec::<String>::new(), "as many dots as ndots");
    assert_eq!(tried(&ClientSeen { ndots: 1, ..client }, name), Vec::<String>::new());
}
