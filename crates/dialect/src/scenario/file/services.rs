//! Which tables say what is called: accounts, other services, and the endpoints that lead to them?

use super::super::Named;
use model::ResourceId;
use serde::Deserialize;
use serde_json::json;
use std::net::IpAddr;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct AccountEntry {
    pub(in crate::scenario) group: String,
    /// `OpenAI` unless stated.
    pub(in crate::scenario) kind: Option<String>,
    /// The custom subdomain; the account's name unless stated.
    pub(in crate::scenario) subdomain: Option<String>,
    /// `publicNetworkAccess`; `Disabled` unless stated.
    pub(in crate::scenario) public: Option<String>,
    /// `NETWORK/SUBNET` of its agents, where they stand in a network of their owner.
    pub(in crate::scenario) agent_subnet: Option<String>,
    /// The sources that its public side lets in; all of them without.
    pub(in crate::scenario) admits: Option<AdmitsTable>,
    /// True where trusted services of Azure are let in whatever else the rules say (`networkAcls.bypass`).
    #[serde(default)]
    pub(in crate::scenario) trusted_services: bool,
    /// The only hosts that it may call itself (`allowedFqdnList`); without, it may call all.
    pub(in crate::scenario) may_call: Option<Vec<String>>,
    /// The object id of its managed identity, if it has one.
    pub(in crate::scenario) identity: Option<String>,
}

/// A search service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct SearchEntry {
    pub(in crate::scenario) group: String,
    /// The price tier; `standard` unless stated.
    pub(in crate::scenario) sku: Option<String>,
    /// `publicNetworkAccess`; `Enabled` unless stated.
    pub(in crate::scenario) public: Option<String>,
    /// The public addresses and prefixes that alone are let in.
    #[serde(default)]
    pub(in crate::scenario) addresses: Vec<String>,
    /// True where trusted services of Azure are let in whatever else is said (`networkRuleSet.bypass`).
    #[serde(default)]
    pub(in crate::scenario) trusted_services: bool,
    /// The object id of its managed identity, if it has one.
    pub(in crate::scenario) identity: Option<String>,
    /// Its private ways to other resources.
    #[serde(default)]
    pub(in crate::scenario) shared_link: Named<SharedLinkEntry>,
}

/// A shared private link of a search service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct SharedLinkEntry {
    /// The account that it leads to.
    pub(in crate::scenario) account: String,
    /// `openai_account` unless stated.
    pub(in crate::scenario) group_id: Option<String>,
    /// `Approved` unless stated; the account sees the same.
    pub(in crate::scenario) status: Option<String>,
    /// `provisioningState`; `Succeeded` unless stated.
    pub(in crate::scenario) provisioning: Option<String>,
}

/// The network rules of an account whose default action is Deny.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct AdmitsTable {
    /// Addresses and prefixes.
    #[serde(default)]
    pub(in crate::scenario) addresses: Vec<String>,
    /// Subnets, each as `NETWORK/SUBNET`.
    #[serde(default)]
    pub(in crate::scenario) subnets: Vec<String>,
    /// Subnets that were deleted since, and made anew under the same name.
    #[serde(default)]
    pub(in crate::scenario) deleted_subnets: Vec<String>,
}

/// A service of another type than accounts of Azure AI services: nothing but what its endpoints need.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ServiceEntry {
    pub(in crate::scenario) group: String,
    /// Its resource type, such as `Microsoft.ServiceBus/namespaces`.
    #[serde(rename = "type")]
    pub(in crate::scenario) resource_type: String,
    /// Its price tier, `sku.name`; not known without.
    pub(in crate::scenario) sku: Option<String>,
    /// `publicNetworkAccess` of its document; not said without.
    pub(in crate::scenario) public: Option<String>,
    /// `networkAcls.defaultAction` of its document; not said without.
    #[serde(rename = "default-action")]
    pub(in crate::scenario) default_action: Option<String>,
}

impl ServiceEntry {
    /// The document of a service that says something of its public side.
    pub(in crate::scenario) fn document(&self, id: &ResourceId) -> Option<String> {
        let mut properties = serde_json::Map::new();
        if let Some(public) = &self.public {
            properties.insert("publicNetworkAccess".to_owned(), json!(public));
        }
        if let Some(action) = &self.default_action {
            properties.insert("networkAcls".to_owned(), json!({ "defaultAction": action }));
        }
        let document =
            json!({ "id": id.as_str(), "name": id.name(), "type": id.resource_type(), "properties": properties });
        (!properties.is_empty()).then(|| document.to_string())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct EndpointEntry {
    pub(in crate::scenario) group: String,
    /// `NETWORK/SUBNET`.
    pub(in crate::scenario) subnet: String,
    pub(in crate::scenario) address: IpAddr,
    /// The account that it leads to: this, `storage` or `service`.
    pub(in crate::scenario) account: Option<String>,
    /// The storage account that it leads to, which stands in the endpoint's resource group.
    pub(in crate::scenario) storage: Option<String>,
    /// The entry of `[estate.service]`, `[estate.api-management]` or `[estate.databricks]` that it leads to.
    pub(in crate::scenario) service: Option<String>,
    /// The group id: `account` unless stated, and to be stated for storage (`blob`, `dfs`, `file`, …).
    pub(in crate::scenario) sub_resource: Option<String>,
    /// Names that it serves beside those of the service's own name, each with an address of its own.
    #[serde(default)]
    pub(in crate::scenario) names: Named<IpAddr>,
    /// The connection state; `Approved` unless stated.
    pub(in crate::scenario) state: Option<String>,
    /// The application security groups that it is in, each as `RESOURCE-GROUP/NAME`.
    #[serde(default)]
    pub(in crate::scenario) asg: Vec<String>,
    /// Zones of its zone group, which keeps a record in each; none without the list.
    #[serde(default)]
    pub(in crate::scenario) zones: Vec<String>,
}
