//! How many packets did each rule of a security group decide about?

use super::rules::TABLE;
use crate::RuleCounter;
use serde_json::Value;

/// Reads what `nft -j list ruleset` wrote.
pub(crate) fn read(network: &str, text: &str, named: &dyn Fn(&str) -> Option<String>) -> Vec<RuleCounter> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let all = document["nftables"].as_array().map_or(&[][..], Vec::as_slice);
    let rules = all.iter().map(|entry| &entry["rule"]).filter(|rule| rule["table"] == TABLE);
    rules
        .filter_map(|rule| {
            let parts = rule["expr"].as_array()?;
            let counter = parts.iter().find_map(|part| part.get("counter"))?;
            Some(RuleCounter {
                network: network.to_owned(),
                group: named(rule["chain"].as_str()?)?,
                rule: rule["comment"].as_str()?.to_owned(),
                denies: parts.iter().any(|part| part.get("drop").is_some()),
                packets: counter["packets"].as_u64()?,
            })
        })
        .collect()
}
