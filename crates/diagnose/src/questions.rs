//! Which questions does the estate itself state? Endpoint settings of its apps, and shared private links.

use model::resource::{CognitiveServicesAccount, ContainerApp, SharedPrivateLink, WebApp};
use model::{DnsName, Expect, Host, Question, ResourceId, Snapshot, Target, Vantage};

/// One question for each endpoint setting of a Private Link service, in order of the apps: web and function apps, then container apps;
/// then one for each shared private link of a search service to an account. Only a
/// stated intent makes a pair wrong: a host that is no Private Link name states none.
pub fn stated(snapshot: &Snapshot) -> Vec<Question> {
    let mut questions = Vec::new();
    let web = snapshot.all::<WebApp>().map(|(id, app)| (Vantage::WebApp(id.clone()), &app.endpoints));
    let containers =
        snapshot.all::<ContainerApp>().map(|(id, app)| (Vantage::ContainerApp(id.clone()), &app.endpoints));
    for (from, settings) in web.chain(containers) {
        let mut own: Vec<Question> = Vec::new();
        for setting in settings.value().into_iter().flatten() {
            let Some(to) = target(&setting.url) else { continue };
            let known = to.host.name().is_some_and(|name| path::client::service(name).is_some());
            let question = Question { from: from.clone(), to, expect: Expect::Private };
            if known && !own.contains(&question) {
                own.push(question);
            }
        }
        questions.append(&mut own);
    }
    for question in snapshot.all::<SharedPrivateLink>().filter_map(|(id, link)| by_link(snapshot, id, link)) {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    questions
}

/// What a shared private link to an account states: the search service calls it, and privately. By which name is
/// known where the account has one name only, or the group id says it.
fn by_link(snapshot: &Snapshot, id: &ResourceId, link: &SharedPrivateLink) -> Option<Question> {
    let account = snapshot.find::<CognitiveServicesAccount>(link.target.as_ref()?)?;
    let group = link.group_id.as_deref().unwrap_or_default().to_ascii_lowercase();
    let suffix = match (account.kind.as_deref(), group.as_str()) {
        (Some("OpenAI"), _) | (_, "openai_account") => "openai.azure.com",
        (_, "cognitiveservices_account") => "cognitiveservices.azure.com",
        _ => return None,
    };
    let host = DnsName::below(account.custom_subdomain.as_deref().filter(|label| !label.is_empty())?, suffix).ok()?;
    let to = Target { host: Host::Name(host), port: 443 };
    Some(Question { from: Vantage::Service(id.parent()?), to, expect: Expect::Private })
}

/// The target of an origin, as settings keep it: `https://host[:port]`.
fn target(url: &str) -> Option<Target> {
    let authority = url.strip_prefix("https://")?.split('/').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') && !port.contains(']') => (host, port.parse().ok()?),
        _ => (authority, 443),
    };
    Some(Target { host: Host::parse(host).ok()?, port })
}

/// The path of the unauthenticated GET: what the URL says, and for an Azure AI services name without
/// a path the list of models, which asks for a credential instead of saying "not found".
pub fn request_path(to: &Target, path: &str) -> String {
    let service = to.host.name().and_then(path::client::service);
    let is_account = service.is_some_and(|service| service.is_of(model::Kind::CognitiveServicesAccount));
    if is_account && path == "/" { "/openai/models?api-version=2024-10-21".to_owned() } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn origins() {
        let text = |url| target(url).map(|target| target.to_string());
        assert_eq!(text("https://a.openai.azure.com").as_deref(), Some("a.openai.azure.com"));
        assert_eq!(text("https://a.openai.azure.com:8443").as_deref(), Some("a.openai.azure.com:8443"));
        assert_eq!(text("https://[fd00::1]:8443").as_deref(), Some("[fd00::1]:8443"));
        assert_eq!(text("https://[fd00::1]").as_deref(), Some("[fd00::1]"));
        assert_eq!(text("http://a"), None);
        assert_eq!(text("https://"), None);
        assert_eq!(text("https://a:b"), None);
    }
}
