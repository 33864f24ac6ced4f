//! Is a subscription read over all its lists and pages, and is what is hidden a gap?

use super::pretend::{forbidden, gather, listed, page, pretend};
use super::{GROUP, network, notes};
use crate::GatherError;
use azure::Error;
use model::resource::{ApiBackend, HubConnection, RoutingIntent, VirtualNetwork, VirtualNetworkGateway, WebApp};
use model::{Extent, Kind, Known, ResourceId, Why};

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
