//! Does the ARM API take its time, refuse and tell about itself as real clients expect?

use super::super::{Answer, Request, serve};
use super::{NETWORK, code, get, send, state};
use crate::arm::identity::HeardBy;
use crate::state::State;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::{Value, json};

/// As over a socket.
fn served(state: &mut State, method: Method, target: &str, body: &str) -> Answer {
    let mut headers = HeaderMap::new();
    let token = state.arm_token().unwrap();
    headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
    headers.insert("host", HeaderValue::from_static("management.azure.com"));
    serve(state, &Request::new(method, target, headers, body.as_bytes().to_vec()).unwrap())
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

/// The path of a link that an answer gave.
fn followed(state: &mut State, answer: &Answer, name: &str) -> Answer {
    let link = header(answer, name).unwrap().strip_prefix("https://management.azure.com").unwrap().to_owned();
    served(state, Method::GET, &link, "")
}

#[test]
fn slow_writes_are_operations() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z.example?api-version=2024-06-01");
    let begun = served(state, Method::PUT, &zone, "{}");
    assert_eq!((begun.status, header(&begun, "retry-after")), (201, Some("1")));
    assert_eq!(begun.body.as_ref().unwrap()["properties"]["provisioningState"], "Updating");
    assert_eq!(followed(state, &begun, "azure-asyncoperation").body.unwrap()["status"], "InProgress");
    assert_eq!(followed(state, &begun, "azure-asyncoperation").body.unwrap()["status"], "Succeeded");
    let read = served(state, Method::GET, &zone, "");
    assert_eq!(read.body.as_ref().unwrap()["properties"]["provisioningState"], "Succeeded");
    assert_eq!(header(&read, "etag"), read.body.as_ref().unwrap()["etag"].as_str());
    // A record set is written at once.
    let record = format!("{NETWORK}/privateDnsZones/z.example/A/x?api-version=2024-06-01");
    assert_eq!(header(&served(state, Method::PUT, &record, "{}"), "retry-after"), None);
    let gone = served(state, Method::DELETE, &zone, "");
    assert_eq!(gone.status, 202);
    let waits = followed(state, &gone, "location");
    assert_eq!((waits.status, header(&waits, "retry-after")), (202, Some("1")));
    assert_eq!(followed(state, &waits, "location").status, 204);
    assert_eq!(served(state, Method::DELETE, &zone, "").status, 204);
    let unknown = "/subscriptions/S/providers/Microsoft.Network/locations/eastus/operations/77?api-version=1";
    assert_eq!(code(&served(state, Method::GET, unknown, "")), (404, "OperationNotFound"));
}

/// A network with two zones of one name, in two groups.
fn two_zones(state: &mut State) -> [String; 2] {
    send(state, Method::PUT, "/subscriptions/S/resourceGroups/rg2", &json!({}));
    send(state, Method::PUT, &format!("{NETWORK}/virtualNetworks/v"), &json!({}));
    let zone = format!("{NETWORK}/privateDnsZones/privatelink.openai.azure.com");
    let other = zone.replace("/rg/", "/rg2/");
    for one in [&zone, &other] {
        assert_eq!(send(state, Method::PUT, one, &json!({})).status, 201);
    }
    [zone, other]
}

