//! Does the ARM API speak as real clients expect?

mod effects;
mod served;

use super::{Answer, Request, handle};
use crate::state::State;
use crate::store::Store;
use http::{HeaderMap, HeaderValue, Method};
use proptest::prelude::*;
use serde_json::{Value, json};

const NETWORK: &str = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network";

fn state() -> State {
    let mut store = Store::new("S");
    store.put_group("rg", "eastus");
    State::new(store).unwrap()
}

fn send_with(
    state: &mut State,
    method: Method,
    target: &str,
    header: Option<(&'static str, &str)>,
    body: &str,
) -> Answer {
    let mut headers = HeaderMap::new();
    let token = state.arm_token().unwrap();
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    headers.insert("host", HeaderValue::from_static("127.0.0.1:1234"));
    if let Some((name, value)) = header {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    let joint = if target.contains('?') { '&' } else { '?' };
    let target = format!("{target}{joint}api-version=2025-05-01");
    handle(state, &Request::new(method, &target, headers, body.as_bytes().to_vec()).unwrap())
}

fn send(state: &mut State, method: Method, target: &str, body: &Value) -> Answer {
    send_with(state, method, target, None, &body.to_string())
}

fn get(state: &mut State, target: &str) -> Answer {
    send(state, Method::GET, target, &Value::Null)
}

fn code(answer: &Answer) -> (u16, &str) {
    let code = answer.body.as_ref().and_then(|body| body.pointer("/error/code")?.as_str());
    (answer.status, code.unwrap_or_default())
}

#[test]
fn resources_come_change_and_go() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z.example");
    let created = send(state, Method::PUT, &zone, &json!({ "location": "global", "tags": { "a": "b" } }));
    assert_eq!(created.status, 201);
    let body = created.body.unwrap();
    assert_eq!(body["properties"]["provisioningState"], "Succeeded");
    assert_eq!(body["name"], "z.example");
    assert_eq!(send(state, Method::PUT, &zone, &body).status, 200);
    let odd = zone
        .replace("resourceGroups", "resourcegroups")
        .replace("Microsoft.Network", "microsoft.network/")
        .to_uppercase();
    let odd = odd.replace("/SUBSCRIPTIONS/S", "/subscriptions/S");
    assert_eq!(get(state, &odd).body.unwrap()["id"], zone);
    let patched = send(state, Method::PATCH, &zone, &json!({ "tags": { "a": null, "c": "d" } }));
    assert_eq!(patched.body.unwrap()["tags"], json!({ "c": "d" }));
    assert_eq!(send(state, Method::DELETE, &zone, &Value::Null).status, 200);
    assert_eq!(code(&get(state, &zone)), (404, "ResourceNotFound"));
    assert_eq!(code(&send(state, Method::PATCH, &zone, &json!({}))), (404, "ResourceNotFound"));
}

#[test]
fn conditions_hold() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z");
    let put = |state: &mut State, header| send_with(state, Method::PUT, &zone, Some(header), "{}");
    assert_eq!(code(&put(state, ("if-match", "*"))), (412, "PreconditionFailed"));
    let etag = put(state, ("if-none-match", "*")).body.unwrap()["etag"].as_str().unwrap().to_owned();
    assert_eq!(code(&put(state, ("if-none-match", "*"))), (412, "PreconditionFailed"));
    assert_eq!(put(state, ("if-match", &etag)).status, 200);
    assert_eq!(put(state, ("if-match", &etag)).status, 412);
}

#[test]
fn errors_are_those_of_arm() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z");
    assert_eq!(code(&get(state, "/subscriptions/other/resourceGroups")), (404, "SubscriptionNotFound"));
    assert_eq!(code(&get(state, &zone.replace("/rg/", "/none/"))), (404, "ResourceGroupNotFound"));
    assert_eq!(code(&send(state, Method::PUT, &format!("{zone}/A/x"), &json!({}))), (404, "ParentResourceNotFound"));
    assert_eq!(code(&send(state, Method::PUT, &zone, &json!([]))), (400, "InvalidRequestContent"));
    assert_eq!(send(state, Method::POST, &zone, &json!({})).status, 405);
    assert_eq!(send(state, Method::DELETE, &format!("{NETWORK}/privateDnsZones"), &json!({})).status, 405);
    assert_eq!(send(state, Method::DELETE, &zone, &Value::Null).status, 204);
    let bare = Request::new(Method::GET, &zone, HeaderMap::new(), Vec::new()).unwrap();
    assert_eq!(code(&handle(state, &bare)), (401, "AuthenticationFailed"));
    for path in ["/", "/providers", "/subscriptions/S/x"] {
        assert_eq!(get(state, path).status, 404, "{path}");
    }
}

