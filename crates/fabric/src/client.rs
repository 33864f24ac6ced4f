//! Which name does the client use, and what would Private Link call it?

use model::resource::{CognitiveServicesAccount, NetworkInterface, PrivateEndpoint, SearchService};
use model::{
    Because, Decided, DnsName, Fact, FactRef, Host, Key, Kind, Known, Mark, ResourceId, Snapshot, Why, ZoneRow,
    private_link_zones, types_of_suffix,
};
use std::net::IpAddr;

/// What the host part of the URL is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A public name of a Private Link service: the only right thing to call.
    Public(Service),
    /// The privatelink alias of a service, called directly.
    Privatelink(Service),
    /// A regional host of Azure AI services, which names no account.
    Regional(DnsName),
    /// An address literal.
    Address(IpAddr),
    /// A name of no Private Link service in the zone table.
    Other(DnsName),
}

/// A name of a Private Link service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The public name, such as `acct.openai.azure.com`.
    pub host: DnsName,
    /// The public suffix, such as `openai.azure.com`.
    pub suffix: &'static str,
    /// The private DNS zone, such as `privatelink.openai.azure.com`.
    pub zone: &'static str,
    /// The part left of both, such as `acct`.
    pub label: String,
    /// The alias that public DNS inserts once a private endpoint exists.
    pub alias: DnsName,
    /// The resource types whose names end so, in the order of the zone table: several where types share a
    /// suffix, as Event Hubs and Service Bus do.
    pub resource_types: &'static [&'static str],
}

impl Service {
    /// True when the name may be that of a resource of this kind.
    pub fn is_of(&self, kind: Kind) -> bool {
        self.resource_types.iter().any(|known| known.eq_ignore_ascii_case(kind.resource_type()))
    }
}

static PUBLIC_NAME: Fact = Fact {
    id: "clients-call-the-public-name",
    text: "Clients call the custom-subdomain host; the privatelink name is not the base URL. The URL is the same for both ways: DNS decides.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, read 2026-11-22",
};

static REGIONAL: Fact = Fact {
    id: "regional-hosts-name-no-account",
    text: "A regional host (REGION.api.cognitive.microsoft.com) names no account; an account with network rules answers only on its own subdomain.",
    mark: Mark::Recorded,
    source: "github.com/continuedev/continue issue 12547, read 2026-11-22",
};

static DEFAULT_BASE_URL: Fact = Fact {
    id: "the-default-base-url-is-not-azure",
    text: "The OpenAI client library takes its base URL from OPENAI_BASE_URL and calls https://api.openai.com/v1 without one; its Azure client takes AZURE_OPENAI_ENDPOINT. That default host belongs to no Azure account.",
    mark: Mark::Recorded,
    source: "openai-python 3.54.0, lib/_client_auth.py and lib/azure.py; github.com/microsoft/microsoft-foundry-for-vscode issue 172; read 2026-11-22",
};

/// The host that the OpenAI client library calls when nothing names another one.
const DEFAULT_HOST: &str = "api.openai.com";

/// True for the host that the OpenAI client library calls when nothing names another one.
pub fn is_default_host(name: &DnsName) -> bool {
    name.as_str() == DEFAULT_HOST
}

/// The host of a URL of the form `https://[user@]host[:port][/…]`; `None` when it has none.
pub fn url_host(url: &str) -> Option<Host> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    Host::parse(name.map_or(host, |(name, _)| name)).ok()
}

/// What the host is.
pub fn named(host: &Host) -> Decided<Named> {
    let name = match host {
        Host::Address(address) => {
            let because = Because::new(format!("the client calls the address {address}, not a name"));
            return Decided::value(Named::Address(*address), because);
        }
        Host::Name(name) => name,
    };
    if name.is_within("api.cognitive.microsoft.com") && name.as_str() != "api.cognitive.microsoft.com" {
        let because = Because::new(format!("{name} is a regional host: it names no account")).rule(&REGIONAL);
        return Decided::value(Named::Regional(name.clone()), because);
    }
    match service(name) {
        Some(service) if service.host == *name => {
            let because = Because::new("the public name of the service, which is the one to call").rule(&PUBLIC_NAME);
            Decided::value(Named::Public(service), because)
        }
        Some(service) => {
            let text = format!("{name} is the privatelink alias; the name to call is {}", service.host);
            Decided::value(Named::Privatelink(service), Because::new(text).rule(&PUBLIC_NAME))
        }
        None if is_default_host(name) => {
            let text = format!("{name} is OpenAI's own host, not a name of Azure");
            Decided::value(Named::Other(name.clone()), Because::new(text).rule(&DEFAULT_BASE_URL))
        }
        None => Decided::value(
            Named::Other(name.clone()),
            Because::new(format!("{name} is under no public suffix of a Private Link service")),
        ),
    }
}

