//! What does a Kubernetes cluster (AKS) say: where do its nodes and pods stand?

use crate::{Known, ResourceId};

/// An AKS cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedCluster {
    /// `agentPoolProfiles`.
    pub pools: Vec<AgentPool>,
    /// `networkProfile.networkPlugin`, such as `azure` or `kubenet`.
    pub network_plugin: Option<String>,
    /// `networkProfile.networkPluginMode`, such as `overlay`.
    pub network_plugin_mode: Option<String>,
    /// `apiServerAccessProfile.enablePrivateCluster`.
    pub private_cluster: Known<bool>,
}

/// A pool of nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentPool {
    /// Its name.
    pub name: String,
    /// `vnetSubnetID`: the subnet of the nodes; without one Azure made a network of its own for them.
    pub subnet: Option<ResourceId>,
    /// `podSubnetID`: the subnet of the pods, where they have one of their own.
    pub pod_subnet: Option<ResourceId>,
}

impl Default for ManagedCluster {
    fn default() -> Self {
        Self { pools: Vec::new(), network_plugin: None, network_plugin_mode: None, private_cluster: None.into() }
    }
}
