//! Are files and ARM lists gathered whole, and is what is missing said?

#![allow(clippy::disallowed_methods, reason = "the tests write the files that they gather")]

use crate::live::{self, Arm, list_subscriptions};
use crate::{GatherError, Gathered, files};
use azure::Error;
use model::resource::{
    AdminRule, AdminRuleCollection, ApiBackend, EffectiveAdminRules, HubConnection, NetworkGroupMember, RoutingIntent,
    ServiceTags, Subnet, VirtualNetwork, VirtualNetworkGateway, WebApp,
};
use model::{Extent, Kind, Known, ResourceId, Why};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn gather(arm: &Pretend, subscription: &str) -> Result<Gathered, GatherError> {
    live::gather(arm, &[subscription], Extent::Complete, &|_| ())
}

const GROUP: &str = "/subscriptions/s/resourceGroups/g/providers";

fn network(name: &str) -> String {
    format!(
        r#"{{"id":"{GROUP}/Microsoft.Network/virtualNetworks/{name}","properties":{{"addressSpace":{{"addressPrefixes":["10.1.0.0/16"]}},"subnets":[{{"name":"a","properties":{{"addressPrefix":"10.1.2.0/24"}}}}],"virtualNetworkPeerings":[]}}}}"#
    )
}

fn folder(contents: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in contents {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn notes(gathered: &Gathered) -> String {
    gathered.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_folder_is_read_and_its_strays_are_said_once() {
    let hub = network("hub");
    let spoke: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(network("spoke").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let folder = folder(&[
        ("README.md", b"# notes"),
        ("picture.png", &[0x89, 0x50]),
        (".git/objects/x.json", b"not JSON"),
        ("one/hub.JSON", hub.as_bytes()),
        ("powershell.json", &spoke),
        ("lines.ndjson", format!("{}\n{}\n", network("b"), network("c")).as_bytes()),
        ("networkSecurityGroups.json", b"[]"),
        ("latin.json", &[b'"', 0xe4, b'"']),
    ]);
    let gathered = files(folder.path()).unwrap();
    let names: Vec<&str> = gathered.snapshot.all::<VirtualNetwork>().map(|(id, _)| id.name()).collect();
    assert_eq!(names, ["b", "c", "hub", "spoke"]);
    assert_eq!(gathered.snapshot.all::<Subnet>().count(), 4);
    assert_eq!(gathered.snapshot.coverage().of(Kind::NetworkSecurityGroup), Extent::Complete);
    let said = notes(&gathered);
    assert!(said.contains("2 other files skipped"), "{said}");
    assert!(said.contains("latin.json: is no UTF-8"), "{said}");
    assert_eq!(gathered.notes.len(), 2, "{said}");
    let hub = ResourceId::parse(&format!("{GROUP}/Microsoft.Network/virtualNetworks/hub")).unwrap();
    assert!(gathered.snapshot.origin(&hub).unwrap().ends_with("hub.JSON"));
}

#[test]
fn a_single_file_is_read_whatever_it_is_called() {
    let folder = folder(&[("snapshot.txt", network("hub").as_bytes())]);
    let gathered = files(&folder.path().join("snapshot.txt")).unwrap();
    assert_eq!(gathered.snapshot.len(), 2);
    assert!(gathered.notes.is_empty());
}

#[test]
fn the_same_folder_gives_the_same_snapshot() {
    let (a, b) = (network("hub"), network("hub").replace("10.1.0.0/16", "10.9.0.0/16"));
    let folder = folder(&[("b.json", b.as_bytes()), ("a.json", a.as_bytes())]);
    let gathered = files(folder.path()).unwrap();
    let (_, network) = gathered.snapshot.all::<VirtualNetwork>().next().unwrap();
    assert_eq!(network.address_space[0].to_string(), "10.9.0.0/16", "the later file stays");
}

#[test]
fn nothing_to_read_is_an_error_with_a_cure() {
    let error = |path: &Path| files(path).unwrap_err().to_string();
    let empty = folder(&[("README.md", b"")]);
    assert!(error(empty.path()).contains("az … list -o json"), "{}", error(empty.path()));
    assert!(error(&empty.path().join("absent")).contains("cannot read the snapshot"));
    let broken = folder(&[("a.json", b"[{\"id\":")]);
    assert!(error(broken.path()).contains("a.json:1:"), "{}", error(broken.path()));
    let template = folder(&[("a.json", br#"{"resources":[{"name":"[x]"}]}"#)]);
    assert!(error(template.path()).contains("without a resource id"));
}

#[cfg(unix)]
#[test]
fn links_never_loop_and_pipes_never_hang() {
    let folder = folder(&[("inner/hub.json", network("hub").as_bytes())]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("inner/loop")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.json")).unwrap();
    let gathered = files(folder.path()).unwrap();
    assert_eq!(gathered.snapshot.all::<VirtualNetwork>().count(), 1);
    assert!(notes(&gathered).contains("dangling.json: cannot be read"), "{}", notes(&gathered));
}

/// An ARM that has these lists and documents; any other list is empty.
struct Pretend {
    answers: BTreeMap<String, Result<Vec<String>, Error>>,
    asked: RefCell<Vec<String>>,
}

impl Arm for Pretend {
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        assert!(!api_version.is_empty());
        self.asked.borrow_mut().push(path.to_owned());
        self.answers.get(path).cloned().unwrap_or_else(|| Ok(vec![r#"{"value":[]}"#.to_owned()]))
    }

    fn get(&self, path_and_query: &str) -> Result<String, Error> {
        let path = path_and_query.split('?').next().unwrap();
        self.asked.borrow_mut().push(path.to_owned());
        match self.answers.get(path) {
            Some(Ok(pages)) => Ok(pages[0].clone()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(not_found()),
        }
    }

    fn ask(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        self.list(path, api_version)
    }
}

fn not_found() -> Error {
    Error::NotFound { request: "GET x".into(), code: "ResourceNotFound".into(), message: "gone".into() }
}

fn forbidden() -> Error {
    Error::Forbidden { request: "GET x".into(), code: "AuthorizationFailed".into(), message: "no".into() }
}

fn pretend(answers: &[(&str, Result<Vec<String>, Error>)]) -> Pretend {
    let answers = answers.iter().map(|(path, answer)| ((*path).to_owned(), answer.clone())).collect();
    Pretend { answers, asked: RefCell::default() }
}

fn page(items: &[String]) -> String {
    format!(r#"{{"value":[{}],"nextLink":"https://x"}}"#, items.join(","))
}

fn listed(kind: Kind) -> String {
    format!("/subscriptions/s/providers/{}", kind.resource_type())
}

#[test]
fn a_subscription_is_complete_over_all_pages() {
    let zone = format!("{GROUP}/Microsoft.Network/privateDnsZones/z.example");
    let site = format!("{GROUP}/Microsoft.Web/sites/app");
    let zones = format!(r#"{{"id":"{zone}","properties":{{"numberOfRecordSets":9,"numberOfVirtualNetworkLinks":4}}}}"#);
    let link = format!(r#"{{"id":"{zone}/virtualNetworkLinks/l","properties":{{}}}}"#);
    let arm = pretend(&[
        (&listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub")]), page(&[network("spoke")])])),
        (&listed(Kind::PrivateDnsZone), Ok(vec![page(&[zones])])),
        (&format!("{zone}/virtualNetworkLinks"), Ok(vec![page(&[link])])),
        (&listed(Kind::WebApp), Ok(vec![page(&[format!(r#"{{"id":"{site}","properties":{{"state":"Running"}}}}"#)])])),
        (
            &format!("{site}/config/web"),
            Ok(vec![format!(r#"{{"id":"{site}/config/web","properties":{{"vnetRouteAllEnabled":true}}}}"#)]),
        ),
        (
            &format!("{site}/config/appsettings/list"),
            Ok(vec![format!(
                r#"{{"id":"{site}/config/appsettings","properties":{{"AZURE_OPENAI_ENDPOINT":"https://acct.openai.azure.com","KEY":"CANARY"}}}}"#
            )]),
        ),
    ]);
    let gathered = gather(&arm, "s").unwrap();
    assert!(gathered.notes.is_empty(), "{}", notes(&gathered));
    for (kind, extent) in gathered.snapshot.coverage().kinds() {
        assert_eq!(extent, Extent::Complete, "{kind:?}");
    }
    assert_eq!(gathered.snapshot.all::<VirtualNetwork>().count(), 2);
    let id = ResourceId::parse(&zone).unwrap();
    for kind in [Kind::VirtualNetworkLink, Kind::RecordSet] {
        assert_eq!(gathered.snapshot.coverage().of_children(&id, kind), Extent::Complete, "the list is the authority");
    }
    let (_, app) = gathered.snapshot.all::<WebApp>().next().unwrap();
    assert_eq!(app.route_all, Known::Value(true));
    let [endpoint] = app.endpoints.value().unwrap().as_slice() else { panic!("{:?}", app.endpoints) };
    assert_eq!(endpoint.name, "AZURE_OPENAI_ENDPOINT");
    assert!(!format!("{:?}", gathered.snapshot).contains("CANARY"), "of the settings only endpoints are kept");
}

#[test]
fn settings_that_may_not_be_read_are_said_once() {
    let site = |name: &str| format!("{GROUP}/Microsoft.Web/sites/{name}");
    let sites = ["a", "b"].map(|name| format!(r#"{{"id":"{}","properties":{{"state":"Running"}}}}"#, site(name)));
    let paths = ["a", "b"]
        .map(|name| (format!("{}/config/web", site(name)), format!("{}/config/appsettings/list", site(name))));
    let mut answers = vec![(listed(Kind::WebApp), Ok(vec![page(&sites)]))];
    for (web, settings) in paths {
        answers.push((web.clone(), Ok(vec![format!(r#"{{"id":"{web}","properties":{{}}}}"#)])));
        answers.push((settings, Err(forbidden())));
    }
    let answers: Vec<_> = answers.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let gathered = gather(&pretend(&answers), "s").unwrap();
    assert_eq!(gathered.notes.len(), 1, "{}", notes(&gathered));
    assert!(notes(&gathered).contains("a, b: their settings may not be read"), "{}", notes(&gathered));
    let unknown = |app: &WebApp| app.endpoints == Known::Unknown(Why::NotCollected);
    assert!(gathered.snapshot.all::<WebApp>().all(|(_, app)| unknown(app)));
    assert_eq!(gathered.snapshot.coverage().of(Kind::WebApp), Extent::Complete);
}

#[test]
fn what_may_not_be_read_is_a_gap_and_a_note() {
    let zone = format!("{GROUP}/Microsoft.Network/privateDnsZones/z.example");
    let arm = pretend(&[
        (&listed(Kind::NetworkSecurityGroup), Err(forbidden())),
        (&listed(Kind::PrivateDnsZone), Ok(vec![page(&[format!(r#"{{"id":"{zone}"}}"#)])])),
        (&format!("{zone}/ALL"), Err(forbidden())),
        (&listed(Kind::CognitiveServicesAccount), Ok(vec!["[broken".to_owned()])),
    ]);
    let gathered = gather(&arm, "s").unwrap();
    let coverage = gathered.snapshot.coverage();
    let hidden = Extent::Missing(Why::NotPermitted);
    for kind in [Kind::NetworkSecurityGroup, Kind::SecurityRule, Kind::RecordSet] {
        assert_eq!(coverage.of(kind), hidden, "{kind:?}");
    }
    assert_eq!(coverage.of_children(&ResourceId::parse(&zone).unwrap(), Kind::RecordSet), hidden);
    assert_eq!(coverage.of(Kind::VirtualNetworkLink), Extent::Complete);
    assert!(!coverage.of(Kind::CognitiveServicesAccount).is_whole(), "a broken page is no empty list");
    assert_eq!(gathered.notes.len(), 3, "{}", notes(&gathered));
    assert!(notes(&gathered).contains("Reader"));
}

#[test]
fn nothing_readable_or_no_token_is_an_error() {
    let kinds = [
        Kind::VirtualNetwork,
        Kind::NetworkSecurityGroup,
        Kind::RouteTable,
        Kind::NetworkInterface,
        Kind::VirtualHub,
        Kind::LoadBalancer,
        Kind::PrivateEndpoint,
        Kind::PrivateDnsZone,
        Kind::DnsResolver,
        Kind::ForwardingRuleset,
        Kind::CognitiveServicesAccount,
        Kind::SearchService,
        Kind::WebApp,
        Kind::VirtualMachine,
        Kind::ManagedCluster,
        Kind::ContainerApp,
        Kind::ManagedEnvironment,
        Kind::NetworkManager,
        Kind::ApiManagement,
        Kind::DatabricksWorkspace,
        Kind::RoleAssignment,
    ];
    let paths: Vec<String> = kinds.iter().map(|kind| listed(*kind)).collect();
    let all: Vec<(&str, Result<Vec<String>, Error>)> =
        paths.iter().map(|path| (path.as_str(), Err(forbidden()))).collect();
    let error = gather(&pretend(&all), "s").unwrap_err();
    assert!(matches!(error, GatherError::NotPermitted { .. }), "{error}");
    let unauthorized = Error::Unauthorized { request: "GET x".into(), message: "expired".into() };
    let error = gather(&pretend(&[(&listed(Kind::RouteTable), Err(unauthorized))]), "s").unwrap_err();
    assert!(error.to_string().contains("subscription s"), "{error}");
}

#[test]
fn gateways_are_read_one_by_one_where_there_can_be_any() {
    let hub = network("hub").replace(r#""name":"a""#, r#""name":"GatewaySubnet""#);
    let id = format!("{GROUP}/Microsoft.Network/virtualNetworkGateways/vpn");
    let ids =
        |kind: Kind| format!("/subscriptions/s/resources?$filter=resourceType%20eq%20%27{}%27", kind.resource_type());
    let document = format!(
        r#"{{"id":"{id}","properties":{{"gatewayType":"Vpn","ipConfigurations":[{{"name":"d","properties":{{"subnet":{{"id":"{GROUP}/Microsoft.Network/virtualNetworks/hub/subnets/GatewaySubnet"}}}}}}]}}}}"#
    );
    let short = page(&[format!(r#"{{"id":"{id}","name":"vpn","type":"Microsoft.Network/virtualNetworkGateways"}}"#)]);
    let networks = (listed(Kind::VirtualNetwork), Ok(vec![page(&[hub])]));
    let listing = (ids(Kind::VirtualNetworkGateway), Ok(vec![short]));
    let both = [(networks.0.as_str(), networks.1), (listing.0.as_str(), listing.1)];
    let with = |last: Result<Vec<String>, Error>| {
        let all: Vec<_> = both.iter().cloned().chain([(id.as_str(), last)]).collect();
        gather(&pretend(&all), "s").unwrap().snapshot
    };
    let read = with(Ok(vec![document]));
    let (_, gateway) = read.all::<VirtualNetworkGateway>().next().unwrap();
    assert_eq!(gateway.network().unwrap().name(), "hub");
    assert_eq!(read.coverage().of(Kind::VirtualNetworkGateway), Extent::Complete);
    let hidden = with(Err(forbidden()));
    assert_eq!(hidden.coverage().of(Kind::VirtualNetworkGateway), Extent::Missing(Why::NotPermitted));
    // Where no network has a subnet for one, nothing is asked.
    let plain = pretend(&[(&listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub")])]))]);
    gather(&plain, "s").unwrap();
    assert!(plain.asked.borrow().iter().all(|path| !path.contains("/resources?")));
}

#[test]
fn what_is_connected_to_a_hub_is_read_below_it() {
    let hub = format!("{GROUP}/Microsoft.Network/virtualHubs/weu");
    let connections = format!("{hub}/hubVirtualNetworkConnections");
    let one = format!(
        r#"{{"id":"{connections}/spoke","properties":{{"remoteVirtualNetwork":{{"id":"{GROUP}/Microsoft.Network/virtualNetworks/spoke"}}}}}}"#
    );
    let with = |below: Result<Vec<String>, Error>| {
        let hubs = Ok(vec![page(&[format!(r#"{{"id":"{hub}","properties":{{"addressPrefix":"10.100.0.0/23"}}}}"#)])]);
        gather(&pretend(&[(&listed(Kind::VirtualHub), hubs), (&connections, below)]), "s").unwrap()
    };
    let read = with(Ok(vec![page(&[one])]));
    let (_, connection) = read.snapshot.all::<HubConnection>().next().unwrap();
    assert_eq!(connection.network.as_ref().unwrap().name(), "spoke");
    assert_eq!(read.snapshot.coverage().of(Kind::HubConnection), Extent::Complete);
    let hidden = with(Err(forbidden()));
    assert_eq!(hidden.snapshot.coverage().of(Kind::HubConnection), Extent::Missing(Why::NotPermitted));
    assert!(notes(&hidden).contains("hubVirtualNetworkConnections"), "{}", notes(&hidden));
}

#[test]
fn backends_and_routing_intent_are_read_below_what_they_belong_to() {
    let hub = format!("{GROUP}/Microsoft.Network/virtualHubs/weu");
    let gateway = format!("{GROUP}/Microsoft.ApiManagement/service/gateway");
    let (intents, backends) = (format!("{hub}/routingIntent"), format!("{gateway}/backends"));
    let intent = format!(
        r#"{{"id":"{intents}/intent","properties":{{"routingPolicies":[{{"name":"p","destinations":["PrivateTraffic"]}}]}}}}"#
    );
    let backend = format!(
        r#"{{"id":"{backends}/openai","properties":{{"url":"https://yourresource.openai.azure.com/openai?code=CANARY"}}}}"#
    );
    let arm = pretend(&[
        (&listed(Kind::VirtualHub), Ok(vec![page(&[format!(r#"{{"id":"{hub}"}}"#)])])),
        (&intents, Ok(vec![page(&[intent])])),
        (&listed(Kind::ApiManagement), Ok(vec![page(&[format!(r#"{{"id":"{gateway}"}}"#)])])),
        (&backends, Ok(vec![page(&[backend])])),
    ]);
    let snapshot = gather(&arm, "s").unwrap().snapshot;
    assert!(snapshot.all::<RoutingIntent>().next().unwrap().1.private_traffic().is_some());
    let (id, backend) = snapshot.all::<ApiBackend>().next().unwrap();
    assert_eq!(backend.url.as_deref(), Some("https://yourresource.openai.azure.com"));
    assert!(!snapshot.get(id).unwrap().document.contains("CANARY"));
}

fn in_subscription(subscription: &str, text: &str) -> String {
    text.replace("/subscriptions/s/", &format!("/subscriptions/{subscription}/"))
}

#[test]
fn several_subscriptions_are_one_estate_and_each_is_read_once() {
    let zone = |own: &str| in_subscription(own, &format!("{GROUP}/Microsoft.Network/privateDnsZones/z.example"));
    let lists: Vec<(String, Result<Vec<String>, Error>)> = ["s1", "s2"]
        .into_iter()
        .flat_map(|own| {
            let networks = page(&[in_subscription(own, &network(own))]);
            let zones = page(&[format!(r#"{{"id":"{}"}}"#, zone(own))]);
            [
                (in_subscription(own, &listed(Kind::VirtualNetwork)), Ok(vec![networks])),
                (in_subscription(own, &listed(Kind::PrivateDnsZone)), Ok(vec![zones])),
            ]
        })
        .collect();
    let mut answers: Vec<(&str, Result<Vec<String>, Error>)> =
        lists.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let progress = RefCell::new(Vec::new());
    let hear = |subscription: &str| progress.borrow_mut().push(subscription.to_owned());
    let arm = pretend(&answers);
    let gathered = live::gather(&arm, &["s1", "s2"], Extent::Assumed, &hear).unwrap();
    assert_eq!(*progress.borrow(), ["s1", "s2"]);
    assert_eq!(gathered.snapshot.all::<VirtualNetwork>().count(), 2);
    for (kind, extent) in gathered.snapshot.coverage().kinds() {
        assert_eq!(extent, Extent::Assumed, "{kind:?}: others may exist");
    }
    let asked = arm.asked.borrow().clone();
    let once: std::collections::BTreeSet<_> = asked.iter().collect();
    assert_eq!(once.len(), asked.len(), "{asked:#?}");
    // What is hidden in one of them is hidden of the estate, whatever is read later.
    let hidden = in_subscription("s1", &listed(Kind::RouteTable));
    answers.push((&hidden, Err(forbidden())));
    let gathered = live::gather(&pretend(&answers), &["s1", "s2"], Extent::Assumed, &|_| ()).unwrap();
    assert_eq!(gathered.snapshot.coverage().of(Kind::RouteTable), Extent::Missing(Why::NotPermitted));
}

#[test]
fn a_provider_that_was_never_registered_has_nothing() {
    let unregistered = Error::Service {
        request: "GET x".into(),
        status: 409,
        code: "MissingSubscriptionRegistration".into(),
        message: "The subscription is not registered to use namespace 'Microsoft.App'.".into(),
    };
    let arm = pretend(&[(&listed(Kind::ContainerApp), Err(unregistered))]);
    let gathered = gather(&arm, "s").unwrap();
    assert_eq!(gathered.snapshot.coverage().of(Kind::ContainerApp), Extent::Complete);
    assert!(gathered.notes.is_empty(), "{}", notes(&gathered));
}

#[test]
fn subscriptions_are_listed_by_id_and_name() {
    let one = |id: &str, state: &str| {
        format!(r#"{{"id":"/subscriptions/{id}","subscriptionId":"{id}","displayName":"of {id}","state":"{state}"}}"#)
    };
    let pages = vec![page(&[one("a", "Enabled"), one("gone", "Deleted")]), page(&[one("b", "Warned")])];
    let found = list_subscriptions(&pretend(&[("/subscriptions", Ok(pages))])).unwrap();
    let told: Vec<_> = found.iter().map(|own| (own.id.as_str(), own.name.as_str())).collect();
    assert_eq!(told, [("a", "of a"), ("b", "of b")]);
    let none = list_subscriptions(&pretend(&[])).unwrap_err().to_string();
    assert!(none.contains("Reader"), "{none}");
    let broken = list_subscriptions(&pretend(&[("/subscriptions", Ok(vec!["<html>".to_owned()]))])).unwrap_err();
    assert!(matches!(broken, GatherError::NotAList(_)), "{broken}");
}

const MANAGER: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkManagers/central";
const ACTION: &str = "listNetworkManagerEffectiveSecurityAdminRules";

/// A subscription with a network manager: one member, one collection, one rule about a service tag.
fn managed(over: &[(&str, Result<Vec<String>, Error>)]) -> (Pretend, Gathered) {
    let spoke = network("spoke").replacen("\"properties\"", "\"location\":\"East US\",\"properties\"", 1);
    let configuration = format!("{MANAGER}/securityAdminConfigurations/c");
    let collection = format!("{configuration}/ruleCollections/r");
    let member = format!(
        r#"{{"id":"{MANAGER}/networkGroups/g/staticMembers/m","properties":{{"resourceId":"{GROUP}/Microsoft.Network/virtualNetworks/spoke"}}}}"#
    );
    let inner = r#""priority":10,"access":"Deny","direction":"Outbound","protocol":"Tcp","destinationPortRanges":["443"],"destinations":[{"addressPrefix":"Storage","addressPrefixType":"ServiceTag"}]"#;
    let rule = format!(r#"{{"id":"{collection}/rules/deny","kind":"Custom","properties":{{{inner}}}}}"#);
    let effective = rule.replacen('{', r#"{"ruleCollectionAppliesToGroups":[],"#, 1);
    let only = |item: String| Ok(vec![page(&[item])]);
    let mut answers: Vec<(String, Result<Vec<String>, Error>)> = vec![
        (listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub"), spoke])])),
        (
            listed(Kind::NetworkManager),
            only(format!(r#"{{"id":"{MANAGER}","properties":{{"networkManagerScopeAccesses":["SecurityAdmin"]}}}}"#)),
        ),
        (format!("{MANAGER}/networkGroups"), only(format!(r#"{{"id":"{MANAGER}/networkGroups/g"}}"#))),
        (format!("{MANAGER}/networkGroups/g/staticMembers"), only(member)),
        (format!("{MANAGER}/securityAdminConfigurations"), only(format!(r#"{{"id":"{configuration}"}}"#))),
        (
            format!("{configuration}/ruleCollections"),
            only(format!(
                r#"{{"id":"{collection}","properties":{{"appliesToGroups":[{{"networkGroupId":"{MANAGER}/networkGroups/g"}}]}}}}"#
            )),
        ),
        (format!("{collection}/rules"), only(rule)),
        (
            format!("{GROUP}/Microsoft.Network/virtualNetworks/spoke/{ACTION}"),
            Ok(vec![format!(r#"{{"value":[{effective}],"skipToken":"a"}}"#), r#"{"value":[],"skipToken":""}"#.into()]),
        ),
        (
            "/subscriptions/s/providers/Microsoft.Network/locations/eastus/serviceTags".to_owned(),
            Ok(vec![r#"{"name":"Public","cloud":"Public","changeNumber":"7","values":[{"name":"Storage","id":"Storage","properties":{"addressPrefixes":["203.0.113.64/28"]}}]}"#.to_owned()]),
        ),
    ];
    for (path, answer) in over {
        answers.retain(|(known, _)| known != path);
        answers.push(((*path).to_owned(), answer.clone()));
    }
    let answers: Vec<_> = answers.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let arm = pretend(&answers);
    let gathered = gather(&arm, "s").unwrap();
    (arm, gathered)
}

#[test]
fn network_managers_are_read_with_all_below_them_and_what_applies() {
    let (_, Gathered { snapshot, notes }) = managed(&[]);
    assert!(notes.is_empty(), "{notes:?}");
    for kind in [
        Kind::NetworkManager,
        Kind::NetworkGroupMember,
        Kind::AdminRuleCollection,
        Kind::AdminRule,
        Kind::EffectiveAdminRules,
        Kind::ServiceTags,
    ] {
        assert_eq!(snapshot.coverage().of(kind), Extent::Complete, "{kind:?}");
    }
    let (_, member) = snapshot.all::<NetworkGroupMember>().next().unwrap();
    assert_eq!(member.resource.as_ref().unwrap().name(), "spoke");
    let (_, collection) = snapshot.all::<AdminRuleCollection>().next().unwrap();
    assert_eq!(collection.groups[0].name(), "g");
    let (rule, own) = snapshot.all::<AdminRule>().next().unwrap();
    let of = |network: &str| {
        let id = ResourceId::parse(&format!("{GROUP}/Microsoft.Network/virtualNetworks/{network}")).unwrap();
        snapshot.find::<EffectiveAdminRules>(&EffectiveAdminRules::id_of(&id)).unwrap().rules.clone()
    };
    assert_eq!(of("spoke"), [(rule.clone(), own.clone())]);
    assert!(of("hub").is_empty(), "that none applies is known, too");
    let (_, tags) = snapshot.all::<ServiceTags>().next().unwrap();
    assert!(tags.find("Storage").is_some());
}

#[test]
fn what_a_reader_may_not_ask_is_said_once_for_all_networks() {
    let of = |network: &str| format!("{GROUP}/Microsoft.Network/virtualNetworks/{network}/{ACTION}");
    let (hub, spoke) = (of("hub"), of("spoke"));
    let (_, gathered) = managed(&[(&hub, Err(forbidden())), (&spoke, Err(forbidden()))]);
    let snapshot = &gathered.snapshot;
    assert_eq!(snapshot.all::<EffectiveAdminRules>().count(), 0);
    assert_eq!(snapshot.coverage().of(Kind::EffectiveAdminRules), Extent::Missing(Why::NotPermitted));
    assert_eq!(snapshot.all::<AdminRule>().count(), 1, "which rules there are may be read");
    let said = notes(&gathered);
    assert!(said.contains("hub and 1 more") && said.contains(ACTION), "{said}");
    assert_eq!(gathered.notes.len(), 1, "{said}");
}

#[test]
fn what_is_hidden_below_a_network_manager_is_a_gap() {
    let configurations = format!("{MANAGER}/securityAdminConfigurations");
    let (arm, gathered) = managed(&[(&configurations, Err(forbidden()))]);
    let hidden = Extent::Missing(Why::NotPermitted);
    let coverage = gathered.snapshot.coverage();
    assert_eq!((coverage.of(Kind::AdminRuleCollection), coverage.of(Kind::AdminRule)), (hidden, hidden));
    assert_eq!(coverage.of(Kind::NetworkGroupMember), Extent::Complete);
    assert!(notes(&gathered).contains("securityAdminConfigurations"), "{}", notes(&gathered));
    assert!(arm.asked.borrow().iter().all(|path| !path.ends_with("/rules")));
    let groups = format!("{MANAGER}/networkGroups");
    let (_, gathered) = managed(&[(&groups, Err(forbidden()))]);
    assert_eq!(gathered.snapshot.coverage().of(Kind::NetworkGroupMember), hidden);
    assert_eq!(gathered.snapshot.coverage().of(Kind::AdminRule), Extent::Complete);
}

#[test]
fn service_tags_are_asked_for_where_a_rule_names_one() {
    let asks = |arm: &Pretend| arm.asked.borrow().iter().any(|path| path.contains("serviceTags"));
    assert!(asks(&managed(&[]).0));
    let plain = pretend(&[(&listed(Kind::VirtualNetwork), Ok(vec![page(&[network("hub")])]))]);
    gather(&plain, "s").unwrap();
    assert!(!asks(&plain));
    let tags = "/subscriptions/s/providers/Microsoft.Network/locations/eastus/serviceTags";
    let (_, gathered) = managed(&[(tags, Err(forbidden()))]);
    assert_eq!(gathered.snapshot.coverage().of(Kind::ServiceTags), Extent::Missing(Why::NotPermitted));
    assert!(notes(&gathered).contains("serviceTags"), "{}", notes(&gathered));
}
