//! How is each vantage reached at this moment? Its ports stay; its DNS servers, environment and hosts file
//! follow the estate.

use crate::address_plan::APP_TOKENS;
use crate::estate::Estate;
use crate::state::Shared;
use crate::tokens::HeldIdentity;
use crate::{Network, VantageAccess};
use model::Vantage;
use model::resource::{ContainerApp, NetworkInterface, WebApp};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The ports of a vantage.
#[derive(Debug, Clone)]
pub(crate) struct Ports {
    pub(crate) vantage: Vantage,
    pub(crate) dns: SocketAddr,
    pub(crate) socks5: SocketAddr,
    pub(crate) tokens: SocketAddr,
}

/// All vantages, by name.
pub(crate) fn now(ports: &[Ports], shared: &Shared, network: Option<&Network>) -> Vec<VantageAccess> {
    let (estate, client, held) = {
        let state = shared.lock();
        (state.estate(), state.client().clone(), state.tokens.held())
    };
    let mut vantages: Vec<VantageAccess> =
        ports.iter().map(|ports| one(ports, &estate, &client, &held, network)).collect();
    vantages.sort_by(|one, other| one.text.cmp(&other.text));
    vantages
}

fn one(
    ports: &Ports,
    estate: &Estate,
    client: &model::Client,
    held: &HeldIdentity,
    network: Option<&Network>,
) -> VantageAccess {
    let text = ports.vantage.to_string();
    let place = estate.place(&ports.vantage);
    let inside = network.and_then(|network| network.inside(&text));
    // A machine of the estate is a host in namespaces: whoever runs a server there is asked.
    let played = |server: &IpAddr| inside.is_some() && is_machine(estate, *server);
    let servers = estate.unknown_servers(&place);
    let unknown: Vec<String> = servers.iter().filter(|server| !played(server)).map(ToString::to_string).collect();
    let unknown = (!unknown.is_empty()).then(|| {
        let then = if inside.is_some() { "are not answered" } else { "are SERVFAIL" };
        format!("what its DNS servers ({}) forward is not known: names asked there {then}", unknown.join(", "))
    });
    let unplayed = network.and_then(|network| network.limits(&text));
    let limits: Vec<String> = unknown.into_iter().chain(unplayed).collect();
    VantageAccess {
        environment: environment(&ports.vantage, estate, client),
        identity: identity(ports, inside.is_some(), held),
        text,
        dns: ports.dns,
        socks5: ports.socks5,
        hosts: client.hosts.clone(),
        limits: (!limits.is_empty()).then(|| limits.join("; ")),
        inside,
    }
}

/// True for the address of a network interface that is no endpoint's.
fn is_machine(estate: &Estate, address: IpAddr) -> bool {
    let mut cards = estate.snapshot().all::<NetworkInterface>();
    cards.any(|(_, card)| card.private_endpoint.is_none() && card.addresses().any(|known| known == address))
}

/// The variables that lead a program on a host to the tokens of its managed identity. Azure gives apps an
/// endpoint and a header. Machines ask an address, which a lab without namespaces has to move: this machine may
/// have an identity of its own there, which is no business of the lab.
fn identity(ports: &Ports, inside: bool, held: &HeldIdentity) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    if matches!(ports.vantage, Vantage::WebApp(_) | Vantage::ContainerApp(_)) {
        let place = if inside { SocketAddr::from((Ipv4Addr::LOCALHOST, APP_TOKENS)) } else { ports.tokens };
        variables.insert("IDENTITY_ENDPOINT".to_owned(), format!("http://{place}/msi/token"));
        variables.insert("IDENTITY_HEADER".to_owned(), held.secret.clone());
    }
    if !inside {
        variables.insert("AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned(), format!("http://{}", ports.tokens));
    }
    variables
}

/// An app has its own settings; what the scenario says of the client comes over them.
fn environment(vantage: &Vantage, estate: &Estate, client: &model::Client) -> BTreeMap<String, String> {
    let endpoints = match vantage {
        Vantage::WebApp(id) => estate.snapshot().find::<WebApp>(id).map(|app| &app.endpoints),
        Vantage::ContainerApp(id) => estate.snapshot().find::<ContainerApp>(id).map(|app| &app.endpoints),
        _ => None,
    };
    let settings = endpoints.and_then(|endpoints| endpoints.value()).into_iter().flatten();
    let mut environment: BTreeMap<String, String> =
        settings.map(|setting| (setting.name.clone(), setting.url.clone())).collect();
    environment.extend(client.environment.clone());
    environment
}
