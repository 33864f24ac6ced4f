//! Which resources do subscriptions hold? Lists of the ARM API, each read to its end.
//!
//! Reads only. The role Reader is enough, but for two actions, each with a right of its own: what tells which security
//! admin rules apply, and what hands out the settings of apps, of which nothing is kept but what dialect keeps, which is
//! no secret. A list that may not be read is a gap in the coverage and a note; a token that is not accepted, or a
//! network that does not answer, is an error.

mod central;

use crate::{GatherError, Gathered};
use azure::{Client, Error};
use dialect::Note;
use dialect::arm::{Reader, Subscription, api_version};
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
    (Kind::SearchService, &[]),
    (Kind::WebApp, &[]),
    (Kind::VirtualMachine, &[]),
    (Kind::ManagedCluster, &[]),
    (Kind::ContainerApp, &[]),
    (Kind::ManagedEnvironment, &[]),
    (Kind::NetworkManager, &[]),
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
    (Kind::SearchService, Kind::SharedPrivateLink, "sharedPrivateLinkResources"),
];

/// What leads out of Azure, read one by one.
const GATEWAYS: [Kind; 3] = [Kind::VirtualNetworkGateway, Kind::LocalNetworkGateway, Kind::GatewayConnection];

/// What Azure wants the subnet of a gateway to be called.
const GATEWAY_SUBNET: &str = "GatewaySubnet";

/// The `api-version` of the list of all resources (read in Azure's specifications, 2026-11-23).
const RESOURCES_VERSION: &str = "2021-04-01";

/// The `api-version` of the list of subscriptions (read in Azure's specifications, 2026-11-23).
const SUBSCRIPTIONS_VERSION: &str = "2022-12-01";

/// What ARM says where a resource provider was never registered: there is nothing of it, then.
const NOT_REGISTERED: &str = "MissingSubscriptionRegistration";

/// The right to read the settings of apps, which the role Reader lacks.
const SETTINGS_RIGHT: &str = "Microsoft.Web/sites/config/list/action";

/// The calls that gathering makes.
pub(crate) trait Arm {
    /// All pages of a list.
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error>;
    /// One document.
    fn get(&self, path_and_query: &str) -> Result<String, Error>;
    /// All parts of what an action tells that only reads.
    fn ask(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error>;
}

impl Arm for Client {
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        Client::list(self, path, api_version)
    }

    fn get(&self, path_and_query: &str) -> Result<String, Error> {
        Client::get(self, path_and_query)
    }

    fn ask(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        Client::ask(self, path, api_version)
    }
}

/// Reads a subscription over the ARM API, which is the whole estate.
pub fn live(client: &Client, subscription: &str) -> Result<Gathered, GatherError> {
    gather(client, &[subscription], Extent::Complete, &|_| ())
}

/// Reads subscriptions over the ARM API. Others may exist which nobody here may read, so what was not found is only
/// assumed not to be. `progress` hears which one is next.
pub fn subscriptions(
    client: &Client,
    subscriptions: &[&str],
    progress: &dyn Fn(&str),
) -> Result<Gathered, GatherError> {
    gather(client, subscriptions, Extent::Assumed, progress)
}

/// The subscriptions that may be read.
pub fn readable(client: &Client) -> Result<Vec<Subscription>, GatherError> {
    list_subscriptions(client)
}

pub(crate) fn list_subscriptions(arm: &dyn Arm) -> Result<Vec<Subscription>, GatherError> {
    let pages = arm.list("/subscriptions", SUBSCRIPTIONS_VERSION).map_err(GatherError::Subscriptions)?;
    let mut found = Vec::new();
    for page in &pages {
        found.extend(dialect::arm::subscriptions(page).map_err(GatherError::NotAList)?);
    }
    if found.is_empty() {
        return Err(GatherError::NoSubscription);
    }
    Ok(found)
}

/// `complete` is what a list is worth that was read to its end.
pub(crate) fn gather(
    arm: &dyn Arm,
    subscriptions: &[&str],
    complete: Extent,
    progress: &dyn Fn(&str),
) -> Result<Gathered, GatherError> {
    let mut run = Run { arm, reader: Reader::new(), notes: Vec::new(), complete };
    let mut readable = false;
    for subscription in subscriptions {
        progress(subscription);
        let fatal = |source: Error| GatherError::Arm { subscription: (*subscription).to_owned(), source };
        readable |= run.subscription(subscription).map_err(fatal)?;
    }
    if !readable {
        return Err(GatherError::NotPermitted { subscription: subscriptions.join(", ") });
    }
    let mut reading = run.reader.finish();
    run.notes.append(&mut reading.notes);
    reading.notes = run.notes;
    Ok(Gathered::of(reading))
}

