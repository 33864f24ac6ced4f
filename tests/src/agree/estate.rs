//! What does a random estate look like? A few networks, one account, endpoints, zones, resolvers,
//! rules and routes: in order or not, as chance has it.

use super::draft::{Draft, list};
use super::names::Names;
use super::{gateways, policy, resolving};
use fastrand::Rng;

/// The public suffixes that are asked for, and the zone of each.
const SUFFIXES: [(&str, &str); 3] = [
    ("openai.azure.com", "privatelink.openai.azure.com"),
    ("cognitiveservices.azure.com", "privatelink.cognitiveservices.azure.com"),
    ("services.ai.azure.com", "privatelink.services.ai.azure.com"),
];

const POLICIES: [&str; 4] = ["Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"];

/// What the parts of an estate have to know of each other.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) names: Names,
    /// How many networks there are.
    pub(super) networks: usize,
    /// The network of the client.
    pub(super) client: usize,
    /// The address of a client, or the prefix of an app's subnet.
    pub(super) source: String,
    /// The network of the first endpoint, its address and the prefix of its subnet.
    pub(super) endpoint: usize,
    pub(super) address: String,
    pub(super) endpoint_prefix: String,
    /// Where packets for the appliance are handed, if there is one, and its network: its own address, or that
    /// of the load balancer in front of it.
    pub(super) appliance: Option<String>,
    /// True when one or two appliances stand behind a load balancer.
    pub(super) balanced: bool,
    pub(super) appliance_network: usize,
    /// The network whose gateway a place on premises is behind, if the caller is one.
    pub(super) on_premises: Option<usize>,
    /// The networks that use this gateway from afar.
    pub(super) lent: Vec<usize>,
    /// The address of a resolver's inbound endpoint, if there is one.
    pub(super) inbound: Option<String>,
    /// The network policies of the endpoint's subnet.
    pub(super) policies: &'static str,
    /// The suffix that is asked for, and its zone.
    pub(super) suffix: &'static str,
    pub(super) zone: &'static str,
}

/// A random scenario for a slot.
pub(super) fn text(slot: u8, rng: &mut Rng) -> String {
    let mut draft = Draft::new(rng);
    let names = Names { slot };
    let networks = draft.pick(&[1, 2, 2, 2, 3, 3]);
    let (suffix, zone) = draft.pick(&[SUFFIXES[0], SUFFIXES[0], SUFFIXES[0], SUFFIXES[1], SUFFIXES[2]]);
    let client = if networks > 1 && draft.chance(80) { 1 } else { draft.below(networks) };
    let endpoint = if draft.chance(85) { 0 } else { draft.below(networks) };
    let is_app = draft.chance(30);
    // Some call from behind the gateway of a network. What is known of these ends soon: the tag VirtualNetwork,
    // and networks that do not use the gateway.
    let on_premises = draft.chance(8).then(|| draft.below(networks));
    let shared = draft.chance(10);
    let (address, endpoint_prefix) = match shared {
        true => (names.shared("2.4"), names.shared("2.0/24")),
        false => (names.inside(endpoint, "2.4"), names.inside(endpoint, "2.0/24")),
    };
    let source = names.inside(client, if is_app { "3.0/24" } else { "1.4" });
    let policies = draft.pick(&POLICIES);
    // Beside the client, or in the next network.
    let appliance_network = if draft.chance(25) { client } else { (client + 1) % networks };
    let balanced = draft.chance(40);
    let front_end = if balanced { "5.10" } else { "5.4" };
    let appliance = draft.chance(25).then(|| names.inside(appliance_network, front_end));
    let mut shape = Shape {
        on_premises,
        lent: Vec::new(),
        inbound: None,
        names,
        networks,
        client,
        source,
        endpoint,
        address,
        endpoint_prefix,
        appliance,
        balanced,
        appliance_network,
        policies,
        suffix,
        zone,
    };
    let servers = resolving::servers(&mut draft, &shape);
    shape.inbound.clone_from(&servers.inbound);
    let pairs = (0..networks).flat_map(|one| (one + 1..networks).map(move |other| (one, other)));
    let peered: Vec<(usize, usize)> = pairs.filter(|_| draft.chance(80)).collect();
    if let Some(gateway) = on_premises {
        let near = |network: &usize| {
            peered.iter().any(|(one, other)| [(*one, *other), (*other, *one)].contains(&(*network, gateway)))
        };
        shape.lent = (0..networks).filter(near).filter(|_| draft.chance(85)).collect();
    }
    for network in 0..networks {
        let peers: Vec<usize> = peered.iter().filter(|(one, _)| *one == network).map(|(_, other)| *other).collect();
        one_network(&mut draft, &shape, network, &peers, &servers);
    }
    broken_halves(&mut draft, &shape, &peered);
    policy::groups(&mut draft, &shape);
    policy::routes(&mut draft, &shape);
    policy::appliance(&mut draft, &shape);
    let from = match on_premises {
        Some(gateway) => gateways::caller(&mut draft, &shape, gateway),
        None => caller(&mut draft, &shape, is_app, &servers),
    };
    account(&mut draft, &shape);
    endpoints(&mut draft, &shape);
    resolving::zones(&mut draft, &shape);
    draft.finish(&from, &format!("https://{}.{suffix}", names.account()))
}

