//! Would the service take the key that the client has? Only that a key is there is known, never which.

use model::resource::{CognitiveServicesAccount, WebApp};
use model::{Because, Decided, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Vantage, Why, is_key_name};

/// Whether a call with the client's key would be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// The account takes keys.
    Taken,
    /// It takes none, and the client has one.
    Refused {
        /// The account.
        account: ResourceId,
        /// What names the key: an environment variable, or a setting of the app.
        named_by: String,
        /// The app whose setting it is; `None` for an environment variable.
        app: Option<ResourceId>,
    },
}

/// Keys can be switched off.
pub static KEYS_OFF: Fact = Fact {
    id: "auth-keys-disabled",
    text: "With disableLocalAuth the service answers a call with a key with 403 `AuthenticationTypeDisabled`, whatever way it came; a token of Microsoft Entra ID is taken.",
    mark: Mark::Recorded,
    source: "github.com/microsoft/sample-app-aoai-chatGPT issue 1000, Azure-Samples/azure-search-openai-demo issue 1617, read 2026-11-22",
};

/// What becomes of the key of a client at this vantage. `None` when no key of it is known, or nothing is to be said.
pub fn keys(snapshot: &Snapshot, from: &Vantage, account_id: &ResourceId) -> Option<Decided<Keys>> {
    let (named_by, app) = named_by(snapshot, from)?;
    let account = snapshot.find::<CognitiveServicesAccount>(account_id)?;
    let value = match account.disable_local_auth {
        Known::Value(off) => off,
        Known::Unknown(why) => return Some(unread(account_id, &named_by, why)),
    };
    let fact = FactRef::new(account_id, "disableLocalAuth", if value { "true" } else { "false" });
    if !value {
        let text = format!("{} takes keys, and {named_by} is set: it was not tried", account_id.name());
        return Some(Decided::value(Keys::Taken, Because::new(text).fact(fact).rule(&KEYS_OFF)));
    }
    let text = format!("{} takes no keys, and {named_by} is set: a call with it gets 403", account_id.name());
    let mut because = Because::new(text).fact(fact).rule(&KEYS_OFF);
    if let Some(app) = &app {
        because = because.fact(FactRef::new(app, "appSettings", named_by.as_str()));
    }
    Some(Decided::value(Keys::Refused { account: account_id.clone(), named_by, app }, because))
}

fn unread(account: &ResourceId, named_by: &str, why: Why) -> Decided<Keys> {
    let text = format!("{named_by} is set; whether {} takes keys is {}", account.name(), why.words());
    Decided::unknown(why, Because::new(text))
}

/// What names a key at the client: a setting of the app that calls, else an environment variable.
fn named_by(snapshot: &Snapshot, from: &Vantage) -> Option<(String, Option<ResourceId>)> {
    // What a service of Azure keeps to itself is not what a client of the estate has.
    if let Vantage::Service(_) = from {
        return None;
    }
    if let Vantage::WebApp(id) = from
        && let Some(name) = snapshot.find::<WebApp>(id).and_then(|app| app.keys.first())
    {
        return Some((name.clone(), Some(id.clone())));
    }
    // Its value is not looked at.
    let name = snapshot.client().environment.keys().find(|name| is_key_name(name))?;
    Some((name.clone(), None))
}
