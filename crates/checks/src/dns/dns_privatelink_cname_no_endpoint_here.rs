//! Does a linked zone hide a service whose endpoints are all in other networks?

use crate::asked::{Asked, confidence, link_to};
use finding::{Check, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::{PrivateEndpoint, ResolutionPolicy, VirtualNetworkLink};
use model::{Change, Expect, FactRef, ResourceId};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The service has private endpoints, and none of them is in a network that the client's network is
    /// connected to. The zone of the service is linked to the client's network and lacks the name.
    ///
    /// ## Why it breaks
    ///
    /// Public DNS gives a name its privatelink alias as soon as the resource has one endpoint, wherever that
    /// is. The alias falls into the linked zone, which knows nothing of an endpoint elsewhere: the name does
    /// not exist here, though it does everywhere else.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With an endpoint within reach the record is missing: `dns-record-missing-in-linked-zone` or
    /// `dns-zone-group-missing`. A resource of somebody else, of which the estate knows nothing, is
    /// `dns-nxdomain-foreign-resource`.
    ///
    /// ## How to repair
    ///
    /// For the private way: an endpoint in a network within reach. For the public way: fallback to the
    /// internet on the link (`NxDomainRedirect`), which from then on hides your own missing records too.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns.md (caution), dns/private-dns-fallback.md. Seen in
    /// github.com/Azure/SQL-Connectivity-Checker issue 117.
    pub struct DnsPrivatelinkCnameNoEndpointHere = {
        code: "DNS014",
        name: "dns-privatelink-cname-no-endpoint-here",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The service has an endpoint in another network only, and the local linked zone hides its name.",
        needs: [
            PrivateDnsZone,
            VirtualNetworkLink,
            RecordSet,
            PrivateEndpoint,
            NetworkInterface,
            PrivateEndpointConnection,
            Peering,
        ],
        since: "0.1.0",
    }
}

impl Check for DnsPrivatelinkCnameNoEndpointHere {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = Asked::of(cx, trace) else { return };
        let Some(zone) = asked.lacking_zone() else { return };
        if asked.twin_with_record(cx, zone).is_some() || !asked.is_out_of_reach(cx) {
            return;
        }
        let Some(link) = link_to(cx, zone, &asked.network) else { return };
        let Some(confidence) = confidence(cx, asked.because, &[]) else { return };
        let (target, network) = (asked.target.name(), asked.client_network().name());
        let title = format!("{target} has no endpoint that {network} can reach");
        let shown = asked.endpoints.iter().map(|(endpoint, _)| {
            let subnet = cx.find::<PrivateEndpoint>(endpoint).and_then(|found| found.subnet.as_ref());
            let place = subnet.and_then(path::network_of);
            let place = place.as_ref().map_or("another network", ResourceId::name);
            let text = format!("endpoint {} is in {place}, to which {network} has no way", endpoint.name());
            Evidence::fact(text, &FactRef::new(endpoint, "subnet.id", place))
        });
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }
            .on(zone)
            .on(&asked.target)
            .shown_by(shown.collect::<Vec<_>>())
            .shown_by(asked.evidence());
        let endpoint = Remedy::manual(
            format!("make an endpoint for {target} in a network that {network} reaches"),
            vec![format!("or peer {network} with the network of its endpoint, and register that one")],
        );
        finding.remedies.push(endpoint);
        let redirects = ResolutionPolicy::NxDomainRedirect;
        if cx.find::<VirtualNetworkLink>(link).is_some_and(|link| link.resolution_policy != redirects) {
            let fallback = Remedy::new(
                format!("let names that {} lacks be answered publicly", zone.name()),
                Safety::Review,
                vec![Change::set(link, "resolutionPolicy", redirects.word())],
            )
            .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", zone.name())
            .saying("this leads to the public side of the service, and a missing record of your own will do so too");
            let first = if trace.question.expect == Expect::Public { 0 } else { finding.remedies.len() };
            finding.remedies.insert(first, fallback);
        }
        out.push(finding);
    }
}
