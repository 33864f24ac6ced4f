//! Which estate may the identity that is signed in here read in Azure?
//!
//! Reads only, with what the role Reader may read. Nothing is kept: each run reads again.

use crate::entra::{self, At};
use crate::estate::Estate;
use crate::progress::Progress;
use anyhow::{Context, Result, anyhow, bail};
use azure::{Client, Cloud, Roots, Token};
use finding::Note;
use gather::Subscription;
use std::cell::Cell;
use std::time::Duration;

/// The longest that signing in may take.
const SIGNING_IN: Duration = Duration::from_secs(30);

/// Reads the subscriptions.
pub(crate) fn read(progress: &Progress) -> Result<Estate> {
    let authority = variable("AZURE_AUTHORITY_HOST");
    let cloud = Cloud::of(authority.as_deref()).with_context(|| {
        let known: Vec<&str> = Cloud::authority_hosts().collect();
        format!("AZURE_AUTHORITY_HOST names no cloud that privpath knows; it knows {}", known.join(", "))
    })?;
    progress.says("signing in to Azure");
    let (signed, _) = entra::sign_in(&At::Here(&[]), cloud.resource_manager, SIGNING_IN);
    let signed =
        signed.map_err(|none| anyhow!("{none}; sign in with `az login`, or keep files and use --snapshot PATH"))?;
    let client = Client::new(cloud.resource_manager, &Token::bearer(signed.token.reveal()), &Roots::System)?;
    let (chosen, why) = chosen(&client)?;
    let ids: Vec<&str> = chosen.iter().map(|subscription| subscription.id.as_str()).collect();
    let at = Cell::new(0);
    let next = |subscription: &str| {
        at.set(at.get() + 1);
        progress.says(&format!("reading subscription {} of {}: {}", at.get(), ids.len(), model::visible(subscription)));
    };
    let gathered = gather::subscriptions(&client, &ids, &next)?;
    let mut estate = Estate::of(gathered, model::Client::default());
    let names = chosen.iter().map(named).collect::<Vec<_>>().join(", ");
    let note = |text: String| Note { about: "azure".to_owned(), text };
    let read = note(format!("{names} was read, {why}; what other subscriptions hold is not known"));
    estate.notes.splice(0..0, [read, note(format!("read with the token of {signed}"))]);
    Ok(estate)
}

/// The subscription of the environment, else all that may be read; and why these.
fn chosen(client: &Client) -> Result<(Vec<Subscription>, &'static str)> {
    let Some(id) = variable("AZURE_SUBSCRIPTION_ID") else {
        return Ok((gather::readable(client)?, "all that may be read"));
    };
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        bail!("AZURE_SUBSCRIPTION_ID is no id of a subscription: letters, digits and `-`");
    }
    Ok((vec![Subscription { id, name: String::new() }], "as AZURE_SUBSCRIPTION_ID says"))
}

/// A subscription in words.
fn named(subscription: &Subscription) -> String {
    match subscription.name.as_str() {
        "" => format!("subscription {}", subscription.id),
        name => format!("subscription {} ({})", model::visible(name), subscription.id),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the cloud and the subscription are told by environment variables, by name"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
