//! What does a running lab look like to a reader? Its hosts, what was changed in it, and what its rules and
//! routes did to packets.

use ::lab::{Access, HostStatus, RuleCounter, Status, daemon};
use anyhow::Result;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The widest line.
const WIDTH: usize = 80;

/// A running lab for a person.
pub(crate) fn text(name: &str, access: &Access) -> Result<String> {
    let (now, counters) = (daemon::status(access)?, daemon::counters(access)?);
    let mut text = String::new();
    line(&mut text, 0, &format!("lab {name}: {}", access.title));
    let (from, to, expect) = (&access.ask_from, &access.ask_to, &access.ask_expect);
    line(&mut text, 2, &format!("asks     {from} → {to}, expects {expect}"));
    line(&mut text, 2, &format!("stands   {} ({})", in_words(access), access.medium.why));
    line(&mut text, 2, &format!("ARM API  {} (TLS with a CA of its own)", access.arm));
    let limits = now.vantages.iter().filter_map(|node| Some(format!("{}: {}", node.text, node.limits.as_ref()?)));
    for limit in access.limits.iter().cloned().chain(limits) {
        line(&mut text, 2, &format!("note     {limit}"));
    }
    section(&mut text, "Hosts", hosts(&now));
    section(&mut text, "From outside", outside(&now));
    let changes = now.changes.iter().map(|change| format!("{} ({})", change.text, change.by.word()));
    section(&mut text, "Changed", changes);
    section(
        &mut text,
        "Counted since the network was built last",
        counters.iter().filter(|counter| counter.packets > 0).map(counted),
    );
    text.push('\n');
    if access.medium.namespaces {
        line(&mut text, 2, &format!("privpath lab exec {from} -- privpath check"));
    }
    line(&mut text, 2, &format!("privpath check --lab {name}"));
    line(&mut text, 2, &format!("privpath lab down {name}"));
    Ok(text)
}

/// A running lab for a machine.
pub(crate) fn document(name: &str, access: &Access) -> Result<serde_json::Value> {
    let (now, counters) = (daemon::status(access)?, daemon::counters(access)?);
    let vantages = now.vantages.iter().map(|node| {
        let told = node.environment.iter().map(|(name, value)| (name.as_str(), model::told_value(name, value)));
        let environment: BTreeMap<&str, &str> = told.collect();
        json!({
            "vantage": node.text, "dns": node.dns, "socks5": node.socks5, "inside": node.inside,
            "environment": environment, "hosts": node.hosts, "limits": node.limits,
        })
    });
    Ok(json!({
        "name": name, "scenario": access.scenario, "title": access.title, "arm": access.arm,
        "asks": {"from": access.ask_from, "to": access.ask_to, "expect": access.ask_expect},
        "medium": access.medium.word(), "why": access.medium.why, "limits": access.limits,
        "vantages": vantages.collect::<Vec<_>>(), "others": now.others, "changes": now.changes, "counters": counters,
    }))
}

fn in_words(access: &Access) -> &'static str {
    if access.medium.namespaces { "in network namespaces: real packets" } else { "on the loopback interface" }
}

/// Everybody with an address, in columns. On the loopback interface no vantage has one.
fn hosts(now: &Status) -> Vec<String> {
    let listed = |addresses: &[IpAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let vantages = now.vantages.iter().filter_map(|node| {
        let inside = node.inside.as_ref()?;
        let servers: Vec<IpAddr> = inside.dns_servers.iter().map(std::net::SocketAddr::ip).collect();
        Some((node.text.clone(), inside.address.to_string(), format!("asks DNS at {}", listed(&servers))))
    });
    let other = |host: &HostStatus| (host.name.clone(), listed(&host.addresses), host.does.clone());
    let rows: Vec<_> = vantages.chain(now.others.iter().map(other)).collect();
    let name = rows.iter().map(|row| row.0.len()).max().unwrap_or_default();
    let address = rows.iter().map(|row| row.1.len()).max().unwrap_or_default();
    rows.iter().map(|row| format!("{:name$}  {:address$}  {}", row.0, row.1, row.2)).collect()
}

/// The ports of the vantages on this machine.
fn outside(now: &Status) -> Vec<String> {
    let name = now.vantages.iter().map(|node| node.text.len()).max().unwrap_or_default();
    let row = |node: &::lab::VantageAccess| format!("{:name$}  DNS {}, SOCKS5 {}", node.text, node.dns, node.socks5);
    now.vantages.iter().map(row).collect()
}

fn counted(counter: &RuleCounter) -> String {
    let verb = if counter.denies { "dropped" } else { "let through" };
    let packets = if counter.packets == 1 { "packet" } else { "packets" };
    format!("{}: {}, {}: {verb} {} {packets}", counter.network, counter.group, counter.rule, counter.packets)
}

fn section(text: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    let mut lines = lines.into_iter().peekable();
    if lines.peek().is_none() {
        return;
    }
    text.push('\n');
    line(text, 0, title);
    for one in lines {
        line(text, 2, &one);
    }
}

/// Adds a line, broken between words where it is too wide; what follows is indented further.
fn line(text: &mut String, indent: usize, words: &str) {
    let mut column = indent;
    text.push_str(&" ".repeat(indent));
    for word in words.split_inclusive(' ') {
        let width = word.trim_end().chars().count();
        if column + width > WIDTH && column > indent + 4 {
            text.truncate(text.trim_end().len());
            text.push('\n');
            text.push_str(&" ".repeat(indent + 4));
            column = indent + 4;
        }
        text.push_str(word);
        column += word.chars().count();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide() {
        let mut text = String::new();
        line(&mut text, 2, &"word ".repeat(40));
        line(&mut text, 2, &"x".repeat(200));
        line(&mut text, 2, "a    b");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.iter().filter(|line| !line.contains('x')).all(|line| line.len() <= WIDTH), "{text}");
        assert_eq!(lines[0], format!("  {}", "word ".repeat(15).trim_end()));
        assert_eq!(lines.last(), Some(&"  a    b"));
        assert!(lines[1].starts_with("      word"), "{text}");
    }
}
