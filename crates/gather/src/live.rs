//! Which resources does a subscription hold? Lists of the ARM API, each read to its end.
//!
//! Reads only, with what the role Reader may read. Application settings need a `POST` that hands
//! out secrets, so they are not asked for. A list that may not be read is a gap in the coverage and
//! a note; a token that is not accepted, or a network that does not answer, is an error.

use crate::{GatherError, Gathered};
use azure::{Client, Error};
use dialect::Note;
use dialect::arm::{Reader, api_version};
use model::{Extent, Kind, ResourceId, Why};

/// What is listed over the whole subscription, with the kinds that ARM nests in it.
const LISTED: &[(Kind, &[Kind])] = &[
    (Kind::VirtualNetwork, &[Kind::Subnet, Kind::Peering]),
    (Kind::NetworkSecurityGroup, &[Kind::SecurityRule]),
    (Kind::RouteTable, &[Kind::Route]),
    (Kind::NetworkInterface, &[]),
    (Kind::VirtualHub, &[]),
    (Kind::LoadBalancer, &[]),
    (Kind::PrivateEndpoint, &[]),
    (Kind::PrivateDnsZone, &[]),
    (Kind::DnsResolver, &[]),
    (Kind::ForwardingRuleset, &[]),
    (Kind::CognitiveServicesAccount, &[Kind::PrivateEndpointConnection]),
    (Kind::WebApp, &[]),
    (Kind::VirtualMachine, &[]),
    (Kind::ManagedCluster, &[]),
    (Kind::ContainerApp, &[]),
    (Kind::ManagedEnvironment, &[]),
    (Kind::ApiManagement, &[]),
    (Kind::DatabricksWorkspace, &[]),
    // Those at the subscription and below, and what it inherits from above.
    (Kind::RoleAssignment, &[]),
];

/// What is listed below each resource of a kind: parent, child, last segment of the path.
const BELOW: &[(Kind, Kind, &str)] = &[
    (Kind::ApiManagement, Kind::ApiBackend, "backends"),
    (Kind::VirtualHub, Kind::HubConnection, "hubVirtualNetworkConnections"),
    (Kind::VirtualHub, Kind::RoutingIntent, "routingIntent"),
    (Kind::PrivateEndpoint, Kind::PrivateDnsZoneGroup, "privateDnsZoneGroups"),
    (Kind::PrivateDnsZone, Kind::VirtualNetworkLink, "virtualNetworkLinks"),
    (Kind::PrivateDnsZone, Kind::RecordSet, "ALL"),
    (Kind::DnsResolver, Kind::InboundEndpoint, "inboundEndpoints"),
    (Kind::DnsResolver, Kind::OutboundEndpoint, "outboundEndpoints"),
    (Kind::ForwardingRuleset, Kind::ForwardingRule, "forwardingRules"),
    (Kind::ForwardingRuleset, Kind::RulesetLink, "virtualNetworkLinks"),
    (Kind::CognitiveServicesAccount, Kind::PrivateLinkResource, "privateLinkResources"),
];

/// What leads out of Azure, read one by one.
const GATEWAYS: [Kind; 3] = [Kind::VirtualNetworkGateway, Kind::LocalNetworkGateway, Kind::GatewayConnection];

/// What Azure wants the subnet of a gateway to be called.
const GATEWAY_SUBNET: &str = "GatewaySubnet";

/// The `api-version` of the list of all resources (read in Azure's specifications, 2026-11-23).
const RESOURCES_VERSION: &str = "2021-04-01";

/// The two calls that gathering makes.
pub(crate) trait Arm {
    /// All pages of a list.
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error>;
    /// One document.
    fn get(&self, path_and_query: &str) -> Result<String, Error>;
}

impl Arm for Client {
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        Client::list(self, path, api_version)
    }

    fn get(&self, path_and_query: &str) -> Result<String, Error> {
        Client::get(self, path_and_query)
    }
}

/// Reads a subscription over the ARM API.
pub fn live(client: &Client, subscription: &str) -> Result<Gathered, GatherError> {
    gather(client, subscription)
}

pub(crate) fn gather(arm: &dyn Arm, subscription: &str) -> Result<Gathered, GatherError> {
    let fatal = |source: Error| GatherError::Arm { subscription: subscription.to_owned(), source };
    let mut run = Run { arm, reader: Reader::new(), notes: Vec::new() };
    let mut read = 0;
    for &(kind, nested) in LISTED {
        let path = format!("/subscriptions/{subscription}/providers/{}", kind.resource_type());
        let extent = run.whole_kind(kind, &path).map_err(fatal)?;
        read += usize::from(extent.is_whole());
        std::iter::once(&kind).chain(nested).for_each(|kind| run.reader.say(*kind, extent));
    }
    if read == 0 {
        return Err(GatherError::NotPermitted { subscription: subscription.to_owned() });
    }
    for &(parent, child, segment) in BELOW {
        run.children(parent, child, segment).map_err(fatal)?;
    }
    run.site_configurations().map_err(fatal)?;
    run.gateways(subscription).map_err(fatal)?;
    let mut reading = run.reader.finish();
    run.notes.append(&mut reading.notes);
    reading.notes = run.notes;
    Ok(Gathered::of(reading))
}

