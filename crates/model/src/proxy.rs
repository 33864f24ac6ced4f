//! Would a program that honours the proxy variables hand this host to a proxy?
//!
//! Read as curl 7.88, Python 3.11 (`urllib`), requests 2.34 and httpx 0.28 (which the OpenAI library uses) all
//! read them for an `https` URL, found by trying: the lower-case variable comes before the upper-case one; an
//! entry of the exceptions is a name that covers itself and what is below it; a lone `*` exempts everything,
//! and `*.name` nothing. Where these programs differ, nothing is decided and the difference is named.

use crate::Host;
use crate::observation::ClientSeen;
use std::collections::BTreeMap;

/// Whether a host goes through a proxy. Variables are a name and a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proxied<'c> {
    /// No variable names a proxy for `https`.
    Unset,
    /// A proxy is named, and the exceptions cover the host.
    Exempt {
        /// What names the proxy.
        proxy: &'c (String, String),
        /// What exempts the host.
        by: &'c (String, String),
    },
    /// The host goes through the proxy.
    Through {
        /// What names the proxy.
        proxy: &'c (String, String),
        /// Exceptions that do not cover the host, if there are any.
        despite: Option<&'c (String, String)>,
    },
    /// The exceptions are written in a way that programs read differently.
    Differs {
        /// What names the proxy.
        proxy: &'c (String, String),
        /// The exceptions.
        by: &'c (String, String),
        /// How they are read differently.
        how: &'static str,
    },
}

/// A proxy, as the value of a variable names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    /// How it is spoken to.
    pub scheme: ProxyScheme,
    /// Where it is.
    pub host: Host,
    /// Its port; `None` when the value has none, and programs take different ones.
    pub port: Option<u16>,
    /// True when the value holds a user or a password.
    pub has_credentials: bool,
}

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyScheme {
    /// HTTP, by the method CONNECT; also without a scheme.
    Http,
    /// The same inside of TLS.
    Https,
    /// SOCKS5, and the proxy resolves the name.
    Socks5h,
    /// Anything else: some programs resolve the name themselves, others let the proxy do it.
    Other,
}

impl ProxyUrl {
    /// Reads `[SCHEME://][USER@]HOST[:PORT][/…]`; `None` when there is no host in it.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => ProxyScheme::Http,
            "https" => ProxyScheme::Https,
            "socks5h" => ProxyScheme::Socks5h,
            _ => ProxyScheme::Other,
        };
        let (user, rest) = rest.rsplit_once('@').map_or((None, rest), |(user, rest)| (Some(user), rest));
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, port)) => (host, port.strip_prefix(':')),
            None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
        };
        let port = port.filter(|port| !port.is_empty()).map(str::parse).transpose().ok()?;
        Some(Self { scheme, host: Host::parse(host).ok()?, port, has_credentials: user.is_some() })
    }
}

/// The variables of an environment that name a proxy, or say for whom there is none: name and value.
pub fn proxy_variables(environment: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let known = PROXY_VARIABLES.iter().filter_map(|name| Some(((*name).to_owned(), environment.get(*name)?.clone())));
    known.filter(|(_, value)| !value.trim().is_empty()).collect()
}

/// Variables that name a proxy, or say for whom there is none. Programs differ in the case they read.
pub const PROXY_VARIABLES: [&str; 8] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"];

/// What an entry of the exceptions says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Covers,
    Not,
    /// Programs differ; how.
    Unclear(&'static str),
}

impl ClientSeen {
    /// Whether a program that honours the variables of this client hands the host to a proxy.
    pub fn proxied(&self, host: &Host) -> Proxied<'_> {
        let set = |names: &[&str]| {
            let found = names.iter().find_map(|name| self.proxy_variables.iter().find(|(own, _)| own == name));
            found.filter(|(_, value)| !value.trim().is_empty())
        };
        let Some(proxy) = set(&["https_proxy", "HTTPS_PROXY"]).or_else(|| set(&["all_proxy", "ALL_PROXY"])) else {
            return Proxied::Unset;
        };
        let Some(by) = set(&["no_proxy", "NO_PROXY"]) else { return Proxied::Through { proxy, despite: None } };
        match exceptions(&by.1, host) {
            Entry::Covers => Proxied::Exempt { proxy, by },
            Entry::Not => Proxied::Through { proxy, despite: Some(by) },
            Entry::Unclear(how) => Proxied::Differs { proxy, by, how },
        }
    }
}

/// What the whole list says: an entry that covers the host decides, else one that is unclear.
fn exceptions(list: &str, host: &Host) -> Entry {
    if list.trim() == "*" {
        return Entry::Covers;
    }
    let host = host.to_string();
    let host = host.trim_matches(['[', ']']);
    let said: Vec<Entry> = list.split(',').map(|entry| entry_says(&entry.trim().to_ascii_lowercase(), host)).collect();
    let unclear = said.iter().find(|entry| matches!(entry, Entry::Unclear(_))).copied();
    if said.contains(&Entry::Covers) { Entry::Covers } else { unclear.unwrap_or(Entry::Not) }
}

