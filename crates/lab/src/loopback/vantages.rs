//! How is each vantage reached at this moment? Its ports stay; its DNS servers, environment and hosts file
//! follow the estate.

use crate::address_plan::APP_TOKENS;
use crate::estate::Estate;
use crate::state::Shared;
use crate::{Network, VantageAccess};
use model::Vantage;
use model::resource::{ContainerApp, WebApp};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

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
    let (estate, client) = {
        let state = shared.lock();
        (state.estate(), state.client().clone())
    };
    let mut vantages: Vec<VantageAccess> = ports.iter().map(|ports| one(ports, &estate, &client, network)).collect();
    vantages.sort_by(|one, other| one.text.cmp(&other.text));
    vantages
}

fn one(ports: &Ports, estate: &Estate, client: &model::Client, network: Option<&Network>) -> VantageAccess {
    let text = ports.vantage.to_string();
    let place = estate.place(&ports.vantage);
    let inside = network.and_then(|network| network.inside(&text));
    let unknown: Vec<String> = estate.unknown_servers(&place).iter().map(ToString::to_string).collect();
    let unknown = (!unknown.is_empty()).then(|| {
        let then = if inside.is_some() { "are not answered" } else { "are SERVFAIL" };
        format!("what its DNS servers ({}) forward is not known: names asked there {then}", unknown.join(", "))
    });
    let unplayed = network.and_then(|network| network.limits(&text));
    let limits: Vec<String> = unknown.into_iter().chain(unplayed).collect();
    VantageAccess {
        environment: environment(&ports.vantage, estate, client),
        identity: identity(ports, inside.is_some(), &text),
        text,
        dns: ports.dns,
        socks5: ports.socks5,
        hosts: client.hosts.clone(),
        limits: (!limits.is_empty()).then(|| limits.join("; ")),
        inside,
    }
}

/// The variables that lead a program on a host to the tokens of its managed identity. Azure gives apps an
/// endpoint and a header. Machines ask an address, which a lab without namespaces has to move: this machine may
/// have an identity of its own there, which is no business of the lab.
fn identity(ports: &Ports, inside: bool, text: &str) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    if matches!(ports.vantage, Vantage::WebApp(_) | Vantage::ContainerApp(_)) {
        let place = if inside { SocketAddr::from((Ipv4Addr::LOCALHOST, APP_TOKENS)) } else { ports.tokens };
        variables.insert("IDENTITY_ENDPOINT".to_owned(), format!("http://{place}/msi/token"));
        let header = crate::random::stable_guid(&format!("{text} identity header"));
        variables.insert("IDENTITY_HEADER".to_owned(), header);
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
