//! How does ARM spell an API Management service and its backends?

use crate::arm::document::{Object, properties, set, within};
use crate::arm::secrets::endpoint_setting;
use crate::arm::view::View;
use model::resource::{ApiBackend, ApiManagement, GatewayMode};
use model::{Known, ResourceId};

pub(super) fn read(view: &View<'_>) -> ApiManagement {
    ApiManagement {
        mode: view.word("virtualNetworkType", GatewayMode::parse, "None, External or Internal").into(),
        subnet: view.within("virtualNetworkConfiguration").id_text("subnetResourceId"),
    }
}

/// A backend that is a pool names others in place of a URL, and these are read by themselves.
pub(super) fn read_backend(id: &ResourceId, view: &View<'_>) -> ApiBackend {
    ApiBackend { url: view.text("url").and_then(|url| endpoint_setting(id.name(), &url)) }
}

pub(super) fn write(service: &ApiManagement, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(mode) = service.mode {
        set(inner, "virtualNetworkType", Some(mode.word().into()));
    }
    match &service.subnet {
        Some(subnet) => {
            set(within(inner, "virtualNetworkConfiguration"), "subnetResourceId", Some(subnet.as_str().into()));
        }
        None if service.mode.is(&GatewayMode::None) => set(inner, "virtualNetworkConfiguration", None),
        None => {}
    }
}

/// Of the URL only the origin is known, so this document creates a backend; it must never replace one.
pub(super) fn write_backend(backend: &ApiBackend, document: &mut Object) {
    if let Some(url) = &backend.url {
        let inner = properties(document);
        set(inner, "url", Some(url.clone().into()));
        set(inner, "protocol", Some("http".into()));
    }
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::resource::{ApiManagement, GatewayMode};
    use model::{Body, Known, Resource, ResourceId};

    fn read(text: &str) -> Resource {
        let mut reader = Reader::new();
        reader.document(text, "document.json");
        let mut reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        reading.resources.remove(0)
    }

    /// After the answer to a GET of a backend in the examples of Azure's specification of API Management, with
    /// names of ours.
    const BACKEND: &str = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/gateway/backends/openai",
        "type": "Microsoft.ApiManagement/service/backends", "name": "openai",
        "properties": {"description": "models", "url": "https://u:CANARY-user@yourresource.openai.azure.com/openai?code=CANARY-query",
        "protocol": "http", "tls": {"validateCertificateChain": false, "validateCertificateName": false},
        "proxy": {"url": "http://192.0.2.1:8080", "username": "CANARY-name", "password": "CANARY-password"},
        "credentials": {"query": {"sv": ["CANARY-sv"]}, "header": {"x-my-1": ["CANARY-header"]},
          "certificate": ["CANARY-thumbprint"], "authorization": {"scheme": "Basic", "parameter": "CANARY-basic"}}}}"#;

    #[test]
    fn of_a_backend_only_the_origin_of_its_url_is_kept() {
        let read = read(BACKEND);
        let Body::ApiBackend(backend) = &read.body else { panic!("a backend") };
        assert_eq!(backend.url.as_deref(), Some("https://yourresource.openai.azure.com"));
        assert!(read.document.contains("validateCertificateChain"), "{}", read.document);
        assert!(!read.document.contains("CANARY") && !read.document.contains("192.0.2.1"), "{}", read.document);
        let written = serde_json::Value::from(crate::arm::write(&read)).to_string();
        assert!(!written.contains("CANARY"), "{written}");
    }

    #[test]
    fn a_backend_that_is_a_pool_or_no_service_of_azure_has_no_url() {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/gateway/backends/other";
        for properties in [
            r#"{"type": "Pool", "pool": {"services": [{"id": "/backends/openai"}]}}"#,
            r#"{"url": "https://api.example/CANARY", "protocol": "http"}"#,
        ] {
            let read = read(&format!(r#"{{"id": "{id}", "properties": {properties}}}"#));
            assert_eq!(read.body, Body::ApiBackend(model::resource::ApiBackend { url: None }));
            assert!(!read.document.contains("CANARY"), "{}", read.document);
        }
    }

    #[test]
    fn a_service_says_its_mode_and_its_subnet() {
        let service = |properties: &str| {
            let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/gateway";
            let text = format!(
                r#"{{"id": "{id}", "sku": {{"name": "StandardV2", "capacity": 1}}, "properties": {properties}}}"#
            );
            let read = read(&text);
            assert_eq!(read.sku.as_deref(), Some("StandardV2"));
            assert!(!read.document.contains("CANARY"), "{}", read.document);
            match read.body {
                Body::ApiManagement(service) => service,
                other => panic!("a service, not {other:?}"),
            }
        };
        let integrated = service(
            r#"{"virtualNetworkType": "External", "virtualNetworkConfiguration": {"subnetResourceId":
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/apim"},
            "hostnameConfigurations": [{"type": "Proxy", "hostName": "api.example", "encodedCertificate": "CANARY-pfx",
              "certificatePassword": "CANARY-password"}]}"#,
        );
        assert_eq!(integrated.mode, Known::Value(GatewayMode::External));
        assert_eq!(integrated.leaves_from().value().copied().flatten().map(ResourceId::name), Some("apim"));
        let alone = service(r#"{"virtualNetworkType": "None", "virtualNetworkConfiguration": null}"#);
        assert_eq!(alone.leaves_from(), Known::Value(None));
        assert_eq!(service("{}"), ApiManagement::default());
    }
}