fn entry_says(entry: &str, host: &str) -> Entry {
    let name = entry.strip_prefix('.').unwrap_or(entry);
    let covers = |name: &str| {
        let below = host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        !name.is_empty() && (host == name || below)
    };
    if host == name && entry != name {
        return Entry::Unclear(
            "with a dot in front the OpenAI library (httpx) takes an entry for the names below it only",
        );
    }
    if covers(name) {
        return Entry::Covers;
    }
    if covers(name.trim_end_matches('.')) {
        return Entry::Unclear("curl takes an entry that ends with a dot, Python does not");
    }
    let without_port = name.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    if without_port.is_some_and(|(name, _)| covers(name)) {
        return Entry::Unclear("curl takes no entry with a port; some programs do");
    }
    let mut parts = name.split_whitespace();
    if name.contains(char::is_whitespace) && parts.any(|part| covers(part.strip_prefix('.').unwrap_or(part))) {
        return Entry::Unclear("curl takes blanks between entries, Python wants commas");
    }
    if name == "*" {
        return Entry::Unclear(
            "a `*` among other entries means everything to the OpenAI library (httpx), and nothing to curl",
        );
    }
    if name.split_once("://").is_some_and(|(_, name)| covers(name)) {
        return Entry::Unclear("only httpx takes an entry with a scheme");
    }
    let network = name.parse::<ipnet::IpNet>().ok();
    if network.is_some_and(|net| host.parse().is_ok_and(|address: std::net::IpAddr| net.contains(&address))) {
        return Entry::Unclear("curl and requests take a network in CIDR notation, other programs do not");
    }
    Entry::Not
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "yourresource.openai.azure.com";

    fn says(list: &str, host: &str) -> Entry {
        exceptions(list, &Host::parse(host).unwrap())
    }

    #[test]
    fn names_cover_themselves_and_what_is_below() {
        for list in
            [".openai.azure.com", "openai.azure.com", "*", "azure.com , x", HOST, "x,YourResource.OpenAI.azure.com"]
        {
            assert_eq!(says(list, HOST), Entry::Covers, "{list}");
        }
        for list in ["*.openai.azure.com", "resource.openai.azure.com", "localhost", "", ",", ".", "10.0.0.0/8"] {
            assert_eq!(says(list, HOST), Entry::Not, "{list}");
        }
    }

    #[test]
    fn what_programs_read_differently_decides_nothing() {
        for (list, how) in [
            ("yourresource.openai.azure.com:443", "port"),
            ("openai.azure.com.", "ends with a dot"),
            ("localhost openai.azure.com", "blanks"),
            ("x,*", "among other entries"),
            (".yourresource.openai.azure.com", "dot in front"),
            ("https://yourresource.openai.azure.com", "scheme"),
        ] {
            assert!(matches!(says(list, HOST), Entry::Unclear(words) if words.contains(how)), "{list}");
        }
        assert!(matches!(says("10.0.0.0/8", "10.1.2.4"), Entry::Unclear(words) if words.contains("CIDR")));
        // What covers the host decides, whatever stands beside it.
        assert_eq!(says(".yourresource.openai.azure.com,azure.com", HOST), Entry::Covers);
        assert_eq!(says("10.1.2.4", "10.1.2.4"), Entry::Covers);
        assert_eq!(says("2.4", "10.1.2.5"), Entry::Not);
    }

    #[test]
    fn a_proxy_is_read_from_what_names_it() {
        use ProxyScheme::{Http, Https, Other, Socks5h};
        let read = |value: &str| {
            let url = ProxyUrl::parse(value)?;
            Some((url.scheme, url.host.to_string(), url.port, url.has_credentials))
        };
        let some = |scheme, host: &str, port, secret| Some((scheme, host.to_owned(), port, secret));
        assert_eq!(read("http://10.9.1.4:3128"), some(Http, "10.9.1.4", Some(3128), false));
        assert_eq!(read("proxy.corp:8080/"), some(Http, "proxy.corp", Some(8080), false));
        assert_eq!(read(" https://***@Proxy:443/x?y "), some(Https, "proxy", Some(443), true));
        assert_eq!(read("socks5h://[fd00::4]:1080"), some(Socks5h, "[fd00::4]", Some(1080), false));
        assert_eq!(read("socks5://p"), some(Other, "p", None, false));
        for wrong in ["", "http://", "http://p:port", "http://p:99999", "http://a b:1"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_lower_case_variable_comes_first_and_that_for_http_does_not_count() {
        let host = Host::parse(HOST).unwrap();
        let client = |variables: &[(&str, &str)]| ClientSeen {
            proxy_variables: variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            ..ClientSeen::default()
        };
        assert_eq!(client(&[("HTTP_PROXY", "http://p"), ("NO_PROXY", "x")]).proxied(&host), Proxied::Unset);
        let both = client(&[
            ("HTTPS_PROXY", "http://upper"),
            ("https_proxy", "http://lower"),
            ("NO_PROXY", HOST),
            ("no_proxy", "x"),
        ]);
        let [_, lower, _, exceptions] = both.proxy_variables.as_slice() else { panic!("four variables") };
        assert_eq!(both.proxied(&host), Proxied::Through { proxy: lower, despite: Some(exceptions) });
        let all = client(&[("ALL_PROXY", "socks5://p:1080"), ("NO_PROXY", ".azure.com")]);
        assert!(matches!(all.proxied(&host), Proxied::Exempt { .. }));
    }
}
