//! What helps against a security admin rule? Nothing but its owner: no rule of a group comes before it.

use finding::Remedy;
use path::nsg::AdminDecider;

/// What to ask the owner of the rule for.
pub(crate) fn exception(decider: &AdminDecider) -> Remedy {
    let owner = owner(decider);
    let (name, collection) = (decider.rule.name(), decider.collection());
    let words = vec![
        format!(
            "ask whoever runs {owner} for a rule in collection {collection} that allows this call before priority {}, or for a \
             {name} that leaves it out, and for a new deployment",
            decider.says.priority
        ),
        "a rule of a security group does not help: groups are asked after security admin rules".to_owned(),
    ];
    Remedy::manual(format!("let {owner} make an exception"), words)
}

/// The network manager of a rule, in words.
fn owner(decider: &AdminDecider) -> String {
    decider.manager().map_or_else(|| "the network manager".to_owned(), |id| format!("network manager {}", id.name()))
}
