//! How does ARM spell a container app and its environment?

use crate::arm::document::{Object, properties, set, within};
use crate::arm::secrets::{endpoint_setting, proxy_setting};
use crate::arm::view::View;
use model::resource::{ContainerApp, EndpointSetting, ManagedEnvironment};
use model::{Known, ResourceId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn read(view: &View<'_>) -> ContainerApp {
    let mut proxies = BTreeMap::new();
    let endpoints = view.object("template").map(|template| {
        let mut endpoints: Vec<EndpointSetting> = Vec::new();
        for container in template.objects("containers").chain(template.objects("initContainers")) {
            for variable in container.objects("env") {
                let (Some(name), Some(value)) = (variable.text("name"), variable.text("value")) else { continue };
                if let Some(kept) = proxy_setting(&name, &value) {
                    proxies.insert(name.into_owned(), kept);
                    continue;
                }
                let Some(url) = endpoint_setting(&name, &value) else { continue };
                let setting = EndpointSetting { name: name.into_owned(), url };
                if !endpoints.contains(&setting) {
                    endpoints.push(setting);
                }
            }
        }
        endpoints
    });
    ContainerApp {
        environment: view.id_text("environmentId").or_else(|| view.id_text("managedEnvironmentId")),
        endpoints: endpoints.into(),
        proxies,
    }
}

pub(super) fn read_environment(view: &View<'_>) -> ManagedEnvironment {
    // A document without any property is a reference, not an environment without a network.
    let is_whole = view.has("vnetConfiguration") || view.has("provisioningState") || view.has("defaultDomain");
    let subnet = view.within("vnetConfiguration").id_text("infrastructureSubnetId");
    ManagedEnvironment {
        subnet: if is_whole { Known::Value(subnet) } else { None.into() },
        workload_profiles: is_whole
            .then(|| view.list("workloadProfiles").is_some_and(|profiles| !profiles.is_empty()))
            .into(),
    }
}

/// The environment variables that are written are only those that name an endpoint, so this document
/// creates an app; it must never replace one that has others.
pub(super) fn write(app: &ContainerApp, document: &mut Object) {
    let inner = properties(document);
    set(inner, "environmentId", app.environment.as_ref().map(|id| id.as_str().into()));
    if let Known::Value(endpoints) = &app.endpoints {
        let endpoints = endpoints.iter().map(|setting| json!({ "name": setting.name, "value": setting.url }));
        let proxies = app.proxies.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        let pairs: Value = endpoints.chain(proxies).collect();
        set(within(inner, "template"), "containers", Some(json!([{ "name": "app", "env": pairs }])));
    }
}

pub(super) fn write_environment(environment: &ManagedEnvironment, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(subnet) = &environment.subnet {
        let id: Option<Value> = subnet.as_ref().map(|id: &ResourceId| id.as_str().into());
        set(within(inner, "vnetConfiguration"), "infrastructureSubnetId", id);
    }
    if environment.workload_profiles.is(&true) && !inner.contains_key("workloadProfiles") {
        let profile = json!([{ "name": "Consumption", "workloadProfileType": "Consumption" }]);
        set(inner, "workloadProfiles", Some(profile));
    }
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::resource::{ContainerApp, ManagedEnvironment};
    use model::{Body, Known, ResourceId};

    /// After the answer to a GET in the examples of Azure's specification of Microsoft.App, with names of ours.
    const APP: &str = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/containerApps/api",
        "name": "api", "type": "Microsoft.App/containerApps", "location": "East US",
        "properties": {"provisioningState": "Succeeded",
        "managedEnvironmentId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/managedEnvironments/env",
        "configuration": {"secrets": [{"name": "key", "value": "CANARY-secret"}], "ingress": {"fqdn": "api.example"}},
        "template": {"containers": [{"image": "repo/api:v1", "name": "api", "env": [
          {"name": "AZURE_OPENAI_ENDPOINT", "value": "https://yourresource.openai.azure.com/?x=CANARY-query"},
          {"name": "AZURE_OPENAI_API_KEY", "secretRef": "key"}, {"name": "PLAIN", "value": "CANARY-plain"},
          {"name": "HTTPS_PROXY", "value": "http://u:CANARY-password@10.2.9.4:3128/"}]}],
        "scale": {"minReplicas": 1, "maxReplicas": 5}}}}"#;

    #[test]
    fn of_the_variables_only_endpoints_are_kept() {
        let mut reader = Reader::new();
        reader.document(APP, "app.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let Body::ContainerApp(ContainerApp { environment, endpoints, proxies }) = &reading.resources[0].body else {
            panic!("a container app")
        };
        assert_eq!(environment.as_ref().map(ResourceId::name), Some("env"));
        let Known::Value(endpoints) = endpoints else { panic!("its variables are known") };
        let urls: Vec<_> = endpoints.iter().map(|setting| setting.url.as_str()).collect();
        assert_eq!(urls, ["https://yourresource.openai.azure.com"]);
        assert_eq!(proxies.get("HTTPS_PROXY").map(String::as_str), Some("http://10.2.9.4:3128"));
        let kept = &reading.resources[0].document;
        assert!(kept.contains("maxReplicas") && !kept.contains("CANARY"), "{kept}");
    }

    #[test]
    fn an_environment_has_its_subnet_or_a_network_that_azure_made() {
        let read = |properties: &str| {
            let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/managedEnvironments/env";
            let mut reader = Reader::new();
            reader.document(&format!(r#"{{"id": "{id}", "properties": {properties}}}"#), "env.json");
            match reader.finish().resources.remove(0).body {
                Body::ManagedEnvironment(environment) => environment,
                other => panic!("an environment, not {other:?}"),
            }
        };
        let own = read(
            r#"{"provisioningState": "Succeeded", "vnetConfiguration": {"infrastructureSubnetId":
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/aca"},
            "workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}]}"#,
        );
        let Known::Value(Some(subnet)) = &own.subnet else { panic!("a subnet: {own:?}") };
        assert_eq!((subnet.name(), &own.workload_profiles), ("aca", &Known::Value(true)));
        let made = read(r#"{"provisioningState": "Succeeded", "defaultDomain": "x.eastus.azurecontainerapps.io"}"#);
        assert_eq!(made, ManagedEnvironment { subnet: Known::Value(None), workload_profiles: Known::Value(false) });
        assert_eq!(read("{}"), ManagedEnvironment::default());
    }
}
