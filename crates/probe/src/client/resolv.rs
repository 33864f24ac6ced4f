//! Which DNS servers, search list and `ndots` is a client on this host told to use?

use super::file;
use crate::bound::words;
use crate::plan::distinct;
use resolv_conf::{Config, ParseError, ScopedIp};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::path::Path;

/// Resolver libraries use no more servers than this (`MAXNS`).
const MOST_SERVERS: usize = 3;
/// And no higher `ndots` (`RES_MAXNDOTS`).
const HIGHEST_NDOTS: u32 = 15;
/// The port of DNS.
const PORT: u16 = 53;

/// The resolver configuration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resolver {
    /// Servers in order.
    pub(super) servers: Vec<SocketAddr>,
    /// Search list.
    pub(super) search: Vec<String>,
    /// `ndots`.
    pub(super) ndots: u32,
    /// What was wrong with the file.
    pub(super) problem: Option<String>,
}

/// The configuration of this host.
pub(super) fn of_this_host() -> Resolver {
    let path = Path::new("/etc/resolv.conf");
    match file::read(path) {
        Ok(content) => read(&content, &scope_of_interface),
        Err(error) if cfg!(unix) => Resolver {
            servers: vec![fallback()],
            search: Vec::new(),
            ndots: 1,
            problem: Some(format!("cannot read {}: {}; a client asks 127.0.0.1 then", path.display(), words(&error))),
        },
        Err(error) => Resolver {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            problem: Some(format!(
                "the DNS servers of this system are not known: it has no {} ({}); name one with --dns",
                path.display(),
                words(&error)
            )),
        },
    }
}

/// What a file says, the way resolver libraries read it: broken lines are passed over, and without
/// any server they ask 127.0.0.1. `scope` gives the number of an interface.
fn read(content: &[u8], scope: &dyn Fn(&str) -> Option<u32>) -> Resolver {
    let (config, errors) = Config::parse_with_errors(content);
    let mut problems: Vec<String> = errors.iter().filter_map(|error| broken_server(error, content)).collect();
    let mut servers = Vec::new();
    for server in &config.nameservers {
        match address(server, scope) {
            Some(server) => servers.push(server),
            None => problems.push(format!("the server {server} is on an interface that this host does not have")),
        }
    }
    let mut servers = distinct(servers);
    if servers.len() > MOST_SERVERS {
        problems.push(format!("it names {} servers; clients use the first {MOST_SERVERS}", servers.len()));
        servers.truncate(MOST_SERVERS);
    }
    if servers.is_empty() {
        problems.push("it names no server; a client asks 127.0.0.1 then".to_owned());
        servers.push(fallback());
    }
    Resolver {
        servers,
        search: config.get_last_search_or_domain().take(32).cloned().collect(),
        ndots: config.ndots.min(HIGHEST_NDOTS),
        problem: (!problems.is_empty()).then(|| format!("/etc/resolv.conf: {}", problems.join("; "))),
    }
}

/// What to say of a line that names a server and cannot be read. Other broken lines change nothing
/// that we use.
fn broken_server(error: &ParseError, content: &[u8]) -> Option<String> {
    let (ParseError::InvalidIp(line, _) | ParseError::InvalidValue(line)) = error else { return None };
    let text = content.split(|byte| *byte == b'\n').nth(*line)?;
    let text = String::from_utf8_lossy(text);
    text.trim_start()
        .starts_with("nameserver")
        .then(|| format!("line {} names no address and is passed over ({:?})", line + 1, words(&text.trim())))
}

fn address(server: &ScopedIp, scope: &dyn Fn(&str) -> Option<u32>) -> Option<SocketAddr> {
    match server {
        ScopedIp::V6(address, Some(interface)) => {
            let scope = interface.parse().ok().or_else(|| scope(interface))?;
            Some(SocketAddr::V6(SocketAddrV6::new(*address, PORT, 0, scope)))
        }
        plain => Some(SocketAddr::new(IpAddr::from(plain), PORT)),
    }
}

fn fallback() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT)
}

/// The number of an interface, from Linux's own table; its name is alphanumeric, as the reader of the
/// file made sure.
fn scope_of_interface(name: &str) -> Option<u32> {
    let content = file::read(&Path::new("/sys/class/net").join(name).join("ifindex")).ok()?;
    String::from_utf8_lossy(&content).trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(content: &str) -> Resolver {
        read(content.as_bytes(), &|name| (name == "eth0").then_some(7))
    }

    #[track_caller]
    fn check(content: &str, servers: &[&str], problem: Option<&str>) {
        let resolver = resolver(content);
        let addresses: Vec<String> = resolver.servers.iter().map(ToString::to_string).collect();
        assert_eq!(addresses, servers, "{content:?}");
        match (&resolver.problem, problem) {
            (None, None) => {}
            (Some(said), Some(expected)) => assert!(said.contains(expected), "{said}"),
            (said, expected) => panic!("{content:?}: said {said:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn plain_files() {
        check("nameserver 168.63.129.16\n", &["168.63.129.16:53"], None);
        check("# made by\nnameserver 10.0.0.4 # hub\n; x\nnameserver fd00::4", &["10.0.0.4:53", "[fd00::4]:53"], None);
        check("nameserver 10.0.0.4\nnameserver 10.0.0.4\n", &["10.0.0.4:53"], None);
    }

    #[test]
    fn search_and_ndots() {
        let resolver = resolver(
            "domain old.example\nsearch default.svc.cluster.local cluster.local\noptions ndots:5 edns0\nnameserver 10.0.0.10",
        );
        assert_eq!(resolver.search, ["default.svc.cluster.local", "cluster.local"]);
        assert_eq!(resolver.ndots, 5);
        assert_eq!(resolver.problem, None);
        assert_eq!(read(b"options ndots:4000000000\n", &|_| None).ndots, 15);
        assert_eq!(read(b"", &|_| None).ndots, 1);
    }

    #[test]
    fn empty_and_broken_files() {
        check("", &["127.0.0.1:53"], Some("names no server"));
        check("nameserver\n", &["127.0.0.1:53"], Some("line 1"));
        check("nonsense\nnameserver 10.0.0.400\nnameserver 10.0.0.4\n", &["10.0.0.4:53"], Some("line 2"));
        check("options ndots:many\nfoo bar\nnameserver 10.0.0.4\n", &["10.0.0.4:53"], None);
        let bytes = read(b"\xff\xfe\nnameserver 10.0.0.4\n", &|_| None);
        assert_eq!(bytes.servers, [SocketAddr::from(([10, 0, 0, 4], 53))]);
    }

    #[test]
    fn no_more_than_clients_use() {
        check(
            "nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n",
            &["10.0.0.1:53", "10.0.0.2:53", "10.0.0.3:53"],
            Some("the first 3"),
        );
    }

    #[test]
    fn scoped_addresses() {
        check("nameserver fe80::1%eth0\n", &["[fe80::1%7]:53"], None);
        check("nameserver fe80::1%3\n", &["[fe80::1%3]:53"], None);
        check("nameserver fe80::1%gone\nnameserver 10.0.0.4\n", &["10.0.0.4:53"], Some("fe80::1%gone"));
    }
}