#[test]
fn any_version_of_the_api_will_do_but_one_has_to_be_named() {
    let state = &mut state();
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {}", state.arm_token().unwrap())).unwrap());
    let mut status = |query: &str| {
        let target = format!("/subscriptions/S/resourcegroups/rg{query}");
        let request = Request::new(Method::GET, &target, headers.clone(), Vec::new()).unwrap();
        let answer = handle(state, &request);
        (code(&answer).0, code(&answer).1.to_owned())
    };
    for version in ["2014-04-01-preview", "2022-09-01", "2031-01-01"] {
        assert_eq!(status(&format!("?api-version={version}")).0, 200);
    }
    assert_eq!(status("?API-Version=2022-09-01").0, 200);
    assert_eq!(status(""), (400, "MissingApiVersionParameter".to_owned()));
}

#[test]
fn lists_at_every_level() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z");
    send(state, Method::PUT, &zone, &json!({}));
    send(state, Method::PUT, &format!("{zone}/A/x"), &json!({ "properties": { "ttl": 1 } }));
    send(
        state,
        Method::PUT,
        &format!("{NETWORK}/virtualNetworks/v"),
        &json!({ "properties": { "subnets": [{ "name": "s" }] } }),
    );
    let names = |state: &mut State, target: &str| -> Vec<String> {
        let body = get(state, target).body.unwrap();
        body["value"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(state, "/subscriptions/S/providers/Microsoft.Network/privateDnsZones"), ["z"]);
    assert_eq!(names(state, &format!("{NETWORK}/privateDnsZones")), ["z"]);
    assert_eq!(names(state, &format!("{zone}/A")), ["x"]);
    assert_eq!(names(state, &format!("{zone}/ALL")), ["@", "x"]);
    assert_eq!(names(state, &format!("{zone}/virtualNetworkLinks")), Vec::<String>::new());
    assert_eq!(names(state, &format!("{NETWORK}/virtualNetworks/v/subnets")), ["s"]);
    assert_eq!(names(state, "/subscriptions/S/resourcegroups"), ["rg"]);
    assert_eq!(names(state, "/subscriptions/S/resources"), ["z", "v"]);
    assert_eq!(names(state, "/subscriptions/S/providers/Microsoft.Unheard/of"), Vec::<String>::new());
    assert_eq!(get(state, "/subscriptions").body.unwrap()["value"][0]["subscriptionId"], "S");
}

#[test]
fn long_lists_come_in_pages() {
    let state = &mut state();
    for index in 0..5 {
        send(state, Method::PUT, &format!("{NETWORK}/privateDnsZones/z{index}"), &json!({}));
    }
    let mut target = format!("{NETWORK}/privateDnsZones?$top=2");
    let mut seen = Vec::new();
    loop {
        let body = get(state, &target).body.unwrap();
        seen.extend(body["value"].as_array().unwrap().iter().map(|zone| zone["name"].as_str().unwrap().to_owned()));
        let Some(link) = body["nextLink"].as_str() else { break };
        target = link.strip_prefix("https://127.0.0.1:1234").unwrap().to_owned();
    }
    assert_eq!(seen, ["z0", "z1", "z2", "z3", "z4"]);
    assert_eq!(get(state, &format!("{NETWORK}/privateDnsZones?$top=x")).status, 400);
}