fn one_network(draft: &mut Draft<'_>, shape: &Shape, network: usize, peers: &[usize], servers: &resolving::Chosen) {
    let names = shape.names;
    let is_endpoints = network == shape.endpoint;
    let mut space = vec![names.space(network)];
    if is_endpoints && !shape.endpoint_prefix.starts_with("10.") {
        space.push(shape.endpoint_prefix.clone());
    }
    let mut lines = vec![format!("group = {:?}", names.of("rg-network")), format!("space = {}", list(&space))];
    let lent = shape.on_premises.filter(|_| shape.lent.contains(&network));
    lines.extend(lent.map(|gateway| format!("gateway-of = {:?}", names.network(gateway))));
    let peers: Vec<String> = peers.iter().map(|peer| names.network(*peer)).collect();
    lines.push(format!("peers = {}", list(&peers)));
    if network == shape.client && !servers.of_network.is_empty() {
        lines.push(format!("dns = {}", list(&servers.of_network)));
    }
    let policies = if is_endpoints { shape.policies } else { draft.pick(&POLICIES) };
    let prefix = if is_endpoints { shape.endpoint_prefix.clone() } else { names.inside(network, "2.0/24") };
    let own = |what: &str| if network == shape.client { format!(", {what}") } else { String::new() };
    let rules = own(&format!("nsg = {:?}, route-table = {:?}", names.of("nsg-client"), names.of("routes")));
    lines.push(format!("subnet.snet-app = {{ prefix = {:?}{rules} }}", names.inside(network, "1.0/24")));
    lines.push(format!(
        "subnet.snet-endpoints = {{ prefix = {prefix:?}, nsg = {:?}, policies = {policies:?} }}",
        names.of("nsg-endpoints")
    ));
    lines.push(format!(
        "subnet.snet-web = {{ prefix = {:?}, delegate = \"Microsoft.Web/serverFarms\"{rules} }}",
        names.inside(network, "3.0/24")
    ));
    if shape.on_premises == Some(network) {
        let table = if draft.chance(50) { format!(", route-table = {:?}", names.of("routes")) } else { String::new() };
        lines.push(format!("subnet.GatewaySubnet = {{ prefix = {:?}{table} }}", names.inside(network, "255.0/27")));
    }
    lines.push(format!("subnet.snet-firewall = {{ prefix = {:?} }}", names.inside(network, "5.0/24")));
    lines.push(format!("subnet.snet-servers = {{ prefix = {:?} }}", names.inside(network, "9.0/24")));
    lines.push(format!("admin-rules = {}", list(&policy::admin_rules(draft, shape))));
    draft.table(&format!("network.{}", names.network(network)), &lines);
}

/// What a half of a peering may lack.
fn broken_halves(draft: &mut Draft<'_>, shape: &Shape, peered: &[(usize, usize)]) {
    for (one, other) in peered {
        let away = if *other == shape.client { (*other, *one) } else { (*one, *other) };
        // What refuses replies alone is not known; what refuses calls is.
        if away.0 == shape.client && draft.chance(5) {
            let (half, remote) = (shape.names.network(away.0), shape.names.network(away.1));
            draft.change(format!("set peering/{half}/{remote} allowVirtualNetworkAccess = false"));
            continue;
        }
        let (one, other) = (shape.names.network(*one), shape.names.network(*other));
        if shape.appliance.is_some() && draft.chance(50) {
            draft.change(format!("set peering/{one}/{other} allowForwardedTraffic = true"));
            draft.change(format!("set peering/{other}/{one} allowForwardedTraffic = true"));
        }
        let (half, remote) = if draft.chance(50) { (&one, &other) } else { (&other, &one) };
        if draft.chance(8) {
            let state = draft.pick(&["Initiated", "Disconnected"]);
            draft.change(format!("set peering/{half}/{remote} peeringState = {state}"));
        }
    }
}

