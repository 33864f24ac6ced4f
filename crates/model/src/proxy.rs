//! Would a program that honours the proxy variables hand this host to a proxy?
//!
//! Read as curl 7.88 and Python 3.11 both read them for an `https` URL, found by trying: the lower-case
//! variable comes before the upper-case one; an entry of the exceptions is a name that covers itself and
//! what is below it, with or without a dot in front; a lone `*` exempts everything, and `*.name` nothing.

use crate::Host;
use crate::observation::ClientSeen;

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
    },
}

/// What an entry of the exceptions says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Covers,
    Not,
    Unclear,
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
            Entry::Unclear => Proxied::Differs { proxy, by },
        }
    }
}

/// What the whole list says: an entry that covers the host decides, else one that is unclear.
fn exceptions(list: &str, host: &Host) -> Entry {
    if list.trim() == "*" {
        return Entry::Covers;
    }
    let host = host.to_string();
    let said: Vec<Entry> = list.split(',').map(|entry| entry_says(&entry.trim().to_ascii_lowercase(), &host)).collect();
    match said {
        said if said.contains(&Entry::Covers) => Entry::Covers,
        said if said.contains(&Entry::Unclear) => Entry::Unclear,
        _ => Entry::Not,
    }
}

fn entry_says(entry: &str, host: &str) -> Entry {
    let name = entry.strip_prefix('.').unwrap_or(entry);
    let covers = |name: &str| {
        let below = host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        !name.is_empty() && (host == name || below)
    };
    if covers(name) {
        return Entry::Covers;
    }
    // A port, a dot at the end, blanks for commas, a network in CIDR notation, a star in a list: each is
    // read by some programs only.
    let bare = name.trim_end_matches('.');
    let bare = bare
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(bare, |(name, _)| name);
    let part = name.split_whitespace().count() > 1
        && name.split_whitespace().any(|part| covers(part.strip_prefix('.').unwrap_or(part)));
    let holds = || {
        name.parse::<ipnet::IpNet>()
            .is_ok_and(|net| host.parse().is_ok_and(|address: std::net::IpAddr| net.contains(&address)))
    };
    let unclear = covers(bare) || part || name == "*" || holds();
    if unclear { Entry::Unclear } else { Entry::Not }
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
        for list in ["yourresource.openai.azure.com:443", "openai.azure.com.", "localhost openai.azure.com", "x,*"] {
            assert_eq!(says(list, HOST), Entry::Unclear, "{list}");
        }
        assert_eq!(says("10.0.0.0/8", "10.1.2.4"), Entry::Unclear);
        assert_eq!(says("10.1.2.4", "10.1.2.4"), Entry::Covers);
        assert_eq!(says("2.4", "10.1.2.5"), Entry::Not);
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
