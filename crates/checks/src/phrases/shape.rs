//! What do the names and addresses of a pasted transcript show?
//!
//! Reads what nslookup, dig, host, Resolve-DnsName and curl print, line by line. Only lines of which
//! it is known that they tell an answer or a connection count; an address anywhere else, such as the
//! caller's own in a refusal, decides nothing.

use super::table::Shape;
use model::private_link_zones;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// Names of Azure's public side, which follow the privatelink alias in public DNS.
const PUBLIC_SIDE: [&str; 4] = [".trafficmanager.net", ".cloudapp.azure.com", ".cloudapp.net", ".azurefd.net"];

/// What the lines of a text tell.
#[derive(Debug, Default)]
struct Seen {
    answers: Vec<IpAddr>,
    dialled: Vec<IpAddr>,
    /// A privatelink name is in sight.
    alias: bool,
    /// A public name of a service is in sight.
    service: bool,
    /// A name of the public side is in sight.
    tail: bool,
    /// A name does not exist.
    missing: bool,
    /// A question to DNS failed.
    lookup: bool,
}

/// What a text shows.
pub(super) fn shapes(text: &str) -> Vec<Shape> {
    let seen = seen(text);
    let is_public = |address: &IpAddr| path::is_public(*address);
    let public = seen.answers.iter().any(is_public) || (seen.alias && seen.tail);
    let private = seen.answers.iter().any(|address| !is_public(address));
    let mut shapes = Vec::new();
    if seen.missing {
        match (seen.alias, seen.service) {
            (true, true) => shapes.push(Shape::MissingAlias),
            (false, _) => shapes.push(Shape::MissingPlain),
            (true, false) => {}
        }
    } else if seen.alias {
        match (public, private) {
            (true, true) => shapes.push(Shape::BothAlias),
            (true, false) => shapes.push(Shape::PublicAlias),
            (false, true) => shapes.push(Shape::PrivateAlias),
            (false, false) => {}
        }
    } else if seen.service {
        match (public, private) {
            (true, false) => shapes.push(Shape::PublicPlain),
            (false, true) => shapes.push(Shape::PrivatePlain),
            _ => {}
        }
    }
    if seen.lookup {
        shapes.push(Shape::Lookup);
    }
    let all: Vec<&IpAddr> = seen.answers.iter().chain(&seen.dialled).collect();
    if !all.is_empty() && all.iter().all(|address| !is_public(address)) {
        shapes.push(Shape::PrivateAddress);
    }
    if !all.is_empty() && all.iter().all(|address| is_public(address)) {
        shapes.push(Shape::PublicAddress);
    }
    shapes
}

/// The one Azure host that the text names, by its public name; `None` when there are none or several.
/// Letters, digits, hyphens and dots only.
pub(super) fn host(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let hosts: BTreeSet<String> =
        names(&lower).map(|name| name.replacen(".privatelink.", ".", 1)).filter(|name| is_service(name)).collect();
    let mut hosts = hosts.into_iter();
    hosts.next().filter(|_| hosts.next().is_none())
}

fn seen(text: &str) -> Seen {
    // Transcripts inside of JSON have their line ends written out.
    let lower = text.to_ascii_lowercase().replace("\\n", "\n");
    let mut seen = Seen {
        missing: ["nxdomain", "non-existent domain"].iter().any(|words| lower.contains(words)),
        lookup: lower.contains("dial tcp: lookup "),
        ..Seen::default()
    };
    for name in names(&lower) {
        seen.alias |= name.contains(".privatelink.");
        seen.service |= !name.contains(".privatelink.") && is_service(name);
        seen.tail |= PUBLIC_SIDE.iter().any(|suffix| name.ends_with(suffix));
    }
    let mut previous = "";
    for line in lower.lines().map(str::trim) {
        let of_the_server = previous.starts_with("server:") || line.contains("#53") || line.starts_with(';');
        if !of_the_server && answers(line) {
            seen.answers.extend(addresses(line));
        } else if !of_the_server && dials(line) {
            seen.dialled.extend(addresses(line));
        }
        previous = line;
    }
    seen
}