#[test]
fn what_azure_refuses_is_refused() {
    let state = &mut state();
    let [zone, other] = two_zones(state);
    let link = |network: &str| json!({ "properties": { "virtualNetwork": { "id": format!("{NETWORK}/virtualNetworks/{network}") } } });
    let put = |state: &mut State, target: &str, body: &Value| {
        let answer = send(state, Method::PUT, target, body);
        (answer.status, answer.words())
    };
    assert_eq!(put(state, &format!("{zone}/virtualNetworkLinks/l"), &link("v")).0, 201);
    assert_eq!(put(state, &format!("{zone}/virtualNetworkLinks/l"), &link("V")).0, 200, "the same link again");
    let (status, words) = put(state, &format!("{other}/virtualNetworkLinks/l"), &link("v"));
    assert!(status == 400 && words.contains("overlapping namespaces"), "{words}");
    let (status, words) = put(state, &format!("{other}/virtualNetworkLinks/l"), &link("none"));
    assert!(status == 400 && words.starts_with("InvalidResourceReference"), "{words}");
    let subnet = format!("{NETWORK}/virtualNetworks/v/subnets/s");
    let guarded =
        json!({ "properties": { "networkSecurityGroup": { "id": format!("{NETWORK}/networkSecurityGroups/g") } } });
    assert!(put(state, &subnet, &guarded).1.starts_with("InvalidResourceReference"));
    for name in ["-a", "a-", "a%20b", &"a".repeat(81)] {
        let (status, words) = put(state, &format!("{NETWORK}/networkSecurityGroups/{name}"), &json!({}));
        assert!(status == 400 && words.starts_with("InvalidResourceName"), "{name}: {words}");
    }
    assert_eq!(put(state, &format!("{NETWORK}/privateDnsZones/a..b"), &json!({})).0, 400);
}

#[test]
fn rules_have_a_priority_of_their_own() {
    let state = &mut state();
    let group = format!("{NETWORK}/networkSecurityGroups/g");
    send(state, Method::PUT, &group, &json!({}));
    let mut put = |name: &str, priority: u32, direction: &str| {
        let body = json!({ "properties": { "priority": priority, "direction": direction } });
        send(state, Method::PUT, &format!("{group}/securityRules/{name}"), &body).words()
    };
    assert_eq!(put("a", 100, "Inbound"), "no words");
    assert_eq!(put("a", 100, "Inbound"), "no words");
    assert_eq!(put("b", 100, "Outbound"), "no words");
    assert!(put("c", 100, "inbound").starts_with("SecurityRuleConflict"));
    assert!(put("c", 99, "Inbound").starts_with("SecurityRuleInvalidPriority"));
}