/// The service that a public or a privatelink name belongs to: by the longest zone, else by the
/// longest suffix of the table. A zone of several suffixes stands for the first of them. None for a name whose
/// zone carries a token: the table has no such zone (see [`token_zone`](crate::token_zone)).
pub fn service(name: &DnsName) -> Option<Service> {
    if crate::token_zone(name).is_some() {
        return None;
    }
    let of = |suffix: &'static str, zone: &'static str, label: &str| {
        Some(Service {
            host: DnsName::below(label, suffix).ok()?,
            alias: DnsName::below(label, zone).ok()?,
            label: label.to_owned(),
            suffix,
            zone,
            resource_types: types_of_suffix(suffix),
        })
    };
    let mut by_zone: Option<Service> = None;
    let mut by_suffix: Option<Service> = None;
    for (suffix, zone) in pairs() {
        let longer = |found: &Option<Service>, length: fn(&Service) -> usize, new: usize| {
            found.as_ref().is_none_or(|service| length(service) < new)
        };
        if let Some(label) = name.relative_to(zone).filter(|label| *label != "@") {
            if longer(&by_zone, |service| service.zone.len(), zone.len()) {
                by_zone = of(suffix, zone, label);
            }
        } else if let Some(label) = name.relative_to(suffix).filter(|label| *label != "@")
            && longer(&by_suffix, |service| service.suffix.len(), suffix.len())
        {
            by_suffix = of(suffix, zone, label);
        }
    }
    by_zone.or(by_suffix)
}

/// Every suffix of the zone table and the zone of that suffix.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = private_link_zones().iter();
    rows.flat_map(|row| row.suffixes.iter().filter_map(move |suffix| Some((*suffix, zone(row, suffix)?))))
}

