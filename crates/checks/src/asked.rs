//! What was asked of DNS, in the words that the DNS checks share?

use crate::servers::{app_setting, cluster_setting};
use finding::{Confidence, Cx, Evidence};
use model::resource::{
    NetworkInterface, PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateEndpointConnection, RecordData, RecordSet, VirtualNetworkLink,
};
use model::{Because, Body, Change, Extent, Key, Kind, Known, Resource, ResourceId, Stage, ZoneRow};
use path::client::{self, Named, Service};
use path::dns::{Answer, Resolution, record_for};
use path::endpoint::Landing;
use path::route::Routing;
use path::standing::Standing;
use path::{Trace, standing};
use std::net::IpAddr;
use std::sync::Arc;

/// A question for a Private Link name whose resolution is known from configuration.
pub(crate) struct Asked<'t> {
    pub(crate) service: &'t Service,
    pub(crate) resolution: &'t Resolution,
    pub(crate) because: &'t Because,
    /// The network whose resolver answers.
    pub(crate) network: ResourceId,
    /// Where the client stands.
    standing: Standing,
    /// The asked resource.
    pub(crate) target: ResourceId,
    /// The endpoints that lead to the asked resource, each with its addresses.
    pub(crate) endpoints: Vec<(ResourceId, Vec<IpAddr>)>,
}

impl<'t> Asked<'t> {
    /// `None` unless the name is of Private Link, Azure DNS of a network answers, and the asked
    /// resource has an endpoint in the snapshot. Nor where a setting of the client alone is the fault.
    pub(crate) fn of(cx: &Cx<'_>, trace: &'t Trace) -> Option<Self> {
        let network = trace.resolution()?.network.clone()?;
        if app_setting(cx, trace).is_some() || cluster_setting(cx, trace).is_some() {
            return None;
        }
        Self::at(cx, trace, network)
    }

    fn at(cx: &Cx<'_>, trace: &'t Trace, network: ResourceId) -> Option<Self> {
        let service = match trace.named()? {
            Named::Public(service) | Named::Privatelink(service) => service,
            Named::Regional(_) | Named::Address(_) | Named::Other(_) => return None,
        };
        let resolution = trace.resolution()?;
        let because = &trace.at(Stage::Dns).next()?.because;
        let target = client::target(cx.snapshot(), service).value()?.clone()?;
        let endpoints = endpoints(cx, &target);
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome.value()?.clone();
        (!endpoints.is_empty()).then_some(Self { service, resolution, because, network, standing, target, endpoints })
    }

    /// The endpoints that packets from the client are known to have a way to, or to have none.
    pub(crate) fn reached(&self, cx: &Cx<'_>, has_a_way: bool) -> Vec<&(ResourceId, Vec<IpAddr>)> {
        let is_wanted = |routing: &Routing| match routing {
            Routing::Local | Routing::Peering(_) | Routing::Gateway(_) => has_a_way,
            Routing::NoPath => !has_a_way,
            Routing::Internet | Routing::Dropped(_) | Routing::Appliance { .. } => false,
        };
        let goes = |address: IpAddr, endpoint: &ResourceId| {
            let landing = path::endpoint::landing(cx.snapshot(), self.standing.entry(), address).outcome;
            let Known::Value(Landing::Endpoint(arrival)) = landing else { return false };
            let routing = path::route::to_endpoint(cx.snapshot(), &self.standing, address, &arrival).outcome;
            arrival.endpoint == *endpoint && routing.value().is_some_and(is_wanted)
        };
        let found = self.endpoints.iter();
        found
            .filter(|(id, addresses)| !addresses.is_empty() && addresses.iter().all(|address| goes(*address, id)))
            .collect()
    }

    /// The network that the client's packets start in.
    pub(crate) fn client_network(&self) -> &ResourceId {
        self.standing.entry().unwrap_or(&self.network)
    }

    /// True when every endpoint that the asked resource has is known, and none can be reached from the
    /// client's network: a record would only lead into the void.
    pub(crate) fn is_out_of_reach(&self, cx: &Cx<'_>) -> bool {
        let mut connections = cx.snapshot().children::<PrivateEndpointConnection>(&self.target);
        let known = |id: &ResourceId| self.endpoints.iter().any(|(endpoint, _)| endpoint == id);
        let extent = cx.snapshot().coverage().of_children(&self.target, Kind::PrivateEndpointConnection);
        extent.is_whole()
            && connections.all(|(_, connection)| connection.private_endpoint.as_ref().is_some_and(known))
            && self.reached(cx, false).len() == self.endpoints.len()
    }

