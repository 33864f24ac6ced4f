//! Does an endpoint serve the name that is called? Its NIC's own map of names and addresses, and the
//! sub-resource (group id) that it leads to.

use super::{Arrival, endpoints_of};
use crate::client::Service;
use crate::platform::served_names;
use model::resource::{CognitiveServicesAccount, PrivateEndpoint};
use model::{
    Because, Decided, DnsName, Extent, Fact, FactRef, Kind, Mark, ResourceId, Snapshot, Why, private_link_zones,
};
use std::net::IpAddr;

/// What an endpoint does at one of its addresses for a name of its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Serving {
    /// It serves the name there.
    Yes,
    /// It serves the name, and at these addresses alone.
    Elsewhere(Vec<IpAddr>),
    /// It leads to other sub-resources than those that have the name.
    OtherSubResource {
        /// The resource.
        target: ResourceId,
        /// Its endpoints, each with its group ids.
        endpoints: Vec<(ResourceId, Vec<String>)>,
        /// The group ids that have the name.
        needs: Vec<&'static str>,
    },
    /// The account has no custom subdomain: no name of it is served by any endpoint.
    NoSubdomain(ResourceId),
    /// The price tier of the resource offers no private endpoints.
    TierWithout(ResourceId),
}

/// Names of an account of Azure AI services are those of its custom subdomain.
static SUBDOMAIN: Fact = Fact {
    id: "endpoint-needs-a-custom-subdomain",
    text: "A private endpoint of an account of Azure AI services is usable only with a custom subdomain: clients have to call the host of that subdomain.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, read 2026-11-22",
};

/// One endpoint leads to one sub-resource.
static ONE_SUB_RESOURCE: Fact = Fact {
    id: "endpoint-leads-to-one-sub-resource",
    text: "A private endpoint leads to one sub-resource (group id) of its service, such as blob or dfs of a storage account; the names of another sub-resource need an endpoint of their own.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-overview.md (private-link resource) and storage/common/storage-private-endpoints.md, read 2026-11-22",
};

/// An address of an endpoint is for the names that its NIC holds there.
static NAME_AND_ADDRESS: Fact = Fact {
    id: "endpoint-nic-says-which-address-serves-which-name",
    text: "The NIC of a private endpoint holds the names that it serves and the address for each; a service of several members has an address for each member.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns.md, read 2026-11-22",
};

/// What an endpoint does for a name of its service that is called at one of its addresses. The NIC's map
/// decides where it has the name; else the zone table says which sub-resources have it.
pub fn serving(snapshot: &Snapshot, arrival: &Arrival, address: IpAddr, service: &Service) -> Decided<Serving> {
    let (name, host) = (arrival.endpoint.name(), &service.host);
    if let Some(account) = arrival.target.as_ref().filter(|target| has_no_subdomain(snapshot, target)) {
        let text = format!("{} has no custom subdomain, so no name of it is served by {name}", account.name());
        let fact = FactRef::new(account, "customSubDomainName", "");
        return Decided::value(Serving::NoSubdomain(account.clone()), Because::new(text).fact(fact).rule(&SUBDOMAIN));
    }
    if let Some(target) = &arrival.target {
        let tier = super::offers_endpoints(snapshot, target);
        if tier.outcome.is(&false) {
            return Decided::value(Serving::TierWithout(target.clone()), tier.because);
        }
    }
    let names = served_names(snapshot, &arrival.endpoint);
    if let Some((_, addresses)) = names.iter().find(|(name, _)| name == host) {
        let list = addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let fact = FactRef::new(&arrival.network_interface, "privateLinkConnectionProperties.fqdns", host.as_str());
        let decided = |serving, text: String| {
            Decided::value(serving, Because::new(text).fact(fact.clone()).rule(&NAME_AND_ADDRESS))
        };
        return match addresses.contains(&address) {
            true => decided(Serving::Yes, format!("{name} serves {host} at {list}")),
            false => decided(
                Serving::Elsewhere(addresses.clone()),
                format!("{name} serves {host} at {list}, not at {address}"),
            ),
        };
    }
    let unknown = || {
        let text = format!("whether {name} serves {host} is not known");
        Decided::unknown(Why::NotCollected, Because::new(text))
    };
    let Some(target) = &arrival.target else { return unknown() };
    match fits(target, &arrival.groups, service) {
        None => unknown(),
        Some(true) => {
            let text = format!("{name} leads to {} of {}", arrival.groups.join(", "), target.name());
            Decided::value(Serving::Yes, Because::new(text).rule(&ONE_SUB_RESOURCE))
        }
        Some(false) => other_sub_resource(target, vec![(arrival.endpoint.clone(), arrival.groups.clone())], service),
    }
}

/// True for an account of Azure AI services that is known to have no custom subdomain.
pub fn has_no_subdomain(snapshot: &Snapshot, target: &ResourceId) -> bool {
    snapshot.find::<CognitiveServicesAccount>(target).is_some_and(|account| account.custom_subdomain.is_none())
}

