//! Which tables and keys does a scenario file have? The TOML as typed data, nothing concluded.

mod apps;
mod names;
mod networks;
mod services;

pub(super) use apps::{
    ApiManagementEntry, AppEntry, ClusterEntry, ContainerAppEntry, DatabricksEntry, EnvironmentEntry, RoleEntry,
};
pub(super) use names::{DnsServerEntry, OnPremisesEntry, ResolverEntry, RulesetEntry, ZoneEntry};
pub(super) use networks::{
    Forwards, GatewayConnectionEntry, GatewayEntry, LoadBalancerEntry, LocalGatewayEntry, NetworkEntry,
    NetworkManagerEntry, NsgEntry, Prefixes, RouteTableEntry, VirtualHubEntry, VmEntry,
};
pub(super) use services::{AccountEntry, AdmitsTable, EndpointEntry, SearchEntry, ServiceEntry, SharedLinkEntry};

use super::{Line, Named};
use model::Expect;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) title: String,
    pub(super) explain: String,
    pub(super) base: Option<Line>,
    #[serde(default)]
    pub(super) changes: Vec<Line>,
    /// DNS servers, by name, that the lab plays and of which nobody is told what they forward.
    #[serde(default)]
    pub(super) untold: Vec<Line>,
    /// Something on the way shows a certificate of its own in place of the service's.
    #[serde(default)]
    pub(super) inspected: bool,
    pub(super) needs: Option<Needs>,
    pub(super) ask: Option<AskTable>,
    #[serde(default)]
    pub(super) client: ClientTable,
    #[serde(default)]
    pub(super) estate: Estate,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Needs {
    Namespaces,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskTable {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) expect: Option<ExpectWord>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExpectWord {
    Private,
    Public,
    Refused,
}

impl From<ExpectWord> for Expect {
    fn from(word: ExpectWord) -> Self {
        match word {
            ExpectWord::Private => Self::Private,
            ExpectWord::Public => Self::Public,
            ExpectWord::Refused => Self::Refused,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTable {
    pub(super) environment: Option<BTreeMap<String, String>>,
    pub(super) hosts: Option<BTreeMap<String, IpAddr>>,
}

/// The estate: one table a kind, one entry a resource. Names are those of the resources.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Estate {
    pub(super) subscription: Option<String>,
    pub(super) location: Option<String>,
    pub(super) network: Named<NetworkEntry>,
    pub(super) nsg: Named<NsgEntry>,
    pub(super) route_table: Named<RouteTableEntry>,
    pub(super) load_balancer: Named<LoadBalancerEntry>,
    pub(super) gateway: Named<GatewayEntry>,
    pub(super) local_gateway: Named<LocalGatewayEntry>,
    pub(super) gateway_connection: Named<GatewayConnectionEntry>,
    pub(super) virtual_hub: Named<VirtualHubEntry>,
    pub(super) network_manager: Named<NetworkManagerEntry>,
    pub(super) vm: Named<VmEntry>,
    pub(super) app: Named<AppEntry>,
    pub(super) aks: Named<ClusterEntry>,
    pub(super) api_management: Named<ApiManagementEntry>,
    pub(super) container_environment: Named<EnvironmentEntry>,
    pub(super) container_app: Named<ContainerAppEntry>,
    pub(super) databricks: Named<DatabricksEntry>,
    pub(super) zone: Named<ZoneEntry>,
    pub(super) account: Named<AccountEntry>,
    pub(super) service: Named<ServiceEntry>,
    pub(super) endpoint: Named<EndpointEntry>,
    pub(super) dns_server: Named<DnsServerEntry>,
    pub(super) on_premises: Named<OnPremisesEntry>,
    pub(super) resolver: Named<ResolverEntry>,
    pub(super) ruleset: Named<RulesetEntry>,
    pub(super) search: Named<SearchEntry>,
    pub(super) role: Named<RoleEntry>,
    /// What Azure publishes of service tags.
    pub(super) service_tags: Named<Prefixes>,
}

impl Estate {
    /// Lays another estate over this one: an entry of the same name is replaced.
    pub(super) fn extend(&mut self, over: &Self) {
        let other = over.clone();
        self.subscription = other.subscription.or(self.subscription.take());
        self.location = other.location.or(self.location.take());
        self.network.extend(other.network);
        self.nsg.extend(other.nsg);
        self.route_table.extend(other.route_table);
        self.load_balancer.extend(other.load_balancer);
        self.gateway.extend(other.gateway);
        self.local_gateway.extend(other.local_gateway);
        self.gateway_connection.extend(other.gateway_connection);
        self.virtual_hub.extend(other.virtual_hub);
        self.network_manager.extend(other.network_manager);
        self.vm.extend(other.vm);
        self.app.extend(other.app);
        self.aks.extend(other.aks);
        self.api_management.extend(other.api_management);
        self.container_environment.extend(other.container_environment);
        self.container_app.extend(other.container_app);
        self.databricks.extend(other.databricks);
        self.zone.extend(other.zone);
        self.account.extend(other.account);
        self.service.extend(other.service);
        self.endpoint.extend(other.endpoint);
        self.dns_server.extend(other.dns_server);
        self.on_premises.extend(other.on_premises);
        self.resolver.extend(other.resolver);
        self.ruleset.extend(other.ruleset);
        self.search.extend(other.search);
        self.role.extend(other.role);
        self.service_tags.extend(other.service_tags);
    }
}
