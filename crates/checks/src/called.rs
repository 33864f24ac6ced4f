//! What told the client to call this host, and what in the estate may be meant instead?

use finding::{Cx, Evidence, Remedy, Safety};
use model::resource::{
    ApiBackend, CognitiveServicesAccount, ContainerApp, PrivateEndpoint, PrivateEndpointConnection, WebApp,
};
use model::{Change, ClientFact, DnsName, Expect, FactRef, Host, Key, Question, ResourceId, Target, Vantage, Verdict};
use path::client::{self, Named, url_host};
use path::{Trace, predict, standing};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A setting that names the host which is called.
pub(crate) enum Told<'s> {
    /// An environment variable of the client: its name and its value.
    Variable(&'s str, &'s str),
    /// A setting of an app: the app, the setting's name and its value.
    Setting(&'s ResourceId, &'s str, &'s str),
    /// A backend of an API Management service: its id and its URL.
    Backend(&'s ResourceId, &'s str),
}

/// An account that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meant {
    /// The account.
    pub(crate) account: ResourceId,
    /// The name to call.
    pub(crate) host: DnsName,
}

/// The accounts that may be meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Candidates {
    /// The accounts that have a private endpoint, in the order of their ids; of more than
    /// [`MOST_CANDIDATES`] only these.
    pub(crate) connected: Vec<Meant>,
    /// Those of them that a call from here is predicted to reach privately.
    pub(crate) reached: Vec<Meant>,
    /// How many have an endpoint beside those.
    pub(crate) more: usize,
}

/// So many accounts are looked at; where there are more, no choice among them would be advice.
const MOST_CANDIDATES: usize = 8;

/// The settings that name the called host, those of the app first if the call starts in one.
pub(crate) fn told<'s>(cx: &Cx<'s>, trace: &Trace) -> Vec<Told<'s>> {
    let names = |url: &str| url_host(url).as_ref() == Some(&trace.question.to.host);
    let settings = match &trace.question.from {
        Vantage::WebApp(app) => cx.snapshot().find::<WebApp>(app).map(|app| &app.endpoints),
        Vantage::ContainerApp(app) => cx.snapshot().find::<ContainerApp>(app).map(|app| &app.endpoints),
        _ => None,
    };
    if let Vantage::ApiManagement(gateway) = &trace.question.from {
        let backends = cx.snapshot().children::<ApiBackend>(gateway);
        let called = backends.filter_map(|(id, backend)| Some((id, backend.url.as_deref()?)));
        return called.filter(|(_, url)| names(url)).map(|(id, url)| Told::Backend(id, url)).collect();
    }
    if let Some(app) = trace.question.from.resource()
        && let Some(resource) = cx.snapshot().get(app)
        && let Some(settings) = settings.and_then(model::Known::value)
    {
        let found = settings.iter().filter(|setting| names(&setting.url));
        let told: Vec<_> = found.map(|setting| Told::Setting(&resource.id, &setting.name, &setting.url)).collect();
        if !told.is_empty() {
            return told;
        }
    }
    let variables = cx.snapshot().client().environment.iter().filter(|(_, url)| names(url));
    variables.map(|(name, url)| Told::Variable(name, url)).collect()
}

/// Which setting names the host, as evidence.
pub(crate) fn evidence(told: &[Told<'_>]) -> Vec<Evidence> {
    let words = |told: &Told<'_>| match told {
        Told::Variable(name, url) => Evidence::reason(format!("the variable {name} is {}", shown(url))),
        Told::Setting(app, name, url) => {
            let text = format!("the setting {name} of {} is {}", app.name(), shown(url));
            let property = Cow::Owned(format!("siteConfig.appSettings.{name}"));
            Evidence::fact(text, &FactRef { resource: (*app).clone(), property, value: shown(url) })
        }
        Told::Backend(backend, url) => {
            let gateway = backend.parent();
            let gateway = gateway.as_ref().map_or("", ResourceId::name);
            let text = format!("the backend {} of {gateway} is {}", backend.name(), shown(url));
            Evidence::fact(text, &FactRef::new(backend, "url", shown(url)))
        }
    };
    told.iter().map(words).collect()
}