#[test]
fn the_api_tells_about_itself() {
    let state = &mut state();
    let network = json!({ "location": "East US" });
    send(state, Method::PUT, &format!("{NETWORK}/virtualNetworks/v"), &network);
    let provider = get(state, "/subscriptions/S/providers/microsoft.web").body.unwrap();
    assert_eq!(provider["resourceTypes"][0]["resourceType"], "sites");
    let watchers = "/subscriptions/S/providers/Microsoft.Network/networkWatchers";
    let watcher = get(state, watchers).body.unwrap()["value"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(get(state, &watcher).status, 200);
    assert_eq!(get(state, &format!("{watcher}/flowLogs")).body.unwrap(), json!({ "value": [] }));
    let status =
        send(state, Method::POST, &format!("{watcher}/queryFlowLogStatus"), &json!({ "targetResourceId": "/x" }));
    assert_eq!(status.body.unwrap()["properties"]["enabled"], false);
    let named = get(state, "/subscriptions/S/resources?$filter=name%20eq%20'V'").body.unwrap();
    assert_eq!(named["value"].as_array().unwrap().len(), 1);
    let none = get(state, "/subscriptions/S/resources?$filter=resourceGroup%20eq%20'rg2'").body.unwrap();
    assert_eq!(none["value"], json!([]));
    assert_eq!(code(&get(state, "/subscriptions/S/resources?$filter=odd")).0, 400);
}

#[test]
fn resource_graph_pages() {
    let state = &mut state();
    two_zones(state);
    let graph = "/providers/Microsoft.ResourceGraph/resources";
    let query =
        "Resources | where type =~ 'Microsoft.Network/privateDnsZones' | project id, resourceGroup | order by id asc";
    let first = send(state, Method::POST, graph, &json!({ "query": query, "options": { "$top": 1 } })).body.unwrap();
    assert_eq!((&first["count"], &first["totalRecords"]), (&json!(1), &json!(2)));
    let rest = json!({ "query": query, "options": { "$skipToken": first["$skipToken"] } });
    let rest = send(state, Method::POST, graph, &rest).body.unwrap();
    assert_eq!(rest["data"][0]["resourceGroup"], "rg2");
    assert_eq!(rest.get("$skipToken"), None);
    let other = json!({ "query": query, "subscriptions": ["other"] });
    assert_eq!(send(state, Method::POST, graph, &other).body.unwrap()["count"], 0);
    let wrong = send(state, Method::POST, graph, &json!({ "query": "Resources | join x" }));
    assert!(
        wrong.status == 400
            && wrong.body.unwrap()["error"]["details"][0]["message"].as_str().unwrap().contains("join x")
    );
}

#[test]
fn tokens_for_every_kind_of_client() {
    let state = &mut state();
    let ask =
        |state: &mut State, method: Method, target: &str, header: Option<(&'static str, &'static str)>, body: &str| {
            let mut headers = HeaderMap::new();
            if let Some((name, value)) = header {
                headers.insert(name, HeaderValue::from_static(value));
            }
            serve(state, &Request::new(method, target, headers, body.as_bytes().to_vec()).unwrap())
        };
    let held = state.tokens.held();
    let app = "/msi/token?api-version=2019-08-01&resource=https://management.azure.com/";
    let secret: &'static str = held.secret.clone().leak();
    let issued = ask(state, Method::GET, app, Some(("x-identity-header", secret)), "");
    let token = issued.body.unwrap()["access_token"].as_str().unwrap().to_owned();
    assert!(state.accepts(&token));
    let tenant = crate::tokens::TENANT;
    let place = format!("/{tenant}/oauth2/v2.0/token");
    let scope = "scope=https%3A%2F%2Fmanagement.azure.com%2F%2F.default&grant_type=client_credentials&client_id=c";
    for credential in [format!("client_secret={}", held.secret), format!("client_assertion={}", held.federated)] {
        let issued = ask(state, Method::POST, &place, None, &format!("{scope}&{credential}")).body.unwrap();
        assert!(state.accepts(issued["access_token"].as_str().unwrap()), "{credential}");
    }
    assert_eq!(ask(state, Method::POST, &place, None, scope).status, 401);
    assert_eq!(ask(state, Method::GET, &place, None, scope).status, 405);
    let found = ask(state, Method::GET, &format!("/{tenant}/v2.0/.well-known/openid-configuration"), None, "");
    assert!(found.body.unwrap()["token_endpoint"].as_str().unwrap().ends_with(&place));
}

/// On a host of the lab, where nobody else can be.
#[cfg(target_os = "linux")]
#[test]
fn a_machine_has_tokens_for_every_program_on_it() {
    let state = &mut state();
    let target = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/";
    let mut ask = |header: Option<&'static str>, heard: HeardBy| {
        let headers = header.map(|value| (HeaderName::from_static("metadata"), HeaderValue::from_static(value)));
        let request = Request::new(Method::GET, target, headers.into_iter().collect(), Vec::new()).unwrap();
        crate::arm::identity::of_host(state, heard, &request).unwrap()
    };
    assert!(ask(Some("True"), HeardBy::Host).body.unwrap()["access_token"].is_string());
    assert_eq!(ask(None, HeardBy::Host).status, 400, "without the header that a browser cannot send");
    assert_eq!(ask(Some("false"), HeardBy::Host).status, 400);
    assert_eq!(ask(Some("true"), HeardBy::Machine).status, 403, "other users of this machine");
}

