//! How many packets did each rule, route and host decide about?

use super::rules::{TABLE, titles};
use crate::{CounterKind, RuleCounter};
use serde_json::Value;

/// The rules of a host that keeps silent: nobody approved its endpoint.
pub(crate) const SILENT: &str = "table ip privpath {
  chain input {
    type filter hook input priority 0; policy accept;
    counter drop comment \"the endpoint is not approved\"
  }
}
";

/// Reads what `nft -j list ruleset` wrote of a router with these rules.
pub(crate) fn read(network: &str, text: &str, rules: &str) -> Vec<RuleCounter> {
    let titles = titles(rules);
    counted(text)
        .into_iter()
        .filter_map(|(chain, rule, denies, packets)| {
            let (kind, group) = titles.get(&chain)?.clone();
            Some(RuleCounter { network: network.to_owned(), kind, group, rule, denies, packets })
        })
        .collect()
}

/// The same of the host of an endpoint that nobody approved.
pub(crate) fn read_silent(network: &str, endpoint: &str, text: &str) -> Vec<RuleCounter> {
    let counter = |(_, rule, denies, packets)| RuleCounter {
        network: network.to_owned(),
        kind: CounterKind::Endpoint,
        group: endpoint.to_owned(),
        rule,
        denies,
        packets,
    };
    counted(text).into_iter().map(counter).collect()
}

/// Chain, comment, whether it drops, and packets of every rule with a counter.
fn counted(text: &str) -> Vec<(String, String, bool, u64)> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let all = document["nftables"].as_array().map_or(&[][..], Vec::as_slice);
    let rules = all.iter().map(|entry| &entry["rule"]).filter(|rule| rule["table"] == TABLE);
    let read = |rule: &Value| {
        let parts = rule["expr"].as_array()?;
        let counter = parts.iter().find_map(|part| part.get("counter"))?;
        Some((
            rule["chain"].as_str()?.to_owned(),
            rule["comment"].as_str()?.to_owned(),
            parts.iter().any(|part| part.get("drop").is_some()),
            counter["packets"].as_u64()?,
        ))
    };
    rules.filter_map(read).collect()
}