/// A URL without what may be secret in it: user, query and fragment.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let plain = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = plain.find('/').map_or((plain, ""), |slash| plain.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// The first endpoint that leads to the resource which is called.
pub(crate) fn endpoint<'s>(cx: &Cx<'s>, trace: &Trace) -> Option<&'s ResourceId> {
    let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
    let target = client::target(cx.snapshot(), service).value()?.clone()?;
    cx.by::<PrivateEndpoint>(&Key::LeadsTo(target)).first().map(|(id, _)| *id)
}

/// True when the call starts in a network, or behind its gateway: only there is a private way to be had.
pub(crate) fn is_inside(cx: &Cx<'_>, trace: &Trace) -> bool {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    standing.value().is_some_and(|standing| standing.entry().is_some())
}

/// The accounts that have a private endpoint and may be meant: `suits` says which, `suffix` how each
/// is called.
pub(crate) fn candidates(
    cx: &Cx<'_>,
    trace: &Trace,
    suits: impl Fn(&ResourceId) -> bool,
    suffix: impl Fn(&CognitiveServicesAccount) -> &'static str,
) -> Candidates {
    let snapshot = cx.snapshot();
    let own = snapshot.all::<PrivateEndpointConnection>().filter_map(|(id, _)| id.parent());
    let endpoints = snapshot.all::<PrivateEndpoint>().flat_map(|(_, endpoint)| &endpoint.connections);
    let connected: BTreeSet<ResourceId> =
        own.chain(endpoints.filter_map(|connection| connection.target.clone())).collect();
    let accounts = snapshot.all::<CognitiveServicesAccount>();
    let named = accounts.filter(|(id, _)| suits(id) && connected.contains(*id)).filter_map(|(id, account)| {
        let host = DnsName::below(account.custom_subdomain.as_deref()?, suffix(account)).ok()?;
        Some(Meant { account: id.clone(), host })
    });
    let mut all: Vec<Meant> = named.collect();
    let more = all.split_off(all.len().min(MOST_CANDIDATES)).len();
    let is_private = |meant: &&Meant| {
        let to = Target { host: Host::Name(meant.host.clone()), port: trace.question.to.port };
        let question = Question { from: trace.question.from.clone(), to, expect: Expect::Private };
        predict(snapshot, &question).outcome.verdict == Verdict::Private
    };
    let reached = all.iter().filter(is_private).cloned().collect();
    Candidates { connected: all, reached, more }
}

impl Candidates {
    /// The one that is meant, if it can only be this one.
    pub(crate) fn only(&self) -> Option<&Meant> {
        match (self.reached.as_slice(), self.connected.as_slice(), self.more) {
            ([only], _, 0) | ([], [only], 0) => Some(only),
            _ => None,
        }
    }

    /// True when no account of the estate has an endpoint.
    pub(crate) fn is_empty(&self) -> bool {
        self.connected.is_empty()
    }

    /// The names to choose from, in words.
    pub(crate) fn words(&self) -> String {
        let among = if self.reached.is_empty() || self.more > 0 { &self.connected } else { &self.reached };
        let mut names: Vec<&str> = among.iter().map(|meant| meant.host.as_str()).collect();
        let more = format!("{} more", self.more);
        if self.more > 0 {
            names.push(&more);
        }
        names.join(", ")
    }
}