#[test]
fn a_site_is_read_as_clients_need_it() {
    let state = &mut state();
    let site = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Web/sites/app";
    let integrated =
        json!({ "properties": { "virtualNetworkSubnetId": format!("{NETWORK}/virtualNetworks/v/subnets/s") } });
    send(state, Method::PUT, site, &integrated);
    assert_eq!(get(state, site).body.unwrap()["properties"]["sku"], "PremiumV3");
    let published = send(state, Method::POST, &format!("{site}/publishxml"), &json!({ "format": "WebDeploy" }));
    assert!(published.xml.unwrap().starts_with("<publishData>"));
    assert_eq!(get(state, &format!("{site}/virtualNetworkConnections")).body.unwrap()[0]["name"], "v");
    // As az writes it: a text, and then the whole site with the new name of the bit beside the old one.
    send(
        state,
        Method::PATCH,
        &format!("{site}/config/web"),
        &json!({ "properties": { "vnetRouteAllEnabled": "true" } }),
    );
    let mut whole = get(state, site).body.unwrap();
    assert_eq!(whole["properties"]["outboundVnetRouting"]["applicationTraffic"], true);
    whole["properties"]["outboundVnetRouting"]["applicationTraffic"] = json!(false);
    send(state, Method::PUT, site, &whole);
    let now = get(state, &format!("{site}/config/web")).body.unwrap();
    assert_eq!(now["properties"]["vnetRouteAllEnabled"], false);
}

#[test]
fn settings_of_a_site_are_posted_for_and_replaced_whole() {
    let state = &mut state();
    let site = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Web/sites/app";
    let first = json!([{ "name": "A", "value": "1" }]);
    send(state, Method::PUT, site, &json!({ "properties": { "siteConfig": { "appSettings": first, "x": 1 } } }));
    let settings = format!("{site}/config/appsettings");
    let listed = |state: &mut State| {
        send(state, Method::POST, &format!("{settings}/list"), &Value::Null).body.unwrap()["properties"].clone()
    };
    assert_eq!(listed(state), json!({ "A": "1" }));
    let written = send(state, Method::PUT, &settings, &json!({ "properties": { "B": "2" } }));
    assert_eq!((written.status, &written.body.unwrap()["properties"]), (200, &json!({ "B": "2" })));
    assert_eq!(listed(state), json!({ "B": "2" }), "what is not written any more is gone");
    assert_eq!(get(state, &format!("{site}/config/web")).body.unwrap()["properties"]["x"], 1);
    assert_eq!(code(&send(state, Method::PUT, &settings, &json!([]))).0, 400);
    let names = get(state, &format!("{site}/config/slotConfigNames")).body.unwrap();
    assert_eq!(names["properties"]["appSettingNames"], Value::Null);
    assert_eq!(code(&get(state, &settings)).0, 405, "settings are never read, they are posted for");
}

#[test]
fn flow_logs_are_kept_and_those_of_groups_refused() {
    let state = &mut state();
    let (network, group) = (format!("{NETWORK}/virtualNetworks/v"), format!("{NETWORK}/networkSecurityGroups/g"));
    let store = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/logs";
    for (id, status) in [(network.as_str(), 201), (&group, 201), (store, 200)] {
        assert_eq!(send(state, Method::PUT, id, &json!({ "location": "eastus" })).status, status, "{id}");
    }
    let watcher = "/subscriptions/S/resourceGroups/networkwatcherrg/providers/Microsoft.Network/networkWatchers/NetworkWatcher_eastus";
    let log = format!("{watcher}/flowLogs/l");
    let of = |target: &str, store: &str| json!({ "properties": { "targetResourceId": target, "storageId": store, "enabled": true } });
    let refused = |state: &mut State, body: &Value| code(&send(state, Method::PUT, &log, body)).1.to_owned();
    assert_eq!(refused(state, &of(&group, store)), "BadRequest");
    assert_eq!(refused(state, &of(&network, &format!("{store}2"))), "InvalidResourceReference");
    assert_eq!(refused(state, &json!({})), "InvalidRequestFormat");
    assert_eq!(get(state, &format!("{watcher}/flowLogs")).body.unwrap()["value"], json!([]));
    assert_eq!(send(state, Method::PUT, &log, &of(&network, store)).status, 201);
    assert_eq!(send(state, Method::PUT, &log, &of(&network.to_uppercase(), store)).status, 200);
    assert_eq!(get(state, &format!("{watcher}/flowLogs")).body.unwrap()["value"][0]["name"], "l");
    assert_eq!(get(state, &log).body.unwrap()["properties"]["provisioningState"], "Succeeded");
    let mut told = |target: &str| {
        let asked = json!({ "targetResourceId": target });
        send(state, Method::POST, &format!("{watcher}/queryFlowLogStatus"), &asked).body.unwrap()["properties"].clone()
    };
    assert_eq!(told(&network)["storageId"], store);
    assert_eq!(told(&group)["enabled"], false);
    assert_eq!(send(state, Method::DELETE, &log, &Value::Null).status, 200);
    assert_eq!(get(state, &log).status, 404);
    let named = "/subscriptions/S/providers/Microsoft.Storage/checkNameAvailability";
    let free = |state: &mut State, name: &str| send(state, Method::POST, named, &json!({ "name": name })).body.unwrap();
    assert_eq!(free(state, "logs")["reason"], "AlreadyExists");
    assert_eq!(free(state, "other")["nameAvailable"], true);
}