struct Run<'a> {
    arm: &'a dyn Arm,
    reader: Reader,
    notes: Vec<Note>,
}

impl Run<'_> {
    fn whole_kind(&mut self, kind: Kind, path: &str) -> Result<Extent, Error> {
        match self.arm.list(path, api_version(kind)) {
            Ok(pages) => {
                for page in &pages {
                    self.reader.list(kind, page, path);
                }
                Ok(Extent::Complete)
            }
            Err(error) => self.gap(path, error),
        }
    }

    /// Lists the children of every resource of a kind, and says how complete the kind is.
    fn children(&mut self, parent: Kind, child: Kind, segment: &str) -> Result<(), Error> {
        let parents: Vec<ResourceId> = self.reader.ids(parent).cloned().collect();
        let mut whole = Extent::Complete;
        for id in parents {
            let path = format!("{id}/{segment}");
            match self.arm.list(&path, api_version(child)) {
                Ok(pages) => pages.iter().for_each(|page| self.reader.list_children(&id, child, page, &path)),
                // Some kinds of account have no such list.
                Err(Error::NotFound { .. }) if child == Kind::PrivateLinkResource => {
                    self.reader.say_children(&id, child, Extent::Missing(Why::Unsupported));
                }
                Err(error) => {
                    whole = self.gap(&path, error)?;
                    self.reader.say_children(&id, child, whole);
                }
            }
        }
        // Where the parents may not be listed, nothing is known of the children.
        let parents_missing = self.missing(parent);
        self.reader.say(child, parents_missing.unwrap_or(whole));
        Ok(())
    }

    fn missing(&self, parent: Kind) -> Option<Extent> {
        self.reader.said(parent).filter(|extent| !extent.is_whole())
    }

    /// `config/web` says how an app routes; the list of sites does not.
    fn site_configurations(&mut self) -> Result<(), Error> {
        let sites: Vec<ResourceId> = self.reader.ids(Kind::WebApp).cloned().collect();
        for site in sites {
            let path = format!("{site}/config/web");
            match self.arm.get(&format!("{path}?api-version={}", api_version(Kind::WebApp))) {
                Ok(document) => self.reader.document(&document, &path),
                Err(error) => {
                    self.gap(&path, error)?;
                }
            }
        }
        Ok(())
    }

    /// Gateways and what they are connected with. No list gives their documents over a subscription, only their
    /// ids. Nothing is asked where no network has a subnet for a gateway: there is none, then.
    fn gateways(&mut self, subscription: &str) -> Result<(), Error> {
        let any = self.reader.ids(Kind::Subnet).any(|id| id.name().eq_ignore_ascii_case(GATEWAY_SUBNET));
        for kind in GATEWAYS {
            let extent = match self.missing(Kind::VirtualNetwork) {
                Some(missing) => missing,
                None if any => self.one_by_one(kind, subscription)?,
                None => Extent::Complete,
            };
            self.reader.say(kind, extent);
        }
        Ok(())
    }

    /// Lists the ids of a kind and reads each document.
    fn one_by_one(&mut self, kind: Kind, subscription: &str) -> Result<Extent, Error> {
        let filter = format!("resourceType%20eq%20%27{}%27", kind.resource_type());
        let path = format!("/subscriptions/{subscription}/resources?$filter={filter}");
        let pages = match self.arm.list(&path, RESOURCES_VERSION) {
            Ok(pages) => pages,
            Err(error) => return self.gap(&path, error),
        };
        let mut short = Reader::new();
        for page in &pages {
            short.list(kind, page, &path);
        }
        let mut whole = Extent::Complete;
        for id in short.ids(kind) {
            match self.arm.get(&format!("{id}?api-version={}", api_version(kind))) {
                Ok(document) => self.reader.document(&document, id.as_str()),
                Err(error) => whole = self.gap(id.as_str(), error)?,
            }
        }
        Ok(whole)
    }

    /// A list that could not be read, or the error when no other list could be read either.
    fn gap(&mut self, path: &str, error: Error) -> Result<Extent, Error> {
        let (why, cure) = match &error {
            Error::Forbidden { .. } => (Why::NotPermitted, "the role Reader on the scope lets it be read"),
            Error::NotFound { .. } => (Why::NotCollected, "it may have been deleted meanwhile"),
            Error::Service { .. } => (Why::NotCollected, "try again later"),
            _ => return Err(error),
        };
        self.notes.push(Note::new(path, format!("could not be read: {error}; {cure}")));
        Ok(Extent::Missing(why))
    }
}
