//! Which resources does an `[estate.search]` stand for? The search service, its shared private links, and each link's
//! connection as the account at its other end sees it.

use super::estate::{Builder, Built, missing, word};
use super::file::{SearchEntry, SharedLinkEntry};
use ipnet::IpNet;
use model::resource::{
    ConnectionState, PrivateEndpointConnection, PublicNetworkAccess, SearchService, SharedPrivateLink,
};
use model::{Body, Known, ResourceId, Snapshot};
use std::net::IpAddr;

const SEARCH: &str = "Microsoft.Search/searchServices";

/// The subscription of Azure's own in which the endpoints of shared private links stand.
const AZURES_OWN: &str = "00000000-0000-0000-0000-00000000005e";

/// Adds one search service.
pub(super) fn build(builder: &mut Builder<'_>, name: &str, entry: &SearchEntry) -> Built {
    let at = format!("estate.search.{name}");
    let public = word(&at, entry.public.as_deref(), PublicNetworkAccess::parse, PublicNetworkAccess::Enabled)?;
    let address = |text: &String| {
        let read = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        read.ok_or_else(|| format!("{at}.addresses: {text:?} is no address or prefix"))
    };
    let service = SearchService {
        public_network_access: Known::Value(public),
        ip_rules: entry.addresses.iter().map(address).collect::<Built<_>>()?,
        bypass: Some(if entry.trusted_services { "AzureServices" } else { "None" }.to_owned()),
    };
    let id = builder.id(&entry.group, SEARCH, name);
    builder.add(id.clone(), Body::SearchService(service));
    builder.identified(entry.identity.as_deref());
    builder.priced(entry.sku.as_deref().unwrap_or("standard"));
    for (link, of) in &entry.shared_link {
        shared_link(builder, &id.child("sharedPrivateLinkResources", link), of, &format!("{at}.shared-link.{link}"))?;
    }
    Ok(())
}

fn shared_link(builder: &mut Builder<'_>, id: &ResourceId, entry: &SharedLinkEntry, at: &str) -> Built {
    let status = word(at, entry.status.as_deref(), ConnectionState::parse, ConnectionState::Approved)?;
    let account = builder.account_id(&entry.account);
    let target = account.ok_or_else(|| missing(at, "account", &entry.account, builder.estate().account.keys()))?;
    let link = SharedPrivateLink {
        target: Some(target.clone()),
        group_id: Some(entry.group_id.clone().unwrap_or_else(|| "openai_account".to_owned())),
        status: Known::Value(status),
        provisioning_state: Known::Value(entry.provisioning.clone().unwrap_or_else(|| "Succeeded".to_owned())),
        region: None,
    };
    builder.add(id.clone(), Body::SharedPrivateLink(link));
    let endpoint = endpoint(id);
    let connection = target.child("privateEndpointConnections", &format!("{}.shared", endpoint.name()));
    let seen = PrivateEndpointConnection { private_endpoint: Some(endpoint), state: Known::Value(status) };
    builder.add(connection, Body::PrivateEndpointConnection(seen));
    Ok(())
}

/// The endpoint of a shared private link, which stands where nobody can look.
fn endpoint(link: &ResourceId) -> ResourceId {
    let search = link.parent();
    let name = format!("{}.{}", search.as_ref().map_or("", ResourceId::name), link.name());
    ResourceId::new(AZURES_OWN, "azures-own", "Microsoft.Network/privateEndpoints", &[&name])
}

/// The connection of a shared private link as the account at its other end sees it.
pub(super) fn other_side(snapshot: &Snapshot, link: &ResourceId) -> Option<ResourceId> {
    let target = snapshot.find::<SharedPrivateLink>(link)?.target.as_ref()?;
    let mut seen = snapshot.children::<PrivateEndpointConnection>(target);
    let own = endpoint(link);
    let is_its = |connection: &PrivateEndpointConnection| connection.private_endpoint.as_ref() == Some(&own);
    seen.find(|(_, connection)| is_its(connection)).map(|(id, _)| id.clone())
}
