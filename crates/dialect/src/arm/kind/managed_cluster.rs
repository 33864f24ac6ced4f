//! How does ARM spell the network of a Kubernetes cluster (AKS)?

use crate::arm::document::{Object, properties, set, within};
use crate::arm::view::View;
use model::resource::{AgentPool, ManagedCluster};
use model::{Known, ResourceId};
use serde_json::Value;
use std::borrow::Cow;

pub(super) fn read(view: &View<'_>) -> ManagedCluster {
    let network = view.within("networkProfile");
    // Pools are spelled without `properties` here.
    let pool = |item: View<'_>| AgentPool {
        name: item.text("name").map(Cow::into_owned).unwrap_or_default(),
        subnet: item.id_text("vnetSubnetID"),
        pod_subnet: item.id_text("podSubnetID"),
    };
    ManagedCluster {
        pools: view.objects("agentPoolProfiles").map(pool).collect(),
        network_plugin: network.text("networkPlugin").map(Cow::into_owned),
        network_plugin_mode: network.text("networkPluginMode").map(Cow::into_owned),
        private_cluster: match view.object("apiServerAccessProfile") {
            Some(access) => Known::Value(access.flag("enablePrivateCluster").unwrap_or(false)),
            None => None.into(),
        },
    }
}

pub(super) fn write(cluster: &ManagedCluster, document: &mut Object) {
    let inner = properties(document);
    let old = inner.get("agentPoolProfiles").and_then(Value::as_array).cloned().unwrap_or_default();
    let written = cluster.pools.iter().map(|pool| {
        let known = old.iter().filter_map(Value::as_object);
        let mut known = known.filter(|item| item.get("name").and_then(Value::as_str) == Some(pool.name.as_str()));
        let mut item = known.next().cloned().unwrap_or_default();
        set(&mut item, "name", Some(pool.name.clone().into()));
        let id = |id: Option<&ResourceId>| id.map(|id| id.as_str().into());
        set(&mut item, "vnetSubnetID", id(pool.subnet.as_ref()));
        set(&mut item, "podSubnetID", id(pool.pod_subnet.as_ref()));
        Value::Object(item)
    });
    let pools: Value = written.collect();
    set(inner, "agentPoolProfiles", Some(pools));
    if cluster.network_plugin.is_some() || inner.contains_key("networkProfile") {
        let network = within(inner, "networkProfile");
        set(network, "networkPlugin", cluster.network_plugin.clone().map(Into::into));
        set(network, "networkPluginMode", cluster.network_plugin_mode.clone().map(Into::into));
    }
    if let Known::Value(private) = cluster.private_cluster {
        set(within(inner, "apiServerAccessProfile"), "enablePrivateCluster", Some(private.into()));
    }
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::resource::ManagedCluster;
    use model::{Body, Known};

    /// After a request of the quick-start template `201-private-aks-cluster`, with its expressions resolved.
    const PRIVATE: &str = r#"{"type": "Microsoft.ContainerService/managedClusters", "name": "aks-app", "location": "eastus",
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks-app",
        "properties": {"kubernetesVersion": "1.31", "enableRBAC": true, "dnsPrefix": "aks",
        "agentPoolProfiles": [{"name": "agentpool", "osDiskSizeGB": 0, "count": 3, "vmSize": "Standard_DS2_v2",
          "osType": "Linux", "type": "VirtualMachineScaleSets",
          "vnetSubnetID": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/aks"}],
        "networkProfile": {"loadBalancerSku": "standard", "networkPlugin": "azure", "dnsServiceIP": "10.2.0.10"},
        "windowsProfile": {"adminUsername": "azureuser", "adminPassword": "CANARY-pw"},
        "apiServerAccessProfile": {"enablePrivateCluster": true}}}"#;

    #[test]
    fn pools_stand_in_subnets_and_no_secret_is_kept() {
        let mut reader = Reader::new();
        reader.document(PRIVATE, "cluster.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let Body::ManagedCluster(ManagedCluster { pools, network_plugin, private_cluster, .. }) =
            &reading.resources[0].body
        else {
            panic!("a cluster")
        };
        assert_eq!(pools[0].subnet.as_ref().map(model::ResourceId::name), Some("aks"));
        assert_eq!((network_plugin.as_deref(), private_cluster), (Some("azure"), &Known::Value(true)));
        let kept = &reading.resources[0].document;
        assert!(kept.contains("azureuser") && !kept.contains("CANARY"), "{kept}");
    }
}