fn other_sub_resource(
    target: &ResourceId,
    endpoints: Vec<(ResourceId, Vec<String>)>,
    service: &Service,
) -> Decided<Serving> {
    let needs = needed_groups(target, service);
    let have: Vec<String> =
        endpoints.iter().map(|(id, groups)| format!("{} leads to {}", id.name(), groups.join(", "))).collect();
    let text = format!(
        "{}, and {} is of {} of {}, which has no endpoint here",
        have.join(" and "),
        service.host,
        needs.join(" or "),
        target.name()
    );
    let because = endpoints.iter().fold(Because::new(text), |because, (id, groups)| {
        because.fact(FactRef::new(id, "privateLinkServiceConnections.groupIds", groups.join(", ")))
    });
    let serving = Serving::OtherSubResource { target: target.clone(), endpoints, needs };
    Decided::value(serving, because.rule(&ONE_SUB_RESOURCE))
}

/// Whether endpoints with these group ids of a resource have the name; `None` when nothing tells.
fn fits(target: &ResourceId, groups: &[String], service: &Service) -> Option<bool> {
    let needs = needed_groups(target, service);
    let known = |group: &String| groups_of(target).any(|known| known.eq_ignore_ascii_case(group));
    if needs.is_empty() || groups.is_empty() || !groups.iter().all(known) {
        return None;
    }
    Some(groups.iter().any(|group| needs.iter().any(|need| need.eq_ignore_ascii_case(group))))
}

/// The group ids of a resource's type whose names end as this one does, in the order of the zone table.
/// The read-only copy of a storage account has group ids and names of its own.
pub(super) fn needed_groups(target: &ResourceId, service: &Service) -> Vec<&'static str> {
    let kind = target.resource_type();
    let rows = private_link_zones().iter().filter(|row| row.resource_type.eq_ignore_ascii_case(&kind));
    let is_secondary = |group: &str| group.ends_with("_secondary");
    let named = |row: &&model::ZoneRow| {
        let fits = is_secondary(row.group_id) == service.label.ends_with("-secondary");
        row.suffixes.contains(&service.suffix) && fits
    };
    rows.filter(named).map(|row| row.group_id).collect()
}

fn groups_of(target: &ResourceId) -> impl Iterator<Item = &'static str> {
    let kind = target.resource_type();
    private_link_zones().iter().filter(move |row| row.resource_type.eq_ignore_ascii_case(&kind)).map(|row| row.group_id)
}

/// The endpoints of the resource that a name is of, when none of them leads to the sub-resource that has
/// the name. `None` when one does, or when it cannot be told.
///
/// The resource is known by a sibling name: an endpoint that serves `acct.dfs.core.windows.net` leads to
/// the storage account that `acct.blob.core.windows.net` is of too.
pub fn unserved(snapshot: &Snapshot, service: &Service) -> Option<Decided<Serving>> {
    if matches!(snapshot.coverage().of(Kind::PrivateEndpoint), Extent::Missing(_)) {
        return None;
    }
    let target = sibling_target(snapshot, service)?;
    let mut found = Vec::new();
    for (id, _) in endpoints_of(snapshot, &target) {
        let endpoint = snapshot.find::<PrivateEndpoint>(&id)?;
        let leads = endpoint.connections.iter().filter(|connection| connection.target.as_ref() == Some(&target));
        let groups: Vec<String> = leads.flat_map(|connection| connection.group_ids.iter().cloned()).collect();
        if fits(&target, &groups, service)? {
            return None;
        }
        found.push((id, groups));
    }
    (!found.is_empty()).then(|| other_sub_resource(&target, found, service))
}

/// True when a name is built from the name of a resource of a type that such names belong to, as
/// `acct.blob.core.windows.net` from the storage account `acct`. An account of Azure AI services is named by
/// its subdomain instead.
pub fn has_name_of(service: &Service, target: &ResourceId) -> bool {
    let label = service.label.trim_end_matches("-secondary");
    let kind = target.resource_type();
    let is_of_type = service.resource_types.iter().any(|known| known.eq_ignore_ascii_case(&kind));
    is_of_type && !service.is_of(Kind::CognitiveServicesAccount) && target.name().eq_ignore_ascii_case(label)
}

/// The resource with endpoints that has the name's label under another suffix of its own type.
fn sibling_target(snapshot: &Snapshot, service: &Service) -> Option<ResourceId> {
    let rows = || private_link_zones().iter();
    let siblings = service.resource_types.iter().copied().flat_map(|kind| {
        let rows = rows().filter(move |row| row.resource_type == kind);
        rows.flat_map(move |row| row.suffixes.iter().map(move |suffix| (kind, *suffix)))
    });
    let mut named = siblings.filter(|(_, suffix)| *suffix != service.suffix).filter_map(|(kind, suffix)| {
        let name = DnsName::below(&service.label, suffix).ok()?;
        let target = crate::client::served(snapshot, &name)?;
        let fits =
            target.resource_type().eq_ignore_ascii_case(kind) && target.name().eq_ignore_ascii_case(&service.label);
        fits.then_some(target)
    });
    named.next()
}
