//! What do a container app and its environment say: where does it stand, and which endpoints do its
//! settings name?

use super::EndpointSetting;
use crate::{Known, ResourceId, Value};
use std::collections::BTreeMap;

/// A container app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerApp {
    /// `environmentId`, formerly `managedEnvironmentId`: the environment that it runs in.
    pub environment: Option<ResourceId>,
    /// Plain values of its containers' `env` that name an endpoint. References to secrets are never read.
    pub endpoints: Known<Vec<EndpointSetting>>,
    /// Plain values that name a proxy, or say for whom there is none: name and value, without user and password.
    pub proxies: BTreeMap<String, String>,
}

/// An environment of container apps, which has the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedEnvironment {
    /// `vnetConfiguration.infrastructureSubnetId`; a known `None` means a network that Azure made.
    pub subnet: Known<Option<ResourceId>>,
    /// Whether it has workload profiles; without them it is of the older type, Consumption only.
    pub workload_profiles: Known<bool>,
}

impl ManagedEnvironment {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        if property != "vnetConfiguration.infrastructureSubnetId" {
            return None;
        }
        self.subnet = Known::Value(value.id()?);
        Some(())
    }
}

impl Default for ContainerApp {
    fn default() -> Self {
        Self { environment: None, endpoints: None.into(), proxies: BTreeMap::new() }
    }
}

impl Default for ManagedEnvironment {
    fn default() -> Self {
        Self { subnet: None.into(), workload_profiles: None.into() }
    }
}
