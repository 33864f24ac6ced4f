//! Which questions does the estate itself state? Endpoint settings of its apps.

use model::resource::{ContainerApp, WebApp};
use model::{Expect, Host, Question, Snapshot, Target, Vantage};

/// One question for each endpoint setting of a Private Link service, in order of the apps: web and function apps, then container apps. Only a
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
    questions
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

/// The path of the unauthenticated GET: what the URL says. For an Azure AI services name without a path it is the list
/// of models, which asks for a credential instead of saying "not found"; for a container registry the place where its
/// clients ask for a token without one, which is where its network rules refuse them.
pub fn request_path(to: &Target, path: &str) -> String {
    let service = to.host.name().and_then(path::client::service).filter(|_| path == "/");
    match service {
        Some(service) if service.is_of(model::Kind::CognitiveServicesAccount) => {
            "/openai/models?api-version=2024-10-21".to_owned()
        }
        // Names with further labels are those of its data, where no token is had.
        Some(service) if service.resource_types == [REGISTRIES] && !service.label.contains('.') => {
            format!("/oauth2/token?service={}&scope=registry:catalog:*", service.host)
        }
        _ => path.to_owned(),
    }
}

/// The type of container registries.
const REGISTRIES: &str = "Microsoft.ContainerRegistry/registries";

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn a_name_without_a_path_is_asked_what_its_service_answers() {
        let asked = |url, path| super::request_path(&target(url).unwrap(), path);
        assert_eq!(asked("https://a.openai.azure.com", "/"), "/openai/models?api-version=2024-10-21");
        assert_eq!(asked("https://a.azurecr.io", "/"), "/oauth2/token?service=a.azurecr.io&scope=registry:catalog:*");
        assert_eq!(asked("https://a.azurecr.io", "/v2/"), "/v2/");
        assert_eq!(asked("https://a.eastus.data.azurecr.io", "/"), "/");
        assert_eq!(asked("https://a.vault.azure.net", "/"), "/");
        assert_eq!(asked("https://10.1.2.4", "/"), "/");
    }

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
