//! Which addresses of the lab do service tags and application security groups hold?

use crate::address_plan::{CONTROL_PLANE, OPEN_FRONT_END, REGIONAL_FRONT_END, RESTRICTED_FRONT_END};
use ipnet::{IpNet, Ipv4Net};
use model::resource::{AddressPrefix, NetworkInterface, PrivateEndpoint, SecurityRule, ServiceTags};
use model::{ResourceId, Snapshot};

/// Tags that hold the public addresses of Azure AI services, as they are or with a region.
const HOLDING: [&str; 3] = ["AzureCloud", "CognitiveServicesFrontend", "CognitiveServicesManagement"];

/// Tags that hold the address of the sign-in host.
const SIGNING_IN: [&str; 2] = ["AzureCloud", "AzureActiveDirectory"];

/// Tags of other services: no address of the lab is theirs, and a rule with one matches nothing.
const OTHERS: [&str; 35] = [
    "ActionGroup",
    "ApiManagement",
    "AppConfiguration",
    "AppService",
    "AzureActiveDirectoryDomainServices",
    "AzureArcInfrastructure",
    "AzureBackup",
    "AzureBotService",
    "AzureCognitiveSearch",
    "AzureContainerRegistry",
    "AzureCosmosDB",
    "AzureDatabricks",
    "AzureFrontDoor",
    "AzureKeyVault",
    "AzureMachineLearning",
    "AzureMonitor",
    "AzurePlatformDNS",
    "AzurePlatformIMDS",
    "AzurePlatformLKM",
    "AzureResourceManager",
    "AzureSiteRecovery",
    "AzureTrafficManager",
    "AzureUpdateDelivery",
    "DataFactory",
    "EventHub",
    "GatewayManager",
    "GuestAndHybridManagement",
    "LogicApps",
    "MicrosoftContainerRegistry",
    "PowerBI",
    "ServiceBus",
    "ServiceFabric",
    "Sql",
    "Storage",
    "StorageSyncService",
];

/// Tags that every network has a meaning of its own for.
const OWN: [&str; 3] = ["VirtualNetwork", "Internet", "AzureLoadBalancer"];

/// The prefixes of a tag as they are published, if they are; else of a tag in every region, and none for the tags of
/// other services, which hold other addresses.
pub(crate) fn prefixes(snapshot: &Snapshot, tag: &str) -> Vec<IpNet> {
    if let Some(held) = snapshot.all::<ServiceTags>().find_map(|(_, list)| list.find(tag)) {
        return held.prefixes().collect();
    }
    let mut all = Vec::new();
    if HOLDING.iter().any(|known| is(tag, known)) {
        all.extend([RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END]);
    }
    if SIGNING_IN.iter().any(|known| is(tag, known)) {
        all.push(CONTROL_PLANE);
    }
    all.into_iter().map(|at| IpNet::V4(Ipv4Net::from(at))).collect()
}

/// The addresses of the interfaces and endpoints in an application security group.
pub(crate) fn members(snapshot: &Snapshot, group: &ResourceId) -> Vec<IpNet> {
    let of_endpoint = |card: &NetworkInterface| {
        let endpoint = card.private_endpoint.as_ref().and_then(|id| snapshot.find::<PrivateEndpoint>(id));
        endpoint.is_some_and(|endpoint| endpoint.application_security_groups.contains(group))
    };
    let all = snapshot.all::<NetworkInterface>().flat_map(|(_, card)| {
        let whole = of_endpoint(card);
        card.ip_configurations.iter().filter(move |at| whole || at.application_security_groups.contains(group))
    });
    all.filter_map(|configuration| configuration.address).filter(std::net::IpAddr::is_ipv4).map(IpNet::from).collect()
}

/// A tag of a rule that the lab cannot tell the addresses of.
pub(crate) fn unknown<'r>(snapshot: &Snapshot, rule: &'r SecurityRule) -> Option<&'r str> {
    let listed = |tag: &str| snapshot.all::<ServiceTags>().any(|(_, list)| list.find(tag).is_some());
    let known = |tag: &str| {
        HOLDING.iter().chain(&SIGNING_IN).chain(&OTHERS).chain(&OWN).any(|known| is(tag, known)) || listed(tag)
    };
    rule.when.prefixes().find_map(|prefix| match prefix {
        AddressPrefix::Tag(tag) if !known(tag) => Some(tag.as_str()),
        _ => None,
    })
}

/// With or without a region.
fn is(tag: &str, service: &str) -> bool {
    tag.split('.').next().unwrap_or(tag).eq_ignore_ascii_case(service)
}