/// The zone of a suffix: the one that carries it, else the row's only zone. Names with
/// placeholders are not matched.
fn zone(row: &'static ZoneRow, suffix: &str) -> Option<&'static str> {
    let zone = row.zone_for(suffix)?;
    (!zone.contains('{') && !suffix.contains('{')).then_some(zone)
}

/// The resource behind a service name: the account of that subdomain, or what an endpoint says
/// that it serves under this name. A known `None` means that the estate has none.
pub fn target(snapshot: &Snapshot, service: &Service) -> Known<Option<ResourceId>> {
    let accounts = service.is_of(Kind::CognitiveServicesAccount);
    if accounts {
        let named = Key::subdomain(&service.label);
        if let Some((id, _)) = snapshot.by::<CognitiveServicesAccount>(&named).next() {
            return Known::Value(Some(id.clone()));
        }
    }
    if service.is_of(Kind::SearchService) {
        let mut named = snapshot.all::<SearchService>().map(|(id, _)| id);
        if let Some(id) = named.find(|id| id.name().eq_ignore_ascii_case(&service.label)) {
            return Known::Value(Some(id.clone()));
        }
    }
    if let Some(id) = served(snapshot, &service.host) {
        return Known::Value(Some(id));
    }
    match snapshot.coverage().of(Kind::CognitiveServicesAccount) {
        extent if accounts && extent.is_whole() => Known::Value(None),
        _ => Known::Unknown(Why::NotCollected),
    }
}

/// What an endpoint of the estate serves under this name.
pub(crate) fn served(snapshot: &Snapshot, host: &DnsName) -> Option<ResourceId> {
    let name = Key::serves(host.as_str());
    let by_interface = snapshot
        .by::<NetworkInterface>(&name)
        .filter_map(|(_, nic)| snapshot.find::<PrivateEndpoint>(nic.private_endpoint.as_ref()?));
    let by_config = snapshot.by::<PrivateEndpoint>(&name).map(|(_, endpoint)| endpoint);
    by_interface
        .chain(by_config)
        .flat_map(|endpoint| &endpoint.connections)
        .find_map(|connection| connection.target.clone())
}

/// Whether a resource has at least one private endpoint connection, and the fact that shows it.
pub fn has_endpoint(snapshot: &Snapshot, target: &ResourceId) -> Known<Option<FactRef>> {
    let connection = snapshot.children::<model::resource::PrivateEndpointConnection>(target).next();
    if let Some((id, _)) = connection {
        return Known::Value(Some(FactRef::new(target, "privateEndpointConnections", id.name())));
    }
    if let Some((id, _)) = snapshot.by::<PrivateEndpoint>(&Key::LeadsTo(target.clone())).next() {
        return Known::Value(Some(FactRef::new(id, "privateLinkServiceConnections", target.name())));
    }
    let own = snapshot.coverage().of_children(target, Kind::PrivateEndpointConnection);
    if own.is_whole() && snapshot.get(target).is_some() {
        Known::Value(None)
    } else {
        Known::Unknown(Why::NotCollected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Named {
        match named(&Host::parse(text).unwrap()).outcome {
            Known::Value(named) => named,
            Known::Unknown(_) => panic!("always decided"),
        }
    }

    #[test]
    fn names_of_azure_openai() {
        let Named::Public(service) = name("Acct.openai.azure.com") else { panic!("a public name") };
        assert_eq!(service.alias.as_str(), "acct.privatelink.openai.azure.com");
        assert_eq!(service.zone, "privatelink.openai.azure.com");
        let Named::Privatelink(service) = name("acct.privatelink.openai.azure.com") else { panic!("an alias") };
        assert_eq!(service.host.as_str(), "acct.openai.azure.com");
        assert!(matches!(name("acct.services.ai.azure.com"), Named::Public(_)));
        assert!(matches!(name("eastus.api.cognitive.microsoft.com"), Named::Regional(_)));
        assert!(matches!(name("10.1.2.4"), Named::Address(_)));
        assert!(matches!(name("openai.azure.com"), Named::Other(_)));
        assert!(matches!(name("example.org"), Named::Other(_)));
    }

    #[test]
    fn the_host_of_a_url_is_found_behind_all_that_may_stand_around_it() {
        let host = |url| url_host(url).map(|host| host.to_string());
        assert_eq!(host("https://u:p@A.openai.azure.com:443/x?y#z").as_deref(), Some("a.openai.azure.com"));
        assert_eq!(host("https://10.1.2.4:8443").as_deref(), Some("10.1.2.4"));
        assert_eq!(host("a.openai.azure.com/openai/v1/").as_deref(), Some("a.openai.azure.com"));
        assert_eq!(host("https://"), None);
        assert_eq!(host(""), None);
    }

    #[test]
    fn the_default_host_of_the_client_library_is_no_azure_name() {
        let Named::Other(other) = name("api.openai.com") else { panic!("another name") };
        assert!(is_default_host(&other));
        assert!(!is_default_host(&DnsName::parse("openai.azure.com").unwrap()));
    }

    #[test]
    fn a_name_is_of_the_types_whose_names_end_so() {
        let types = |text: &str| service(&DnsName::parse(text).unwrap()).map(|service| service.resource_types.to_vec());
        let storage = types("acct.queue.core.windows.net").unwrap();
        assert_eq!(storage, ["Microsoft.Storage/storageAccounts"]);
        assert_eq!(types("acct.privatelink.queue.core.windows.net").unwrap(), storage);
        assert_eq!(types("acct.openai.azure.com").unwrap(), ["Microsoft.CognitiveServices/accounts"]);
        assert_eq!(types("management.azure.com"), None, "Resource Manager's own name is nobody's resource");
        assert_eq!(types("portal.azure.com"), None);
    }

    #[test]
    fn a_zone_may_differ_from_its_suffix() {
        let Named::Public(service) = name("v.vault.azure.net") else { panic!("a public name") };
        assert_eq!(service.alias.as_str(), "v.privatelink.vaultcore.azure.net");
        let Named::Privatelink(service) = name("v.privatelink.vaultcore.azure.net") else { panic!("an alias") };
        assert_eq!(service.host.as_str(), "v.vault.azure.net");
    }
}
