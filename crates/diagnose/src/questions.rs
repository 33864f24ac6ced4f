//! Which questions does the estate itself state? Endpoint settings of its apps, the backends of its gateways, and shared
//! private links.

use model::resource::{
    ApiBackend, ApiManagement, CognitiveServicesAccount, ContainerApp, EndpointSetting, SharedPrivateLink, WebApp,
};
use model::{DnsName, Expect, Host, Known, Question, ResourceId, Snapshot, Target, Vantage};
use path::client::Named;

/// One question for each endpoint setting of a Private Link service, in order: those of web and function apps, of
/// container apps, then the backends of API Management services; then one for each shared private link of a search
/// service to an account. Only a stated intent makes a pair wrong: a host that is no Private Link name states none.
pub fn stated(snapshot: &Snapshot) -> Vec<Question> {
    let mut questions = Vec::new();
    let of_app = |settings: &Known<Vec<EndpointSetting>>| {
        settings.value().into_iter().flatten().map(|setting| setting.url.clone()).collect::<Vec<_>>()
    };
    let web = snapshot.all::<WebApp>().map(|(id, app)| (Vantage::WebApp(id.clone()), of_app(&app.endpoints)));
    let containers =
        snapshot.all::<ContainerApp>().map(|(id, app)| (Vantage::ContainerApp(id.clone()), of_app(&app.endpoints)));
    let gateways = snapshot.all::<ApiManagement>().map(|(id, _)| {
        let backends = snapshot.children::<ApiBackend>(id).filter_map(|(_, backend)| backend.url.clone());
        (Vantage::ApiManagement(id.clone()), backends.collect())
    });
    for (from, urls) in web.chain(containers).chain(gateways) {
        let mut own: Vec<Question> = Vec::new();
        for url in urls {
            let Some(to) = target(&url) else { continue };
            let known = is_known(snapshot, &to.host);
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

/// Whether a host is a name of a Private Link service, or one that stands for such a name and should not: the
/// privatelink alias, or a regional host where an account of the estate has an endpoint.
fn is_known(snapshot: &Snapshot, host: &Host) -> bool {
    match path::client::named(host).outcome {
        Known::Value(Named::Public(_) | Named::Privatelink(_)) => true,
        Known::Value(Named::Regional(_)) => {
            let mut accounts = snapshot.all::<CognitiveServicesAccount>();
            accounts.any(|(id, _)| matches!(path::client::has_endpoint(snapshot, id), Known::Value(Some(_))))
        }
        Known::Value(Named::Address(_) | Named::Other(_)) | Known::Unknown(_) => false,
    }
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
    use super::{stated, target};
    use model::resource::{ApiBackend, ApiManagement};
    use model::{Body, Coverage, Resource, ResourceId, Snapshot};

    #[test]
    fn the_backends_of_a_gateway_state_what_it_calls() {
        let gateway = ResourceId::new("s", "g", "Microsoft.ApiManagement/service", &["gateway"]);
        let backend = |name: &str, url: Option<&str>| {
            let body = Body::ApiBackend(ApiBackend { url: url.map(str::to_owned) });
            Resource::new(gateway.child("backends", name), body)
        };
        let resources = vec![
            Resource::new(gateway.clone(), Body::ApiManagement(ApiManagement::default())),
            backend("east", Some("https://a.openai.azure.com")),
            backend("east-again", Some("https://a.openai.azure.com")),
            backend("pool", None),
            backend("vault", Some("https://v.vault.azure.net")),
        ];
        let asked = stated(&Snapshot::new(resources, Coverage::complete()));
        let asked: Vec<String> = asked.iter().map(|one| format!("{} {}", one.from, one.to)).collect();
        assert_eq!(asked, ["apim/gateway a.openai.azure.com", "apim/gateway v.vault.azure.net"]);
    }

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
