//! Which `api-version` goes with which resource type? The one table.

use model::Kind;

/// The `api-version` that requests for a kind carry (read in Azure's specifications, 2026-11-22).
pub fn api_version(kind: Kind) -> &'static str {
    let resource_type = kind.resource_type();
    if resource_type.starts_with("Microsoft.Network/privateDnsZones") {
        return "2024-06-01";
    }
    match resource_type.split('/').next() {
        Some("Microsoft.ApiManagement" | "Microsoft.Databricks") => "2024-05-01",
        Some("Microsoft.CognitiveServices") => "2025-06-01",
        Some("Microsoft.Web") => "2024-11-01",
        Some("Microsoft.Compute") => "2024-07-01",
        Some("Microsoft.App") => "2025-01-01",
        Some("Microsoft.Authorization") => "2022-04-01",
        _ => "2025-05-01",
    }
}

#[cfg(test)]
mod tests {
    use super::api_version;
    use model::Kind;

    #[test]
    fn each_provider_has_its_own() {
        assert_eq!(api_version(Kind::RecordSet), "2024-06-01");
        assert_eq!(api_version(Kind::Subnet), "2025-05-01");
        assert_eq!(api_version(Kind::PrivateEndpointConnection), "2025-06-01");
        assert_eq!(api_version(Kind::WebApp), "2024-11-01");
        assert_eq!(api_version(Kind::VirtualMachine), "2024-07-01");
        assert_eq!(api_version(Kind::SharedPrivateLink), "2025-05-01");
    }
}