fn caller(draft: &mut Draft<'_>, shape: &Shape, is_app: bool, servers: &resolving::Chosen) -> String {
    let names = shape.names;
    let network = names.network(shape.client);
    let mut lines = vec![format!("group = {:?}", names.of("rg-app"))];
    if is_app && draft.chance(30) {
        return api_gateway(draft, &lines[0], &names.of("gateway"), &network);
    }
    if !servers.of_caller.is_empty() {
        lines.push(format!("dns = {}", list(&servers.of_caller)));
    }
    let name = names.of("app");
    if is_app {
        if !draft.chance(5) {
            lines.push(format!("subnet = \"{network}/snet-web\""));
        }
        lines.push(format!("route-all = {}", draft.chance(50)));
        draft.table(&format!("app.{name}"), &lines);
        format!("app/{name}")
    } else {
        lines.push(format!("subnet = \"{network}/snet-app\""));
        lines.push(format!("address = {:?}", shape.source));
        lines.extend(policy::membership(draft, shape, "asg-app"));
        draft.table(&format!("vm.{name}"), &lines);
        if draft.chance(25) {
            neighbours(draft, shape, servers);
        }
        format!("vm/{name}")
    }
}

/// One or two machines beside the client, with settings of their own or without.
fn neighbours(draft: &mut Draft<'_>, shape: &Shape, servers: &resolving::Chosen) {
    let names = shape.names;
    policy::own_group(draft, shape);
    let count = 1 + draft.below(2);
    for (name, end) in ["app-too", "app-three"].iter().zip(["1.5", "1.6"]).take(count) {
        let mut lines = vec![
            format!("group = {:?}", names.of("rg-app")),
            format!("subnet = \"{}/snet-app\"", names.network(shape.client)),
            format!("address = {:?}", names.inside(shape.client, end)),
        ];
        if draft.chance(40) {
            lines.push(format!("nsg = {:?}", names.of("nsg-own")));
        }
        let own = resolving::own(draft, shape, servers);
        lines.extend(own.map(|addresses| format!("dns = {}", list(&addresses))));
        lines.extend(policy::membership(draft, shape, "asg-app"));
        draft.table(&format!("vm.{}", names.of(name)), &lines);
    }
}

/// A gateway of API Management: injected, integrated for its own calls, or in no network. It has no DNS servers of
/// its own.
fn api_gateway(draft: &mut Draft<'_>, group: &str, name: &str, network: &str) -> String {
    let sku = draft.pick(&["Developer", "Premium", "StandardV2", "StandardV2", "PremiumV2"]);
    let mut lines = vec![group.to_owned(), format!("sku = {sku:?}")];
    if !draft.chance(8) {
        lines.push(format!("subnet = \"{network}/snet-web\""));
        let mode = if sku == "StandardV2" || draft.chance(60) { "External" } else { "Internal" };
        lines.push(format!("mode = {mode:?}"));
    }
    draft.table(&format!("api-management.{name}"), &lines);
    format!("apim/{name}")
}

fn account(draft: &mut Draft<'_>, shape: &Shape) {
    let public = if draft.chance(30) { "Enabled" } else { "Disabled" };
    let lines = [format!("group = {:?}", shape.names.of("rg-ai")), format!("public = {public:?}")];
    draft.table(&format!("account.{}", shape.names.account()), &lines);
}

fn endpoints(draft: &mut Draft<'_>, shape: &Shape) {
    let names = shape.names;
    let mut made = vec![(names.of("endpoint"), shape.endpoint, shape.address.clone())];
    if shape.networks > 1 && draft.chance(15) {
        let network = (shape.endpoint + 1) % shape.networks;
        made.push((names.of("second-endpoint"), network, names.inside(network, "2.5")));
    }
    let mut removed = false;
    for (name, network, address) in made {
        let state = draft
            .pick(&["Approved", "Approved", "Approved", "Approved", "Approved", "Approved", "Pending", "Rejected"]);
        let mut lines = vec![
            format!("group = {:?}", names.of("rg-ai")),
            format!("subnet = \"{}/snet-endpoints\"", names.network(network)),
            format!("address = {address:?}"),
            format!("account = {:?}", names.account()),
            format!("state = {state:?}"),
        ];
        lines.extend(policy::membership(draft, shape, "asg-endpoints"));
        if draft.chance(88) {
            lines.push(format!("zones = {}", list(&[shape.zone])));
        }
        draft.table(&format!("endpoint.{name}"), &lines);
        // The owner of the account removes a connection: the endpoint stays behind.
        if draft.chance(6) {
            draft.change(format!("delete connection/{name}"));
            removed = true;
        }
    }
    // Or the account itself, perhaps from beside another one; its endpoints stay behind.
    if !removed && draft.chance(3) {
        if draft.chance(50) {
            let lines = [format!("group = {:?}", names.of("rg-ai"))];
            draft.table(&format!("account.{}", names.of("neighbour")), &lines);
        }
        draft.change(format!("delete account/{}", names.account()));
    }
}
