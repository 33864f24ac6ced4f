//! Which resources do apps and clusters stand for, and what do their settings name?

use super::super::file::{AppEntry, ClusterEntry, ContainerAppEntry, EnvironmentEntry};
use super::{Builder, Built, CLUSTER, ENVIRONMENT, missing};
use model::resource::{
    AgentPool, ContainerApp, EndpointSetting, ManagedCluster, ManagedEnvironment, PlatformTraffic, WebApp,
};
use model::{Body, DnsName, Known, PROXY_VARIABLES, is_key_name};
use std::collections::BTreeMap;

impl Builder<'_> {
    pub(super) fn cluster(&mut self, name: &str, entry: &ClusterEntry) -> Built {
        let at = format!("estate.aks.{name}");
        let pool = AgentPool {
            name: "nodepool1".to_owned(),
            subnet: Some(self.subnet_id(&entry.subnet, &at)?),
            pod_subnet: entry.pod_subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?,
        };
        let cluster = ManagedCluster {
            pools: vec![pool],
            network_plugin: Some("azure".to_owned()),
            network_plugin_mode: None,
            private_cluster: Known::Value(false),
        };
        self.add(self.id(&entry.group, CLUSTER, name), Body::ManagedCluster(cluster));
        Ok(())
    }

    pub(super) fn container_environment(&mut self, name: &str, entry: &EnvironmentEntry) -> Built {
        let at = format!("estate.container-environment.{name}");
        let subnet = entry.subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?;
        let workload_profiles = Known::Value(!entry.consumption_only);
        let body = ManagedEnvironment { subnet: Known::Value(subnet), workload_profiles };
        self.add(self.id(&entry.group, ENVIRONMENT, name), Body::ManagedEnvironment(body));
        Ok(())
    }

    pub(super) fn container_app(&mut self, name: &str, entry: &ContainerAppEntry) -> Built {
        let known = &self.estate.container_environment;
        let at = format!("estate.container-app.{name}");
        let environment = known.get(&entry.environment);
        let group =
            &environment.ok_or_else(|| missing(&at, "container-environment", &entry.environment, known.keys()))?.group;
        let (proxies, endpoints) = settings(&entry.settings);
        let body = ContainerApp {
            environment: Some(self.id(group, ENVIRONMENT, &entry.environment)),
            endpoints: Known::Value(endpoints),
            proxies,
        };
        self.add(self.id(&entry.group, "Microsoft.App/containerApps", name), Body::ContainerApp(body));
        Ok(())
    }

    pub(super) fn app(&mut self, name: &str, entry: &AppEntry) -> Built {
        let at = format!("estate.app.{name}");
        let subnet = entry.subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?;
        let share = entry.content_share.as_ref().map(|account| {
            let host = DnsName::parse(&format!("{account}.file.core.windows.net"));
            let host = host.map_err(|_| format!("{at}: {account:?} is no name of a storage account"))?;
            Ok::<_, String>(PlatformTraffic { host, through_network: Known::Value(entry.content_over_network) })
        });
        let keys = entry.settings.keys().filter(|name| is_key_name(name)).cloned().collect();
        let (proxies, endpoints) = settings(&entry.settings);
        let app = WebApp {
            subnet: Known::Value(subnet),
            route_all: Known::Value(entry.route_all),
            dns_servers: entry.dns.clone(),
            endpoints: Known::Value(endpoints),
            keys,
            proxies,
            content_share: share.transpose()?,
            image: None,
        };
        self.add(self.id(&entry.group, "Microsoft.Web/sites", name), Body::WebApp(app));
        self.identified(entry.identity.as_deref());
        Ok(())
    }
}

/// The settings of an app that name a proxy, and those that name an endpoint. That there is a key is told elsewhere.
fn settings(all: &BTreeMap<String, String>) -> (BTreeMap<String, String>, Vec<EndpointSetting>) {
    let plain = all.iter().filter(|(name, _)| !is_key_name(name));
    let (proxies, endpoints): (BTreeMap<_, _>, BTreeMap<_, _>) = plain
        .map(|(name, value)| (name.clone(), value.clone()))
        .partition(|(name, _)| PROXY_VARIABLES.contains(&name.as_str()));
    let endpoints = endpoints.into_iter().map(|(name, url)| EndpointSetting { name, url });
    (proxies, endpoints.collect())
}
