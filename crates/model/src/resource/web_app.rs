//! What does a web or function app say: its integration, its routing, its endpoint settings?

use crate::{DnsName, Known, ResourceId, Value};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A web or function app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebApp {
    /// `virtualNetworkSubnetId`: the integration subnet; a known `None` means not integrated.
    pub subnet: Known<Option<ResourceId>>,
    /// Whether all outbound traffic enters the network: `vnetRouteAllEnabled`,
    /// `outboundVnetRouting.applicationTraffic`/`allTraffic` or `WEBSITE_VNET_ROUTE_ALL`.
    pub route_all: Known<bool>,
    /// `dnsConfiguration.dnsServers` or `WEBSITE_DNS_SERVER`; empty means those of the network.
    pub dns_servers: Vec<IpAddr>,
    /// Settings that name an endpoint. No other setting is ever kept: they may be secrets.
    pub endpoints: Known<Vec<EndpointSetting>>,
    /// The names of settings that hold a key of an Azure AI service, without their values.
    pub keys: Vec<String>,
    /// Settings that name a proxy, or say for whom there is none: name and value, without user and password.
    pub proxies: BTreeMap<String, String>,
    /// The file share of the app's content (`WEBSITE_CONTENTAZUREFILECONNECTIONSTRING`), where it has one.
    pub content_share: Option<PlatformTraffic>,
    /// The registry that the app's image is pulled from (`linuxFxVersion`), where it has one.
    pub image: Option<PlatformTraffic>,
}

/// Traffic that the platform, not the app's code, makes for an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformTraffic {
    /// The host that is called.
    pub host: DnsName,
    /// Whether it goes through the app's virtual network.
    pub through_network: Known<bool>,
}

/// An application setting that names an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSetting {
    /// The setting's name, such as `AZURE_OPENAI_ENDPOINT`.
    pub name: String,
    /// Scheme, host and port of the URL; user, path, query and fragment are dropped on reading.
    pub url: String,
}

impl Default for WebApp {
    fn default() -> Self {
        Self {
            subnet: None.into(),
            route_all: None.into(),
            dns_servers: Vec::new(),
            endpoints: None.into(),
            content_share: None,
            image: None,
            keys: Vec::new(),
            proxies: BTreeMap::new(),
        }
    }
}

impl WebApp {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "vnetRouteAllEnabled" | "siteConfig.vnetRouteAllEnabled" => {
                self.route_all = Known::Value(value.truth()?);
            }
            "dnsConfiguration.dnsServers" => {
                self.dns_servers = match value {
                    Value::Nothing => Vec::new(),
                    Value::Text(list) => list.split(',').map(|one| one.trim().parse().ok()).collect::<Option<_>>()?,
                    Value::Truth(_) => return None,
                };
            }
            "outboundVnetRouting.contentShareTraffic" => {
                self.content_share.as_mut()?.through_network = Known::Value(value.truth()?);
            }
            "outboundVnetRouting.imagePullTraffic" => {
                self.image.as_mut()?.through_network = Known::Value(value.truth()?);
            }
            "virtualNetworkSubnetId" => self.subnet = Known::Value(value.id()?),
            _ => return None,
        }
        Some(())
    }
}
