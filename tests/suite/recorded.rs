//! Is what real `az` prints of an estate read as the estate? Each folder of `tests/recorded` is named after a scenario
//! and holds what az 2.91 printed on the operator's host of a lab that played it.

use model::resource::{
    CognitiveServicesAccount, NetworkInterface, PrivateDnsZone, PrivateDnsZoneGroup, PrivateEndpoint, VirtualMachine,
    VirtualNetworkLink, WebApp,
};
use model::{Kind, ResourceId, Snapshot};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Kinds whose whole body is compared: az prints all that the scenario says of them, and no more than that.
const WHOLE: [Kind; 24] = [
    Kind::VirtualNetwork,
    Kind::Subnet,
    Kind::Peering,
    Kind::SecurityRule,
    Kind::RouteTable,
    Kind::Route,
    Kind::LoadBalancer,
    Kind::VirtualNetworkGateway,
    Kind::LocalNetworkGateway,
    Kind::GatewayConnection,
    Kind::VirtualNetworkLink,
    Kind::PrivateEndpointConnection,
    Kind::PrivateLinkResource,
    Kind::ManagedCluster,
    Kind::ApiManagement,
    Kind::ApiBackend,
    Kind::ContainerApp,
    Kind::ManagedEnvironment,
    Kind::DnsResolver,
    Kind::InboundEndpoint,
    Kind::OutboundEndpoint,
    Kind::ForwardingRuleset,
    Kind::ForwardingRule,
    Kind::RulesetLink,
];

/// The recordings: the scenario, what was read without a note and with no kind unknown, and what the scenario means.
fn recordings() -> Vec<(String, Snapshot, Snapshot)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let one = |folder: PathBuf| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let gathered = gather::files(&folder).unwrap();
        let problems: Vec<_> = gathered.notes.iter().map(|note| &note.text).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
        let strange = gathered.snapshot.iter().find(|resource| resource.body.kind() == Kind::Other);
        assert!(strange.is_none(), "{name}: {strange:?}");
        let scenario = lab::scenario(&name).unwrap();
        let meant = scenario.healthy.with(&scenario.changes);
        (name, gathered.snapshot, meant)
    };
    folders.into_iter().map(one).collect()
}

#[test]
fn every_recording_is_read_without_a_complaint() {
    assert!(!recordings().is_empty());
}

#[test]
fn what_az_prints_is_the_estate() {
    let (mut seen, mut others) = (BTreeSet::new(), Vec::new());
    for (name, read, meant) in recordings() {
        for resource in read.iter().filter(|resource| WHOLE.contains(&resource.body.kind())) {
            let id = &resource.id;
            let known = meant.get(id).unwrap_or_else(|| panic!("{name}: {id} is not in the scenario"));
            if resource.body != known.body {
                others.push(format!("{name}: {:#?}\nis not {:#?}", resource.body, known.body));
            }
            seen.insert(resource.body.kind());
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
    let unseen: Vec<_> = WHOLE.iter().filter(|kind| !seen.contains(kind)).collect();
    assert!(unseen.is_empty(), "no recording has {unseen:?}");
}

/// What az prints of these, ARM says more than a scenario does: what both say is compared.
#[test]
fn what_az_prints_agrees_where_arm_says_more() {
    for (name, read, meant) in recordings() {
        let both = |id: &ResourceId| read.get(id).is_some() && meant.get(id).is_some();
        for (id, endpoint) in read.all::<PrivateEndpoint>().filter(|(id, _)| both(id)) {
            let known = meant.find::<PrivateEndpoint>(id).unwrap();
            assert_eq!((&endpoint.subnet, &endpoint.network_interfaces), (&known.subnet, &known.network_interfaces));
            assert_eq!(endpoint.connections.len(), known.connections.len(), "{name}: {id}");
        }
        for (id, card) in read.all::<NetworkInterface>().filter(|(id, _)| both(id)) {
            let known = meant.find::<NetworkInterface>(id).unwrap();
            assert!(card.addresses().eq(known.addresses()), "{name}: {id}");
            assert_eq!((card.ip_forwarding, card.subnet()), (known.ip_forwarding, known.subnet()), "{name}: {id}");
        }
        for (id, machine) in read.all::<VirtualMachine>() {
            assert_eq!(machine, meant.find::<VirtualMachine>(id).unwrap(), "{name}: {id}");
        }
        for (id, zone) in read.all::<PrivateDnsZone>() {
            let links = meant.children::<VirtualNetworkLink>(id).count();
            assert_eq!(zone.links, u64::try_from(links).ok(), "{name}: {id}");
        }
        for (id, group) in read.all::<PrivateDnsZoneGroup>() {
            assert_eq!(group.configs.len(), meant.find::<PrivateDnsZoneGroup>(id).unwrap().configs.len());
        }
    }
    let healthy = recordings().into_iter().find(|(name, ..)| name == "healthy");
    let (_, read, meant) = healthy.expect("there is a recording of the healthy estate");
    assert_eq!(read.all::<CognitiveServicesAccount>().count(), meant.all::<CognitiveServicesAccount>().count());
    assert_eq!(read.all::<WebApp>().count(), meant.all::<WebApp>().count());
    assert_eq!(read.all::<NetworkInterface>().count(), meant.all::<NetworkInterface>().count());
    assert_eq!(read.all::<PrivateEndpoint>().count(), meant.all::<PrivateEndpoint>().count());
}