#[test]
fn what_applies_and_what_tags_hold_is_told() {
    let state = &mut state();
    let network = format!("{NETWORK}/virtualNetworks/v");
    let action = format!("{network}/listNetworkManagerEffectiveSecurityAdminRules");
    assert_eq!(code(&send(state, Method::POST, &action, &json!({}))), (404, "ResourceNotFound"));
    send(state, Method::PUT, &network, &json!({}));
    let told = send(state, Method::POST, &action, &json!({}));
    assert_eq!((told.status, told.body.unwrap()), (200, json!({ "value": [], "skipToken": "" })));
    let collection = format!("{NETWORK}/networkManagers/m/securityAdminConfigurations/c/ruleCollections/r");
    for above in ["/networkManagers/m", "/networkManagers/m/securityAdminConfigurations/c"] {
        assert_eq!(send(state, Method::PUT, &format!("{NETWORK}{above}"), &json!({})).status, 201);
    }
    let groups = json!([{ "networkGroupId": format!("{NETWORK}/networkManagers/m/networkGroups/g") }]);
    send(state, Method::PUT, &collection, &json!({ "properties": { "appliesToGroups": groups } }));
    let rule = json!({ "id": format!("{collection}/rules/deny"), "properties": { "priority": 1 } });
    send(state, Method::PUT, &format!("{action}/effective"), &json!({ "properties": { "value": [rule] } }));
    let told = send(state, Method::POST, &action, &json!({})).body.unwrap();
    assert_eq!(told["value"][0]["ruleCollectionAppliesToGroups"], groups);
    assert_eq!(told["value"][0]["properties"]["priority"], 1);
    assert_eq!(code(&send(state, Method::POST, &format!("{network}/listSomething"), &json!({}))).0, 405);

    let tags = "/subscriptions/S/providers/Microsoft.Network/locations/eastus/serviceTags";
    let list = get(state, tags).body.unwrap();
    assert_eq!((&list["cloud"], &list["values"]), (&json!("Public"), &json!([])));
    let held = json!({ "name": "Storage", "id": "Storage", "properties": { "addressPrefixes": ["203.0.113.64/28"] } });
    let kept = model::ResourceId::parse("/providers/Microsoft.Network/serviceTags/public").unwrap();
    state.store_mut().put(&kept, json!({ "properties": { "changeNumber": "7", "values": [held] } })).unwrap();
    let list = get(state, tags).body.unwrap();
    assert_eq!(list["changeNumber"], "7");
    assert_eq!(list["values"][0]["properties"]["addressPrefixes"][0], "203.0.113.64/28");
    assert_eq!(code(&send(state, Method::DELETE, tags, &Value::Null)).0, 405);
}
