//! Which settings of this host decide what a client here would do?
//!
//! Variables are looked up by name from a fixed list: of keys only whether they are set is kept, and values lose
//! user-info and query strings before they are stored.

mod file;
mod hosts;
mod redact;
mod resolv;

use model::observation::ClientSeen;
use model::{Host, KEY_NAMES, PROXY_VARIABLES};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// Variables that name an endpoint: of the client libraries for Azure and of wrappers in use.
const ENDPOINT_VARIABLES: [&str; 9] = [
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_API_BASE",
    "AZURE_OPENAI_BASE_URL",
    "AZURE_API_BASE",
    "AZURE_AI_ENDPOINT",
    "AZURE_INFERENCE_ENDPOINT",
    "OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "OPENAI_ENDPOINT",
];

/// The settings of this process on this host, for a client that calls `host`.
pub fn client(host: &Host) -> ClientSeen {
    let resolver = resolv::of_this_host();
    ClientSeen {
        hosts_entries: host.name().map(hosts::of_this_host).unwrap_or_default(),
        servers: resolver.servers,
        search: resolver.search,
        ndots: resolver.ndots,
        resolver_problem: resolver.problem,
        ..variables(&of_this_process)
    }
}

/// The settings of a pretended host, for a client that calls `host`: its environment, its hosts file
/// and its DNS servers. Nothing is read from the real one.
pub fn client_from(
    environment: &BTreeMap<String, String>,
    hosts: &BTreeMap<String, IpAddr>,
    servers: &[SocketAddr],
    host: &Host,
) -> ClientSeen {
    let pinned = host.name().map(|name| {
        hosts.iter().filter(|(pin, _)| hosts::same_name(pin, name)).map(|(_, address)| *address).collect::<Vec<_>>()
    });
    ClientSeen {
        hosts_entries: pinned.unwrap_or_default(),
        servers: servers.to_vec(),
        search: Vec::new(),
        ndots: 1,
        resolver_problem: None,
        ..variables(&|name| environment.get(name).cloned())
    }
}

/// Settings that somebody else saw, without what may be secret in their values: whoever wrote them down may
/// have kept it.
#[must_use]
pub fn without_secrets(seen: ClientSeen) -> ClientSeen {
    let told = |variables: Vec<(String, String)>, shown: fn(&str) -> String| {
        variables.into_iter().map(|(name, value)| (name, shown(&value))).collect()
    };
    ClientSeen {
        endpoint_variables: told(seen.endpoint_variables, redact::endpoint),
        proxy_variables: told(seen.proxy_variables, redact::proxy),
        ..seen
    }
}

/// The endpoint and proxy variables that are set and not empty, in the order of the lists.
fn variables(lookup: &dyn Fn(&str) -> Option<String>) -> ClientSeen {
    let set = |names: &[&str], shown: fn(&str) -> String| {
        names
            .iter()
            .filter_map(|name| Some((*name, lookup(name)?)))
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(name, value)| (name.to_owned(), shown(&value)))
            .collect()
    };
    let is_set = |name: &&str| lookup(name).is_some_and(|value| !value.trim().is_empty());
    ClientSeen {
        // That a key is there, and nothing of it.
        key_variables: KEY_NAMES.iter().filter(|name| is_set(name)).map(|name| (*name).to_owned()).collect(),
        endpoint_variables: set(&ENDPOINT_VARIABLES, redact::endpoint),
        proxy_variables: set(&PROXY_VARIABLES, redact::proxy),
        ..ClientSeen::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is where the environment of a client is read, by name")]
fn of_this_process(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn a_pretended_client() {
        let environment: BTreeMap<String, String> = [
            ("AZURE_OPENAI_ENDPOINT", "https://yourresource.openai.azure.com/?api-key=CANARY"),
            ("AZURE_OPENAI_API_KEY", "CANARY"),
            ("OPENAI_BASE_URL", "  "),
            ("https_proxy", "http://user:CANARY@proxy:3128"),
            ("NO_PROXY", "localhost,.openai.azure.com"),
            ("HTTP_PROXY", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let hosts = [("YourResource.openai.azure.com".to_owned(), IpAddr::from([10, 1, 2, 4]))].into();
        let servers = [SocketAddr::from(([127, 0, 0, 1], 5300))];
        let seen = client_from(&environment, &hosts, &servers, &host("yourresource.openai.azure.com"));
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(seen.endpoint_variables, [pair("AZURE_OPENAI_ENDPOINT", "https://yourresource.openai.azure.com/")]);
        assert_eq!(
            seen.proxy_variables,
            [pair("https_proxy", "http://***@proxy:3128"), pair("NO_PROXY", "localhost,.openai.azure.com")]
        );
        assert_eq!(seen.key_variables, ["AZURE_OPENAI_API_KEY"]);
        assert_eq!(seen.hosts_entries, [IpAddr::from([10, 1, 2, 4])]);
        assert_eq!(seen.servers, servers);
        assert!(!format!("{seen:?}").contains("CANARY"));
    }

    #[test]
    fn another_host_and_an_address_are_not_pinned() {
        let hosts = [("yourresource.openai.azure.com".to_owned(), IpAddr::from([10, 1, 2, 4]))].into();
        for other in ["eastus.api.cognitive.microsoft.com", "10.1.2.4"] {
            let seen = client_from(&BTreeMap::new(), &hosts, &[], &host(other));
            assert!(seen.hosts_entries.is_empty(), "{other}");
        }
    }

    #[test]
    fn this_host_can_be_read() {
        let seen = client(&host("yourresource.openai.azure.com"));
        assert!(!seen.servers.is_empty() || seen.resolver_problem.is_some());
    }
}