    /// True when public DNS answers although no linked zone was asked.
    pub(crate) fn is_unlinked(&self) -> bool {
        matches!(self.resolution.answer, Answer::Public { fallback: None, aliased: true })
    }

    /// The linked zone that lacks the record, whether or not public DNS then answers.
    pub(crate) fn lacking_zone(&self) -> Option<&'t ResourceId> {
        silent_zone(self.resolution).filter(|zone| zone.name().eq_ignore_ascii_case(self.service.zone))
    }

    /// The zones of the right name.
    pub(crate) fn zones<'s>(&self, cx: &Cx<'s>) -> Vec<&'s ResourceId> {
        let named = |zone: &&ResourceId| zone.name().eq_ignore_ascii_case(self.service.zone);
        cx.all::<PrivateDnsZone>().map(|(id, _)| id).filter(named).collect()
    }

    /// True when a zone has a record for the asked name with an address of its endpoint.
    pub(crate) fn has_right_record(&self, cx: &Cx<'_>, zone: &ResourceId) -> bool {
        let alias = model::DnsName::below(&self.service.label, zone.name());
        let record = alias.ok().and_then(|alias| record_for(cx.snapshot(), zone, &alias));
        record.is_some_and(|(_, set)| set.addresses().iter().any(|address| self.is_own(*address)))
    }

    /// True for an address of an endpoint that leads to the asked resource.
    pub(crate) fn is_own(&self, address: IpAddr) -> bool {
        self.endpoints.iter().any(|(_, addresses)| addresses.contains(&address))
    }

    /// Another zone of the same name that has the record which this one lacks.
    pub(crate) fn twin_with_record<'s>(&self, cx: &Cx<'s>, zone: &ResourceId) -> Option<&'s ResourceId> {
        self.zones(cx).into_iter().find(|twin| *twin != zone && self.has_right_record(cx, twin))
    }

    /// A mis-named zone that holds what the right one should: one that a zone group of the endpoint
    /// names, or that has the record, under a name that no Private Link service has.
    pub(crate) fn misnamed_zone<'s>(&self, cx: &Cx<'s>) -> Option<&'s ResourceId> {
        let known = |zone: &ResourceId| {
            let mut zones = model::private_link_zones().iter().flat_map(|row| &row.zones);
            zones.any(|name| name.eq_ignore_ascii_case(zone.name()))
        };
        self.holding_zone(cx, |zone| !known(zone))
    }

    /// A zone for the same kind of service in another Azure cloud that holds what the right one should.
    pub(crate) fn sovereign_zone<'s>(&self, cx: &Cx<'s>) -> Option<(&'s ResourceId, &'static str)> {
        let rows = || {
            let all = model::private_link_zones().iter();
            all.filter(|row| self.service.resource_types.contains(&row.resource_type))
        };
        let has = |row: &ZoneRow, zone: &str| row.zones.iter().any(|name| name.eq_ignore_ascii_case(zone));
        let own = rows().find(|row| has(row, self.service.zone))?.cloud;
        let other = |zone: &ResourceId| rows().find(|row| row.cloud != own && has(row, zone.name()));
        let shared = |zone: &ResourceId| rows().any(|row| row.cloud == own && has(row, zone.name()));
        let zone = self.holding_zone(cx, |zone| other(zone).is_some() && !shared(zone))?;
        Some((zone, other(zone)?.cloud))
    }

    /// A zone of a certain kind that a zone group of the endpoint names, or that has the record.
    fn holding_zone<'s>(&self, cx: &Cx<'s>, wanted: impl Fn(&ResourceId) -> bool) -> Option<&'s ResourceId> {
        let grouped = |zone: &ResourceId| {
            self.endpoints.iter().any(|(endpoint, _)| {
                let mut configs = cx.children::<PrivateDnsZoneGroup>(endpoint).flat_map(|(_, group)| &group.configs);
                configs.any(|config| config.zone.as_ref() == Some(zone))
            })
        };
        let mut zones = cx.all::<PrivateDnsZone>().map(|(id, _)| id).filter(|id| wanted(id));
        zones.find(|id| grouped(id) || self.has_right_record(cx, id))
    }

    /// The zone group of an endpoint after it covers a zone too, in place of others if so said.
    pub(crate) fn group_with(&self, cx: &Cx<'_>, zone: &ResourceId, without: Option<&ResourceId>) -> Option<Change> {
        let (endpoint, _) = self.endpoints.first()?;
        let found = cx.children::<PrivateDnsZoneGroup>(endpoint).next();
        let (id, mut group) = match found {
            Some((id, group)) => (id.clone(), group.clone()),
            None => (endpoint.child("privateDnsZoneGroups", "default"), PrivateDnsZoneGroup::default()),
        };
        group.configs.retain(|config| config.zone.as_ref() != without || without.is_none());
        let mut zones = vec![zone.clone()];
        if found.is_none() {
            zones.extend(Self::other_zones(cx, endpoint, zone));
        }
        for zone in zones.into_iter().take(MAX_ZONES_OF_A_GROUP) {
            if !group.configs.iter().any(|config| config.zone.as_ref() == Some(&zone)) {
                let name = zone.name().replace('.', "-");
                group.configs.push(PrivateDnsZoneConfig { name, zone: Some(zone) });
            }
        }
        let old = cx.resource(&id);
        let resource = Resource {
            document: old.map_or_else(|| Arc::from(""), |old| Arc::clone(&old.document)),
            ..Resource::new(id, Body::PrivateDnsZoneGroup(group))
        };
        Some(Change::Put(Arc::new(resource)))
    }

    /// The zones beside `zone` that the endpoint's other names belong in.
    fn other_zones(cx: &Cx<'_>, endpoint: &ResourceId, zone: &ResourceId) -> Vec<ResourceId> {
        let names = path::platform::served_names(cx.snapshot(), endpoint);
        let wanted: Vec<Service> = names.iter().filter_map(|(name, _)| client::service(name)).collect();
        let is_wanted = |id: &&ResourceId| wanted.iter().any(|service| service.zone.eq_ignore_ascii_case(id.name()));
        let beside = |id: &&ResourceId| id.resource_group() == zone.resource_group() && *id != zone;
        cx.all::<PrivateDnsZone>().map(|(id, _)| id).filter(is_wanted).filter(beside).cloned().collect()
    }

    /// Evidence for what DNS decides.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        Evidence::of(self.because)
    }
}