/// The suffix to call an account by where the client's own name gives none.
pub(crate) fn suffix(account: &CognitiveServicesAccount, told: &[Told<'_>]) -> &'static str {
    let by_kind = account.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("OpenAI"));
    let by_setting = told.iter().any(|told| match told {
        Told::Variable(name, _) | Told::Setting(_, name, _) => name.to_ascii_uppercase().contains("OPENAI"),
        Told::Backend(backend, _) => backend.name().to_ascii_uppercase().contains("OPENAI"),
    });
    if by_kind || by_setting { "openai.azure.com" } else { "cognitiveservices.azure.com" }
}

/// Lets every setting that names the host name another one: a change where it is a variable, words
/// where it is a setting of an app or not known.
pub(crate) fn call_instead(told: &[Told<'_>], host: &DnsName, safety: Safety) -> Remedy {
    let title = format!("call https://{host}");
    let changes: Vec<Change> = told
        .iter()
        .filter_map(|told| match told {
            Told::Variable(name, url) => {
                let value = Some(with_host(url, host));
                Some(Change::Outside(ClientFact::Environment { name: (*name).to_owned(), value }))
            }
            Told::Setting(..) | Told::Backend(..) => None,
        })
        .collect();
    if !changes.is_empty() {
        return Remedy::new(title, safety, changes)
            .saying("set it where the application gets its settings, and restart it");
    }
    let words = told.iter().filter_map(|told| match told {
        Told::Setting(app, name, url) => Some(format!(
            "set {name} of {} to {} (az webapp config appsettings set); the app restarts",
            app.name(),
            with_host(url, host)
        )),
        Told::Backend(backend, _) => {
            let gateway = backend.parent();
            let gateway = gateway.as_ref().map_or("", ResourceId::name);
            Some(format!("let the backend {} of {gateway} call {host}; the rest of its URL stays", backend.name()))
        }
        Told::Variable(..) => None,
    });
    let mut words: Vec<String> = words.collect();
    if words.is_empty() {
        words.push("change the endpoint URL in the client's configuration".to_owned());
    }
    Remedy::manual(title, words)
}

/// The URL with another host: its path stays, except that of OpenAI's own host, which no account has.
fn with_host(url: &str, host: &DnsName) -> String {
    let shown = shown(url);
    let path = shown.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let is_default = matches!(url_host(url), Some(Host::Name(name)) if client::is_default_host(&name));
    match path {
        _ if is_default => format!("https://{host}/openai/v1/"),
        "" => format!("https://{host}{}", if shown.ends_with('/') { "/" } else { "" }),
        path => format!("https://{host}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_host_keeps_the_path_and_drops_what_may_be_secret() {
        let host = DnsName::parse("a.openai.azure.com").unwrap();
        let with = |url| with_host(url, &host);
        assert_eq!(with("https://eastus.api.cognitive.microsoft.com"), "https://a.openai.azure.com");
        assert_eq!(with("https://eastus.api.cognitive.microsoft.com/"), "https://a.openai.azure.com/");
        assert_eq!(with("https://u:p@b.openai.azure.com/openai/v1/?k=s#f"), "https://a.openai.azure.com/openai/v1/");
        assert_eq!(with("https://api.openai.com/v1"), "https://a.openai.azure.com/openai/v1/");
        assert_eq!(with("b.openai.azure.com"), "https://a.openai.azure.com");
        assert_eq!(shown("https://u:p@b:8443/x?k=s"), "https://b:8443/x");
    }

    #[test]
    fn a_choice_is_made_only_where_there_is_one() {
        let meant = |name: &str| Meant {
            account: ResourceId::parse(&format!(
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}"
            ))
            .unwrap(),
            host: DnsName::parse(&format!("{name}.openai.azure.com")).unwrap(),
        };
        let both = vec![meant("a"), meant("b")];
        let one = Candidates { connected: both.clone(), reached: vec![meant("b")], more: 0 };
        assert_eq!(one.only(), Some(&meant("b")));
        assert_eq!(Candidates { more: 1, ..one }.only(), None);
        let none_reached = Candidates { connected: both.clone(), ..Candidates::default() };
        assert_eq!(
            (none_reached.only(), none_reached.words().as_str()),
            (None, "a.openai.azure.com, b.openai.azure.com")
        );
        assert_eq!(Candidates { reached: both.clone(), connected: both, more: 0 }.only(), None);
    }
}
