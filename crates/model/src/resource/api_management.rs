//! What does an API Management service say: where do its own calls leave from, and which services do its
//! backends name?

use crate::{Known, ResourceId, Value, Why};

/// An API Management service, of which its gateway makes calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiManagement {
    /// `virtualNetworkType`.
    pub mode: Known<GatewayMode>,
    /// `virtualNetworkConfiguration.subnetResourceId`, where it says one.
    pub subnet: Option<ResourceId>,
}

/// How a gateway stands in a virtual network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GatewayMode {
    /// In none.
    None,
    /// Its calls leave in a network, and it is called publicly: injected, or integrated for its own calls (v2).
    External,
    /// Its calls leave in a network, and it is called there.
    Internal,
}

/// A backend of an API Management service; its parent is the service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiBackend {
    /// Scheme, host and port of `url`, where it names a service with private endpoints. Paths, queries and
    /// credentials are never kept.
    pub url: Option<String>,
}

spelled!(GatewayMode: None, External, Internal);

impl ApiManagement {
    /// The subnet that its own calls leave from; a known `None` when it is in no network.
    pub fn leaves_from(&self) -> Known<Option<&ResourceId>> {
        match (&self.mode, &self.subnet) {
            (Known::Value(GatewayMode::None), _) => Known::Value(None),
            (Known::Value(_), Some(subnet)) => Known::Value(Some(subnet)),
            (Known::Value(_), None) => Known::Unknown(Why::NotCollected),
            (Known::Unknown(why), _) => Known::Unknown(*why),
        }
    }

    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "virtualNetworkConfiguration.subnetResourceId" => {
                self.subnet = value.id()?;
                // Azure takes a subnet only together with a mode, and a mode only with a subnet.
                self.mode = Known::Value(match (&self.subnet, &self.mode) {
                    (None, _) => GatewayMode::None,
                    (Some(_), Known::Value(GatewayMode::Internal)) => GatewayMode::Internal,
                    (Some(_), _) => GatewayMode::External,
                });
            }
            "virtualNetworkType" => self.mode = Known::Value(GatewayMode::parse(value.text()?)?),
            _ => return None,
        }
        Some(())
    }
}

impl Default for ApiManagement {
    fn default() -> Self {
        Self { mode: None.into(), subnet: None }
    }
}
