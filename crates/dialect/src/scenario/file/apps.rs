//! Which tables say what runs on a platform: apps, clusters, gateways of APIs, workspaces, and who may do what?

use super::super::Named;
use super::names::Addresses;
use serde::Deserialize;
use std::net::IpAddr;

/// A role that was given to somebody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct RoleEntry {
    /// The object id of who has it.
    pub(in crate::scenario) principal: String,
    /// `ServicePrincipal`, `User` or `Group`; an identity of Azure is the first.
    #[serde(default = "service_principal")]
    pub(in crate::scenario) principal_type: String,
    /// The id of the role.
    pub(in crate::scenario) role: String,
    /// `account/NAME`, `group/NAME`, or `subscription`.
    pub(in crate::scenario) at: String,
}

fn service_principal() -> String {
    "ServicePrincipal".to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct AppEntry {
    pub(in crate::scenario) group: String,
    /// The integration subnet; without one the app is not integrated.
    pub(in crate::scenario) subnet: Option<String>,
    #[serde(default)]
    pub(in crate::scenario) route_all: bool,
    /// DNS servers of its own, in place of those of the network.
    #[serde(default)]
    pub(in crate::scenario) dns: Vec<IpAddr>,
    /// The storage account of its content share.
    pub(in crate::scenario) content_share: Option<String>,
    /// Whether the content share is reached through the network.
    #[serde(default)]
    pub(in crate::scenario) content_over_network: bool,
    /// Application settings that name endpoints.
    #[serde(default)]
    pub(in crate::scenario) settings: Named<String>,
    /// The object id of its managed identity, if it has one.
    pub(in crate::scenario) identity: Option<String>,
}

/// An environment of container apps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct EnvironmentEntry {
    pub(in crate::scenario) group: String,
    /// `NETWORK/SUBNET`; without one it is in a network that Azure made.
    pub(in crate::scenario) subnet: Option<String>,
    /// True for one without workload profiles.
    #[serde(default)]
    pub(in crate::scenario) consumption_only: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ContainerAppEntry {
    pub(in crate::scenario) group: String,
    /// The environment that it runs in.
    pub(in crate::scenario) environment: String,
    /// Environment variables that name endpoints.
    #[serde(default)]
    pub(in crate::scenario) settings: Named<String>,
}

/// An API Management service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ApiManagementEntry {
    pub(in crate::scenario) group: String,
    /// `sku.name`; `StandardV2` unless stated.
    pub(in crate::scenario) sku: Option<String>,
    /// `NETWORK/SUBNET` that its calls leave from; without one it is in no network.
    pub(in crate::scenario) subnet: Option<String>,
    /// `virtualNetworkType`; with a subnet `External` unless stated.
    pub(in crate::scenario) mode: Option<String>,
    /// Its backends: name to URL.
    #[serde(default)]
    pub(in crate::scenario) backends: Named<String>,
}

/// A Databricks workspace; endpoints lead to it with `service`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct DatabricksEntry {
    pub(in crate::scenario) group: String,
    /// `publicNetworkAccess`; `Disabled` unless stated.
    pub(in crate::scenario) public: Option<String>,
    /// `requiredNsgRules`; not said without.
    pub(in crate::scenario) required_nsg_rules: Option<String>,
}

/// A Kubernetes cluster with one pool of nodes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct ClusterEntry {
    pub(in crate::scenario) group: String,
    /// `NETWORK/SUBNET` of the nodes.
    pub(in crate::scenario) subnet: String,
    /// `NETWORK/SUBNET` of the pods, where they have one of their own.
    pub(in crate::scenario) pod_subnet: Option<String>,
    /// What its owner added to CoreDNS; not known without.
    pub(in crate::scenario) coredns: Option<CoreDnsTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct CoreDnsTable {
    /// Whom it asks: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(in crate::scenario) forward: Named<Addresses>,
    /// Names that it answers itself.
    #[serde(default)]
    pub(in crate::scenario) hosts: Named<IpAddr>,
}
