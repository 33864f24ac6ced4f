//! Does a write have the effects, and keep to the conditions, that it has in Azure?

use super::{NETWORK, code, get, send, send_with, state};
use crate::state::State;
use http::Method;
use serde_json::{Value, json};

const ACCOUNT: &str = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/one";

/// An account, a network with one subnet, a zone, and an endpoint of the account.
fn endpoint(state: &mut State) -> String {
    let endpoint = format!("{NETWORK}/privateEndpoints/pe");
    let subnet = json!([{ "name": "s", "properties": { "addressPrefix": "10.0.0.0/24" } }]);
    for (id, body) in [
        (ACCOUNT.to_owned(), json!({ "properties": { "customSubDomainName": "one" } })),
        (format!("{NETWORK}/virtualNetworks/v"), json!({ "properties": { "subnets": subnet } })),
        (format!("{NETWORK}/privateDnsZones/privatelink.openai.azure.com"), json!({ "location": "global" })),
        (
            endpoint.clone(),
            json!({ "location": "eastus", "properties": {
                "subnet": { "id": format!("{NETWORK}/virtualNetworks/v/subnets/s") },
                "privateLinkServiceConnections": [
                    { "name": "c", "properties": { "privateLinkServiceId": ACCOUNT, "groupIds": ["account"] } }
                ],
            } }),
        ),
    ] {
        assert_eq!(send(state, Method::PUT, &id, &body).status, 201, "{id}");
    }
    endpoint
}

fn group_of(zone: &str) -> Value {
    json!({ "properties": { "privateDnsZoneConfigs": [
        { "name": "openai", "properties": { "privateDnsZoneId": format!("{NETWORK}/privateDnsZones/{zone}") } }
    ] } })
}

#[test]
fn an_endpoint_has_an_interface_as_long_as_it_lives() {
    let state = &mut state();
    let endpoint = endpoint(state);
    let made = get(state, &endpoint).body.unwrap();
    let card = made.pointer("/properties/networkInterfaces/0/id").unwrap().as_str().unwrap().to_owned();
    let interface = get(state, &card).body.unwrap();
    assert_eq!(interface["properties"]["privateEndpoint"]["id"], endpoint);
    let configuration = &interface["properties"]["ipConfigurations"][0]["properties"];
    assert_eq!(configuration["privateIPAddress"], "10.0.0.4");
    let names = configuration["privateLinkConnectionProperties"]["fqdns"].as_array().unwrap();
    assert!(names.contains(&json!("one.openai.azure.com")), "{names:?}");
    assert_eq!(send(state, Method::DELETE, &endpoint, &Value::Null).status, 200);
    assert_eq!(code(&get(state, &card)), (404, "ResourceNotFound"));
    let connections = get(state, &format!("{ACCOUNT}/privateEndpointConnections")).body.unwrap();
    assert_eq!(connections["value"], json!([]));
}

#[test]
fn a_zone_group_writes_its_records_and_takes_them_away() {
    let state = &mut state();
    let endpoint = endpoint(state);
    let group = format!("{endpoint}/privateDnsZoneGroups/g");
    let zone = "privatelink.openai.azure.com";
    let nowhere = send(state, Method::PUT, &group, &group_of("privatelink.nowhere.azure.com"));
    assert_eq!(code(&nowhere), (400, "InvalidResourceReference"));
    assert_eq!(code(&get(state, &group)), (404, "ResourceNotFound"), "what was refused is not there");
    assert_eq!(send(state, Method::PUT, &group, &group_of(zone)).status, 201);
    let record = format!("{NETWORK}/privateDnsZones/{zone}/A/one");
    let written = get(state, &record).body.unwrap();
    assert_eq!(written["properties"]["ttl"], 10);
    assert_eq!(written["properties"]["aRecords"], json!([{ "ipv4Address": "10.0.0.4" }]));
    let creator = written["properties"]["metadata"]["creator"].as_str().unwrap();
    assert!(creator.starts_with("created by private endpoint pe with resource guid "), "{creator}");
    let second = send(state, Method::PUT, &format!("{endpoint}/privateDnsZoneGroups/h"), &group_of(zone));
    assert_eq!(code(&second), (400, "PrivateDnsZoneGroupCannotBeCreated"));
    // A record set that somebody has changed since is his.
    let own = json!({ "properties": { "ttl": 60, "aRecords": [{ "ipv4Address": "10.0.0.9" }] } });
    assert_eq!(send(state, Method::PUT, &record, &own).status, 200);
    assert_eq!(send(state, Method::DELETE, &group, &Value::Null).status, 200);
    assert_eq!(get(state, &record).body.unwrap()["properties"]["ttl"], 60);
    assert_eq!(send(state, Method::PUT, &group, &group_of(zone)).status, 201);
    assert_eq!(send(state, Method::DELETE, &group, &Value::Null).status, 200);
    assert_eq!(code(&get(state, &record)), (404, "ResourceNotFound"));
}

#[test]
fn conditions_hold_for_every_write() {
    let state = &mut state();
    let zone = format!("{NETWORK}/privateDnsZones/z.example");
    let write = |state: &mut State, method: Method, header, body| {
        let answer = send_with(state, method, &zone, Some(header), body);
        (answer.status, answer.body.and_then(|body| Some(body["etag"].as_str()?.to_owned())))
    };
    let (_, first) = write(state, Method::PUT, ("if-none-match", "*"), "{}");
    let first = first.unwrap();
    let (status, second) = write(state, Method::PATCH, ("if-match", &first), r#"{"tags":{"a":"b"}}"#);
    assert_eq!(status, 200);
    let second = second.unwrap();
    assert_ne!(first, second, "each write makes another tag");
    assert_eq!(write(state, Method::PATCH, ("if-match", &first), r#"{"tags":{"a":"c"}}"#).0, 412);
    assert_eq!(write(state, Method::DELETE, ("if-match", &first), "").0, 412);
    let kept = get(state, &zone).body.unwrap();
    assert_eq!((&kept["tags"]["a"], kept["etag"].as_str()), (&json!("b"), Some(second.as_str())));
    assert_eq!(write(state, Method::DELETE, ("if-match", &second), "").0, 200);
    assert_eq!(write(state, Method::DELETE, ("if-match", &second), "").0, 204, "what is gone stays gone");
}