/// True for a line by which a DNS tool tells an address.
fn answers(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let alone = words.iter().all(|word| word.parse::<IpAddr>().is_ok());
    let is_type = |word: &str| matches!(word, "a" | "aaaa");
    // `name 10 IN A address` of dig, `name A 10 Answer address` of Resolve-DnsName.
    let record = words.windows(2).any(|pair| pair[0] == "in" && is_type(pair[1]))
        || (words.contains(&"answer") && words.get(1).is_some_and(|word| is_type(word)));
    let told = ["address:", "addresses:", "ip4address", "ip6address", "ipaddress"];
    alone
        || record
        || told.iter().any(|begin| line.starts_with(begin))
        || line.contains(" has address ")
        || line.contains(" has ipv6 address ")
}

/// True for a line by which a client tells whom it dials; Node.js says `connect ETIMEDOUT`.
fn dials(line: &str) -> bool {
    ["trying ", "connected to ", "dial tcp ", "connect to ", "connection to ", "connect(", "connect e"]
        .iter()
        .any(|words| line.contains(words))
}

/// The addresses of a line, with or without a port.
fn addresses(line: &str) -> impl Iterator<Item = IpAddr> {
    line.split([' ', '\t', ',', '(', ')', '\'', '"', '=']).filter_map(|word| {
        let word = word.trim_end_matches(['.', ':', ';']);
        let alone = word.trim_start_matches('[').trim_end_matches(']').parse().ok();
        alone.or_else(|| word.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
    })
}

/// The words of a text that can be names of hosts, without a dot at the end.
fn names(lower: &str) -> impl Iterator<Item = &str> {
    lower
        .split(|it: char| !(it.is_ascii_alphanumeric() || it == '.' || it == '-'))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.contains('.') && word.len() <= 253)
        .filter(|word| word.split('.').all(|label| !label.is_empty() && !label.starts_with('-')))
}

/// True for a name below the public suffix of a service that can have private endpoints.
fn is_service(name: &str) -> bool {
    let is_told = |suffix: &&&str| !suffix.contains('{');
    let suffixes = || private_link_zones().iter().flat_map(|row| &row.suffixes).filter(is_told);
    let below = |suffix: &&str| name.strip_suffix(*suffix).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'));
    suffixes().any(below) && !suffixes().any(|suffix| *suffix == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_server_is_no_answer() {
        let text = "Server:\t\t10.0.0.4\nAddress:\t10.0.0.4#53\n\nName:\tx.openai.azure.com\nAddress: 203.0.113.10\n";
        assert_eq!(shapes(text), [Shape::PublicPlain, Shape::PublicAddress]);
        let windows =
            "Server:  UnKnown\r\nAddress:  10.0.0.4\r\n\r\nName:    x.openai.azure.com\r\nAddress:  203.0.113.10\r\n";
        assert_eq!(shapes(windows), [Shape::PublicPlain, Shape::PublicAddress]);
    }

    #[test]
    fn an_address_in_a_sentence_decides_nothing() {
        assert!(shapes("Client address is not authorized. Client address: 203.0.113.7").is_empty());
        assert!(shapes("Your IP address is 203.0.113.7.").is_empty());
    }

    #[test]
    fn one_host_is_named_by_its_public_name() {
        let known = |text| host(text);
        assert_eq!(known("GET https://a.openai.azure.com/x").as_deref(), Some("a.openai.azure.com"));
        assert_eq!(known("a.privatelink.openai.azure.com").as_deref(), Some("a.openai.azure.com"));
        assert_eq!(known("a.openai.azure.com b.openai.azure.com"), None);
        assert_eq!(known("audience is https://cognitiveservices.azure.com"), None);
        let behind = "a.openai.azure.com canonical name = vnetproxyv1.eastus.cloudapp.azure.com";
        assert_eq!(known(behind).as_deref(), Some("a.openai.azure.com"));
        assert_eq!(known("https://$(reboot).openai.azure.com/ a`b`.example"), None);
    }
}
