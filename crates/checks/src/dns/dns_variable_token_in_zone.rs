//! Does the zone of an endpoint lack the region or partition that its names carry?

use crate::asked::{confidence, group};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup, PrivateEndpoint, VirtualNetworkLink};
use model::{Because, Body, Change, DnsName, FactRef, Kind, Resource, ResourceId};
use path::TokenZone;
use std::sync::Arc;

check! {
    /// ## What it finds
    ///
    /// An endpoint whose names carry a region, a partition or a prefix that its zone has to carry too, such as
    /// `app.2.azurestaticapps.net`, and whose zone group names a zone of the same service without that token or with
    /// another one: `privatelink.azurestaticapps.net` in place of `privatelink.2.azurestaticapps.net`.
    ///
    /// ## Why it breaks
    ///
    /// Public DNS leads the name to an alias in the zone with the token. A zone without it is never asked, though
    /// zone, link and zone group are all there: the name resolves publicly. Tables and templates with one fixed
    /// zone for a service give it, and so does a service that was made in another region later.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A zone name that no service has is `dns-wrong-zone-name`, one of another cloud `dns-sovereign-suffix`. An
    /// endpoint without any zone group may have its records made by hand, in a zone of its own.
    ///
    /// ## How to repair
    ///
    /// Take the zone from the alias of the name, not from a table. Create it, link it wherever the other one is
    /// linked, and let the zone group name it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (zones with placeholders). Seen in
    /// github.com/Azure/static-web-apps issue 983 and github.com/Azure/azure-policy issue 1223.
    pub struct DnsVariableTokenInZone = {
        code: "DNS018",
        name: "dns-variable-token-in-zone",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The zone name lacks the region or partition that this service puts into it.",
        needs: [PrivateDnsZone, VirtualNetworkLink, PrivateEndpoint, NetworkInterface, PrivateDnsZoneGroup],
        since: "0.1.0",
    }
}

impl Check for DnsVariableTokenInZone {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (endpoint, found) in cx.all::<PrivateEndpoint>() {
            let Some((group_id, group)) = cx.children::<PrivateDnsZoneGroup>(endpoint).next() else { continue };
            let is_of = |wanted: &TokenZone| {
                let mut targets = found.connections.iter().filter_map(|connection| connection.target.as_ref());
                targets.any(|target| target.resource_type().eq_ignore_ascii_case(wanted.resource_type))
            };
            let mut told: Vec<String> = Vec::new();
            for (fqdn, _) in path::platform::served_names(cx.snapshot(), endpoint) {
                let Some(wanted) = path::token_zone(&fqdn).filter(is_of) else { continue };
                let mut zones = group.configs.iter().filter_map(|config| config.zone.as_ref());
                let is_right = |zone: &ResourceId| zone.name().eq_ignore_ascii_case(&wanted.zone);
                if told.contains(&wanted.zone) || zones.clone().any(is_right) {
                    continue;
                }
                if let Some(kin) = zones.find(|zone| wanted.is_kin(zone.name())) {
                    out.findings.extend(finding(cx, endpoint, (group_id, group), &fqdn, (&wanted, kin)));
                    told.push(wanted.zone);
                }
            }
        }
    }
}

fn finding(
    cx: &Cx<'_>,
    endpoint: &ResourceId,
    (group_id, found): (&ResourceId, &PrivateDnsZoneGroup),
    fqdn: &DnsName,
    (wanted, kin): (&TokenZone, &ResourceId),
) -> Option<Finding> {
    let confidence = confidence(cx, &Because::new(""), &[Kind::PrivateDnsZoneGroup])?;
    let mut changes = Vec::new();
    let zone = right_zone(cx, kin, &wanted.zone, &mut changes)?;
    let mut after = found.clone();
    after.configs.retain(|config| config.zone.as_ref() != Some(kin));
    after.configs.push(PrivateDnsZoneConfig { name: wanted.zone.replace('.', "-"), zone: Some(zone.clone()) });
    let old = cx.resource(group_id);
    changes.push(Change::Put(Arc::new(Resource {
        document: old.map_or_else(|| Arc::from(""), |old| Arc::clone(&old.document)),
        ..Resource::new(group_id.clone(), Body::PrivateDnsZoneGroup(after))
    })));
    let title = format!("{} needs zone {}, not {}", endpoint.name(), wanted.zone, kin.name());
    let serves = FactRef::new(endpoint, "customDnsConfigs", fqdn.to_string());
    let names = FactRef::new(group_id, "privateDnsZoneConfigs", kin.name());
    let remedy = Remedy::new(
        format!("let zone group {} keep the records of {}", group_id.name(), wanted.zone),
        Safety::Safe,
        changes,
    )
    .needing("Microsoft.Network/privateDnsZones/write", &group(&zone))
    .needing("Microsoft.Network/privateEndpoints/privateDnsZoneGroups/write", endpoint.name())
    .saying(format!("then delete {} if nothing else uses it", kin.name()));
    let finding = Finding { confidence, ..Finding::new(DnsVariableTokenInZone::META, title) };
    Some(
        finding
            .on(endpoint)
            .on(kin)
            .shown_by([
                Evidence::fact(format!("{} serves {fqdn}, whose alias is {}", endpoint.name(), wanted.alias), &serves),
                Evidence::fact(format!("zone group {} names {}", group_id.name(), kin.name()), &names),
            ])
            .repaired_by(remedy),
    )
}

/// The zone of the right name beside the other one, with the changes that make it and link it as that one is.
fn right_zone(cx: &Cx<'_>, kin: &ResourceId, name: &str, changes: &mut Vec<Change>) -> Option<ResourceId> {
    let known = cx.all::<PrivateDnsZone>().find(|(id, _)| id.name().eq_ignore_ascii_case(name));
    let id = match known {
        Some((id, _)) => id.clone(),
        None => {
            let kind = Kind::PrivateDnsZone.resource_type();
            let id = ResourceId::new(kin.subscription()?, kin.resource_group()?, kind, &[name]);
            let zone = Resource::new(id.clone(), Body::PrivateDnsZone(PrivateDnsZone::default()));
            changes.push(Change::Put(Arc::new(Resource { location: Some(Arc::from("global")), ..zone })));
            id
        }
    };
    let networks = |zone: &ResourceId| -> Vec<&ResourceId> {
        cx.children::<VirtualNetworkLink>(zone).filter_map(|(_, link)| link.virtual_network.as_ref()).collect()
    };
    let has = networks(&id);
    let lacks = networks(kin).into_iter().filter(|network| !has.contains(network));
    changes.extend(lacks.map(|network| Change::link_zone(&id, network)));
    Some(id)
}