#[test]
fn an_endpoint_gets_an_address_and_a_connection() {
    let state = &mut state();
    let account = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/one";
    send(state, Method::PUT, account, &json!({ "properties": { "customSubDomainName": "one" } }));
    let network =
        json!({ "properties": { "subnets": [{ "name": "s", "properties": { "addressPrefix": "10.0.0.0/24" } }] } });
    send(state, Method::PUT, &format!("{NETWORK}/virtualNetworks/v"), &network);
    let endpoint = format!("{NETWORK}/privateEndpoints/pe");
    let body = json!({ "location": "eastus", "properties": {
        "subnet": { "id": format!("{NETWORK}/virtualNetworks/v/subnets/s") },
        "privateLinkServiceConnections": [{ "name": "c", "properties": { "privateLinkServiceId": account, "groupIds": ["account"] } }],
    } });
    let created = send(state, Method::PUT, &endpoint, &body).body.unwrap();
    let first = "/properties/customDnsConfigs/0/ipAddresses/0";
    assert_eq!(created.pointer(first), Some(&json!("10.0.0.4")));
    let state_of = "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceConnectionState/status";
    assert_eq!(created.pointer(state_of), Some(&json!("Approved")));
    let connections = get(state, &format!("{account}/privateEndpointConnections")).body.unwrap();
    assert_eq!(connections["value"][0]["properties"]["privateEndpoint"]["id"], endpoint);
    let again = send(state, Method::PUT, &endpoint.replace("/pe", "/pe2"), &body).body.unwrap();
    assert_eq!(again.pointer(first), Some(&json!("10.0.0.5")));
    assert_eq!(send(state, Method::DELETE, account, &Value::Null).status, 200);
    for left in [endpoint.clone(), endpoint.replace("/pe", "/pe2")] {
        assert_eq!(get(state, &left).body.unwrap().pointer(state_of), Some(&json!("Disconnected")));
    }
}

#[test]
fn halves_of_a_peering_know_of_each_other() {
    let state = &mut state();
    for name in ["a", "b"] {
        send(state, Method::PUT, &format!("{NETWORK}/virtualNetworks/{name}"), &json!({}));
    }
    let half = |from: &str, to: &str| {
        let body =
            json!({ "properties": { "remoteVirtualNetwork": { "id": format!("{NETWORK}/virtualNetworks/{to}") } } });
        (format!("{NETWORK}/virtualNetworks/{from}/virtualNetworkPeerings/p"), body)
    };
    let said = |answer: Answer| answer.body.unwrap()["properties"]["peeringState"].as_str().unwrap().to_owned();
    let (one, body) = half("a", "b");
    assert_eq!(said(send(state, Method::PUT, &one, &body)), "Initiated");
    let (other, body) = half("b", "a");
    assert_eq!(said(send(state, Method::PUT, &other, &body)), "Connected");
    assert_eq!(said(get(state, &one)), "Connected");
    send(state, Method::DELETE, &other, &Value::Null);
    assert_eq!(said(get(state, &one)), "Disconnected");
}

#[test]
fn the_two_spellings_of_route_all_are_one_bit() {
    let state = &mut state();
    let site = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Web/sites/app";
    let settings = json!([{ "name": "AZURE_OPENAI_ENDPOINT", "value": "https://one.openai.azure.com" }]);
    send(state, Method::PUT, site, &json!({ "properties": { "siteConfig": { "appSettings": settings } } }));
    let web = format!("{site}/config/web");
    let changed = send(state, Method::PATCH, &web, &json!({ "properties": { "vnetRouteAllEnabled": "true" } }));
    assert_eq!(changed.body.unwrap()["properties"]["vnetRouteAllEnabled"], true);
    let shown = get(state, site).body.unwrap();
    assert_eq!(shown["properties"]["outboundVnetRouting"]["applicationTraffic"], true);
    assert_eq!(shown["properties"]["siteConfig"]["appSettings"], Value::Null, "settings are posted for");
    send(state, Method::PUT, site, &shown);
    assert!(!get(state, &web).body.unwrap().to_string().contains("appSettings"));
    let listed = send(state, Method::POST, &format!("{site}/config/appsettings/list"), &json!({})).body.unwrap();
    assert_eq!(listed["properties"]["AZURE_OPENAI_ENDPOINT"], "https://one.openai.azure.com");
}

