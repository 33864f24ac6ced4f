//! Which rules of a group does a change of network policies wake, or put to sleep?

use finding::Cx;
use model::ResourceId;
use model::resource::{Direction, SecurityRule};

/// So many are named.
const FEW: usize = 6;

/// The inbound user rules of a group in their order, such as `allow-app (100, Allow), deny-all (4000, Deny)`.
pub(crate) fn inbound(cx: &Cx<'_>, group: &ResourceId) -> String {
    let mut rules: Vec<(u16, String)> = cx
        .children::<SecurityRule>(group)
        .filter(|(_, rule)| rule.when.direction == Direction::Inbound)
        .map(|(id, rule)| (rule.priority, format!("{} ({}, {})", id.name(), rule.priority, rule.access.word())))
        .collect();
    rules.sort();
    let named: Vec<&str> = rules.iter().take(FEW).map(|(_, words)| words.as_str()).collect();
    let all = match rules.len().saturating_sub(FEW) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    };
    if all.is_empty() { "it has default rules only".to_owned() } else { all }
}