struct Run<'a> {
    arm: &'a dyn Arm,
    reader: Reader,
    notes: Vec<Note>,
    /// What a list is worth that was read to its end.
    complete: Extent,
}

impl Run<'_> {
    /// Reads one subscription; true when anything of it may be read.
    fn subscription(&mut self, subscription: &str) -> Result<bool, Error> {
        let mut read = false;
        for &(kind, nested) in LISTED {
            let path = format!("/subscriptions/{subscription}/providers/{}", kind.resource_type());
            let extent = self.whole_kind(kind, &path)?;
            read |= extent.is_whole();
            std::iter::once(&kind).chain(nested).for_each(|kind| self.reader.say(*kind, extent));
        }
        if !read {
            return Ok(false);
        }
        for &(parent, child, segment) in BELOW {
            self.children(subscription, parent, child, segment)?;
        }
        self.site_configurations(subscription)?;
        self.gateways(subscription)?;
        self.central(subscription)?;
        Ok(true)
    }

    /// What was read of a kind in a subscription.
    fn ids(&self, subscription: &str, kind: Kind) -> Vec<ResourceId> {
        let here = |id: &&ResourceId| id.subscription().is_some_and(|own| own.eq_ignore_ascii_case(subscription));
        self.reader.ids(kind).filter(here).cloned().collect()
    }

    fn whole_kind(&mut self, kind: Kind, path: &str) -> Result<Extent, Error> {
        match self.arm.list(path, api_version(kind)) {
            Ok(pages) => {
                for page in &pages {
                    self.reader.list(kind, page, path);
                }
                Ok(self.complete)
            }
            Err(error) => self.gap(path, error),
        }
    }

    /// Lists the children of every resource of a kind, and says how complete the kind is.
    fn children(&mut self, subscription: &str, parent: Kind, child: Kind, segment: &str) -> Result<(), Error> {
        let parents = self.ids(subscription, parent);
        let mut whole = self.complete;
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

    /// `config/web` says how an app routes, and its settings whom it calls; the list of sites does not.
    fn site_configurations(&mut self, subscription: &str) -> Result<(), Error> {
        let version = api_version(Kind::WebApp);
        let mut hidden = Vec::new();
        for site in self.ids(subscription, Kind::WebApp) {
            let path = format!("{site}/config/web");
            match self.arm.get(&format!("{path}?api-version={version}")) {
                Ok(document) => self.reader.document(&document, &path),
                Err(error) => {
                    self.gap(&path, error)?;
                }
            }
            let path = format!("{site}/config/appsettings");
            match self.arm.ask(&format!("{path}/list"), version) {
                Ok(parts) => parts.iter().for_each(|part| self.reader.document(part, &path)),
                Err(Error::Forbidden { .. }) => hidden.push(site.name().to_owned()),
                Err(error) => {
                    self.gap(&path, error)?;
                }
            }
        }
        if !hidden.is_empty() {
            let text = format!(
                "their settings may not be read (that takes {SETTINGS_RIGHT}): which endpoints they call is not known"
            );
            self.notes.push(Note::new(hidden.join(", "), text));
        }
        Ok(())
    }

    /// Gateways and what they are connected with. No list gives their documents over a subscription, only their
    /// ids. Nothing is asked where no network has a subnet for a gateway: there is none, then.
    fn gateways(&mut self, subscription: &str) -> Result<(), Error> {
        let subnets = self.ids(subscription, Kind::Subnet);
        let any = subnets.iter().any(|id| id.name().eq_ignore_ascii_case(GATEWAY_SUBNET));
        for kind in GATEWAYS {
            let extent = match self.missing(Kind::VirtualNetwork) {
                Some(missing) => missing,
                None if any => self.one_by_one(kind, subscription)?,
                None => self.complete,
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
        let mut whole = self.complete;
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
            Error::Service { code, .. } if code == NOT_REGISTERED => return Ok(self.complete),
            Error::Service { .. } => (Why::NotCollected, "try again later"),
            _ => return Err(error),
        };
        self.notes.push(Note::new(path, format!("could not be read: {error}; {cure}")));
        Ok(Extent::Missing(why))
    }
}