/// Values where objects are expected, and the other way round.
fn odd_body() -> impl Strategy<Value = Value> {
    let id = |rest: &str| json!({ "id": format!("{NETWORK}/{rest}") });
    let leaf = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        Just(json!("Approved")),
        Just(json!(id("privateEndpoints/a")["id"])),
        Just(
            json!({ "privateLinkServiceId": "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a", "privateLinkServiceConnectionState": "x" })
        ),
        Just(json!([id("privateDnsZones/a"), 1])),
        Just(id("virtualNetworks/a/subnets/a")),
    ];
    let name = prop::sample::select(vec![
        "properties",
        "privateEndpoint",
        "privateLinkServiceConnectionState",
        "privateLinkServiceConnections",
        "networkInterfaces",
        "privateDnsZoneConfigs",
        "remoteVirtualNetwork",
        "subnets",
        "subnet",
        "siteConfig",
        "name",
    ]);
    leaf.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

fn any_target() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        format!("{NETWORK}/privateEndpoints/a"),
        format!("{NETWORK}/privateEndpoints/a/privateDnsZoneGroups/a"),
        format!("{NETWORK}/privateDnsZones/a"),
        format!("{NETWORK}/privateDnsZones/a/ALL"),
        format!("{NETWORK}/privateDnsZones/a/A/a"),
        format!("{NETWORK}/virtualNetworks/a"),
        format!("{NETWORK}/virtualNetworks/a/virtualNetworkPeerings/a"),
        format!("{NETWORK}/networkInterfaces/a"),
        "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a".to_owned(),
        "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/a/privateEndpointConnections/a".to_owned(),
        "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Web/sites/a".to_owned(),
        "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Web/sites/a/config/web".to_owned(),
        "/subscriptions/S/resourceGroups/rg/providers/A/B/c/providers/D/E/f".to_owned(),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn odd_requests_are_answered(
        requests in prop::collection::vec((any_target(), 0..4_usize, odd_body(), "[a-z/%]{0,12}"), 1..12),
    ) {
        let state = &mut state();
        for (target, method, body, tail) in requests {
            let method = [Method::PUT, Method::PATCH, Method::DELETE, Method::GET][method].clone();
            let answer = send(state, method.clone(), &target, &body);
            prop_assert!((200..500).contains(&answer.status));
            if Request::new(method.clone(), &format!("{target}/{tail}"), HeaderMap::new(), Vec::new()).is_some() {
                let answer = send(state, method, &format!("{target}/{tail}"), &body);
                prop_assert!((200..500).contains(&answer.status));
            }
        }
    }
}

#[test]
fn what_others_stand_on_stays() {
    let state = &mut state();
    let network = format!("{NETWORK}/virtualNetworks/net");
    let subnet = format!("{network}/subnets/one");
    let group = format!("{NETWORK}/networkSecurityGroups/group");
    let zone = format!("{NETWORK}/privateDnsZones/z.example");
    let card = format!("{NETWORK}/networkInterfaces/card");
    let link = format!("{zone}/virtualNetworkLinks/link");
    let in_group = json!({ "properties": { "networkSecurityGroup": { "id": group } } });
    let attached = json!({ "properties": { "ipConfigurations": [{ "properties": { "subnet": { "id": subnet.to_uppercase() } } }] } });
    let linked = json!({ "properties": { "virtualNetwork": { "id": network } } });
    for (id, body) in [
        (&network, &json!({})),
        (&group, &json!({})),
        (&subnet, &in_group),
        (&card, &attached),
        (&zone, &json!({})),
        (&link, &linked),
    ] {
        assert_eq!(send(state, Method::PUT, id, body).status, 201, "{id}");
    }
    for (id, expected) in [
        (&subnet, (400, "InUseSubnetCannotBeDeleted")),
        (&network, (400, "InUseSubnetCannotBeDeleted")),
        (&group, (400, "InUseNetworkSecurityGroupCannotBeDeleted")),
        (&zone, (409, "CannotDeleteResource")),
    ] {
        let answer = send(state, Method::DELETE, id, &Value::Null);
        assert_eq!(code(&answer), expected, "{id}");
    }
    for id in [&card, &link, &zone, &subnet, &group, &network] {
        let answer = send(state, Method::DELETE, id, &Value::Null);
        assert_eq!(answer.status, 200, "{id}: {answer:?}");
    }
}
