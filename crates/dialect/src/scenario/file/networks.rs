//! Which tables say what a network is made of: networks, rules, routes, gateways and machines?

use super::super::Named;
use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;

/// A virtual network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct NetworkEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) space: Prefixes,
    #[serde(default)]
    pub(in crate::scenario) dns: Vec<IpAddr>,
    /// Networks peered with this one. Each pair is written once; both halves are made.
    #[serde(default)]
    pub(in crate::scenario) peers: Vec<String>,
    /// Of these, networks whose forwarded traffic is let in, by this network alone.
    #[serde(default)]
    pub(in crate::scenario) forwarded_from: Vec<String>,
    /// The peer whose gateway this network uses; that one allows it.
    pub(in crate::scenario) gateway_of: Option<String>,
    /// The security admin rules that a network manager applies to this network.
    #[serde(default)]
    pub(in crate::scenario) admin_rules: Vec<String>,
    #[serde(default)]
    pub(in crate::scenario) subnet: Named<SubnetEntry>,
}

/// One address prefix, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Texts")]
pub(in crate::scenario) struct Prefixes(pub(in crate::scenario) Vec<IpNet>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<Texts> for Prefixes {
    type Error = String;

    fn try_from(texts: Texts) -> Result<Self, String> {
        let texts = match texts {
            Texts::One(one) => vec![one],
            Texts::Many(many) => many,
        };
        let read =
            |text: &String| text.parse().map_err(|_| format!("{text:?} is no address prefix such as 10.1.0.0/16"));
        texts.iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct SubnetEntry {
    pub(in crate::scenario) prefix: Prefixes,
    pub(in crate::scenario) nsg: Option<String>,
    pub(in crate::scenario) route_table: Option<String>,
    /// `privateEndpointNetworkPolicies`; `Disabled` unless stated.
    pub(in crate::scenario) policies: Option<String>,
    /// A service that the subnet is delegated to.
    pub(in crate::scenario) delegate: Option<String>,
    /// Services that it has a service endpoint for, such as `Microsoft.CognitiveServices`.
    #[serde(default)]
    pub(in crate::scenario) service_endpoints: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct NsgEntry {
    pub(in crate::scenario) group: String,
    /// Rules, as in the change language: `NAME PRIORITY allow inbound tcp from P to P port P`.
    #[serde(default)]
    pub(in crate::scenario) rules: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct RouteTableEntry {
    pub(in crate::scenario) group: String,
    /// Routes: name → `PREFIX NEXT-HOP [ADDRESS]`.
    #[serde(default)]
    pub(in crate::scenario) routes: Named<String>,
    /// False keeps what gateways bring out of its subnets (`disableBgpRoutePropagation`).
    #[serde(default = "yes")]
    pub(in crate::scenario) propagate: bool,
}

fn yes() -> bool {
    true
}

/// The gateway of a network that has a `GatewaySubnet`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct GatewayEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) network: String,
    /// `Vpn` unless stated, or `ExpressRoute`.
    #[serde(rename = "type")]
    pub(in crate::scenario) kind: Option<String>,
    #[serde(default)]
    pub(in crate::scenario) bgp: bool,
    /// The pool that clients of its point-to-site VPN get addresses from.
    pub(in crate::scenario) clients: Option<Prefixes>,
}

/// What stands for a place at the other end of a VPN.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LocalGatewayEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) space: Prefixes,
}

/// A connection of a gateway: with a local gateway, or with a circuit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct GatewayConnectionEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) gateway: String,
    /// The local gateway at the other end; without one the connection is one of `ExpressRoute`.
    pub(in crate::scenario) to: Option<String>,
    #[serde(default)]
    pub(in crate::scenario) bgp: bool,
    /// `connectionStatus`; `Connected` unless stated.
    pub(in crate::scenario) status: Option<String>,
}

/// A virtual hub of Virtual WAN, and the networks that are connected to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct VirtualHubEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) networks: Vec<String>,
    /// False where its connections are not given the default route that the hub has (`enableInternetSecurity`).
    #[serde(default = "yes")]
    pub(in crate::scenario) default_route: bool,
    /// True where the hub is not in the estate, and the peerings that it made in the networks are.
    #[serde(default)]
    pub(in crate::scenario) elsewhere: bool,
    /// The firewall of the hub, in its resource group, that its routing intent sends private traffic through.
    pub(in crate::scenario) private_traffic_through: Option<String>,
    /// The same for what goes to the internet.
    pub(in crate::scenario) internet_through: Option<String>,
}

/// A network manager with one network group and one collection of security admin rules, which is deployed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct NetworkManagerEntry {
    pub(in crate::scenario) group: String,
    /// The networks in its group.
    pub(in crate::scenario) networks: Vec<String>,
    /// Its rules, as in the change language without the network: `NAME PRIORITY deny outbound tcp from P to P port P`.
    pub(in crate::scenario) rules: Vec<String>,
}

/// An internal load balancer with one front end, one rule and one pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct LoadBalancerEntry {
    pub(in crate::scenario) group: String,
    /// `NETWORK/SUBNET` of its front end.
    pub(in crate::scenario) subnet: String,
    /// The address of its front end.
    pub(in crate::scenario) address: IpAddr,
    /// The virtual machines of its pool.
    pub(in crate::scenario) backends: Vec<String>,
    /// The one port that its rule is about; every port of every protocol without.
    pub(in crate::scenario) port: Option<u16>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct VmEntry {
    pub(in crate::scenario) group: String,
    /// `NETWORK/SUBNET`.
    pub(in crate::scenario) subnet: String,
    pub(in crate::scenario) address: IpAddr,
    /// DNS servers of its NIC, in place of those of the network.
    #[serde(default)]
    pub(in crate::scenario) dns: Vec<IpAddr>,
    /// The NSG of its NIC.
    pub(in crate::scenario) nsg: Option<String>,
    /// The application security groups of its NIC, each as `RESOURCE-GROUP/NAME`.
    #[serde(default)]
    pub(in crate::scenario) asg: Vec<String>,
    /// What it does with packets for others, which its NIC then lets it: an appliance.
    pub(in crate::scenario) forwards: Option<Forwards>,
    /// The object id of its managed identity, if it has one.
    pub(in crate::scenario) identity: Option<String>,
    /// True when its NIC has the tag `disableSnatOnPL`: replies of endpoints come back through it.
    #[serde(default)]
    pub(in crate::scenario) returns_through: bool,
}

/// What an appliance does with packets for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::scenario) enum Forwards {
    /// It hands them on as they are.
    Plain,
    /// It puts its own address for the source.
    SourceNat,
}