/// A zone group has at most five zones (private-link/private-endpoint-dns-integration.md).
const MAX_ZONES_OF_A_GROUP: usize = 5;

/// The endpoints that lead to a resource, each with its addresses.
pub(crate) fn endpoints(cx: &Cx<'_>, target: &ResourceId) -> Vec<(ResourceId, Vec<IpAddr>)> {
    cx.by::<PrivateEndpoint>(&Key::LeadsTo(target.clone()))
        .into_iter()
        .map(|(id, _)| {
            let nics = cx.by::<NetworkInterface>(&Key::InterfaceOf(id.clone()));
            (id.clone(), nics.into_iter().flat_map(|(_, nic)| nic.addresses()).collect())
        })
        .collect()
}

/// The link of a zone to a network.
pub(crate) fn link_to<'s>(cx: &Cx<'s>, zone: &ResourceId, network: &ResourceId) -> Option<&'s ResourceId> {
    let mut links = cx.children::<VirtualNetworkLink>(zone);
    links.find(|(_, link)| link.virtual_network.as_ref() == Some(network)).map(|(id, _)| id)
}

/// The zone that was asked and lacks the name, whatever it is called.
pub(crate) fn silent_zone(resolution: &Resolution) -> Option<&ResourceId> {
    match &resolution.answer {
        Answer::NxDomain { zone } | Answer::Public { fallback: Some(zone), .. } => Some(zone),
        Answer::Public { .. }
        | Answer::Private { .. }
        | Answer::Seen { .. }
        | Answer::Pinned(_)
        | Answer::Circle
        | Answer::Silent => None,
    }
}

/// The record sets of a zone that answer a name: not SOA, TXT and the like.
pub(crate) fn answers<'s>(cx: &Cx<'s>, zone: &ResourceId) -> Vec<&'s ResourceId> {
    let sets = cx.children::<RecordSet>(zone);
    sets.filter(|(_, set)| !matches!(set.data, RecordData::Other)).map(|(id, _)| id).collect()
}

/// How sure a conclusion is that rests on these kinds being complete, and on this reason.
pub(crate) fn confidence(cx: &Cx<'_>, because: &Because, whole: &[Kind]) -> Option<Confidence> {
    let assumed = whole.iter().any(|kind| cx.snapshot().coverage().of(*kind) == Extent::Assumed);
    let most = Confidence::at_most(because)?;
    Some(if assumed { most.min(Confidence::Inferred) } else { most })
}

/// `resource group G`, or the subscription's id where there is no group.
pub(crate) fn group(id: &ResourceId) -> String {
    format!("resource group {}", id.resource_group().unwrap_or("?"))
}
