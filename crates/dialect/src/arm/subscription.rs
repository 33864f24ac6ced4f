//! Which subscriptions does a page of ARM's list name?

use serde::Deserialize;

/// A subscription that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, without `/subscriptions/`.
    pub id: String,
    /// What people call it; empty when nobody says.
    pub name: String,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    subscription_id: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    state: String,
}

/// The state of a subscription whose resources are gone.
const DELETED: &str = "Deleted";

/// The subscriptions of one page of `GET /subscriptions`, without those that were deleted. An error says in a few
/// words why the text is no such page.
pub fn subscriptions(page: &str) -> Result<Vec<Subscription>, String> {
    let page: Page =
        serde_json::from_str(page).map_err(|why| format!("the answer is no list of subscriptions: {why}"))?;
    let there = |entry: &Entry| !entry.state.eq_ignore_ascii_case(DELETED) && !entry.subscription_id.is_empty();
    let of = |entry: Entry| Subscription { id: entry.subscription_id, name: entry.display_name };
    Ok(page.value.into_iter().filter(there).map(of).collect())
}
