//! Who calls what, and what should happen?

use crate::{Host, Kind, ResourceId};
use std::fmt;

/// Where traffic starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vantage {
    /// A virtual machine (its first NIC).
    VirtualMachine(ResourceId),
    /// A network interface.
    NetworkInterface(ResourceId),
    /// The hosts of a subnet; without any, a host that has no settings of its own.
    Subnet(ResourceId),
    /// The hosts of a virtual network, in all its subnets.
    VirtualNetwork(ResourceId),
    /// A web or function app.
    WebApp(ResourceId),
    /// A container app.
    ContainerApp(ResourceId),
    /// The gateway of an API Management service.
    ApiManagement(ResourceId),
    /// A pod of a Kubernetes cluster (AKS).
    Cluster(ResourceId),
    /// A service of Azure that calls by itself, outside of every network of its owner: a search service or an
    /// account of Azure AI services.
    Service(ResourceId),
    /// A named place outside Azure that reaches it privately.
    OnPremises(String),
    /// Anywhere on the internet.
    Internet,
    /// Where this process runs, when nothing says which node of the snapshot that is.
    Here,
}

/// What is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The host part of the URL.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
}

/// By which way it should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Expect {
    /// Through the private endpoint.
    #[default]
    Private,
    /// Over the public front end.
    Public,
    /// Not at all: refused or stopped.
    Refused,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// Where traffic starts.
    pub from: Vantage,
    /// What is called.
    pub to: Target,
    /// By which way it should go.
    pub expect: Expect,
}

impl Vantage {
    /// The resource it is, if it is one.
    pub fn resource(&self) -> Option<&ResourceId> {
        match self {
            Self::VirtualMachine(id)
            | Self::NetworkInterface(id)
            | Self::Subnet(id)
            | Self::VirtualNetwork(id)
            | Self::WebApp(id)
            | Self::ContainerApp(id)
            | Self::ApiManagement(id)
            | Self::Cluster(id)
            | Self::Service(id) => Some(id),
            Self::OnPremises(_) | Self::Internet | Self::Here => None,
        }
    }
}

impl Expect {
    /// The word of the command line and the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Vantage {
    /// The short form of the command line, such as `vm/app`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VirtualMachine(id) => write!(out, "vm/{}", id.name()),
            Self::NetworkInterface(id) => write!(out, "nic/{}", id.name()),
            Self::Subnet(id) => {
                let vnet = id.parent();
                write!(out, "subnet/{}/{}", vnet.as_ref().map_or("", ResourceId::name), id.name())
            }
            Self::VirtualNetwork(id) => write!(out, "vnet/{}", id.name()),
            Self::WebApp(id) => write!(out, "app/{}", id.name()),
            Self::ContainerApp(id) => write!(out, "containerapp/{}", id.name()),
            Self::ApiManagement(id) => write!(out, "apim/{}", id.name()),
            Self::Cluster(id) => write!(out, "aks/{}", id.name()),
            Self::Service(id) => {
                let kind = if Kind::of_type(&id.resource_type()) == Kind::SearchService { "search" } else { "account" };
                write!(out, "{kind}/{}", id.name())
            }
            Self::OnPremises(name) => write!(out, "onprem/{name}"),
            Self::Internet => out.write_str("internet"),
            Self::Here => out.write_str("here"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            443 => self.host.fmt(out),
            port => write!(out, "{}:{port}", self.host),
        }
    }
}
