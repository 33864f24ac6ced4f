//! Which rules and routes does a random estate have? Any that Azure takes, most of them about the
//! client and the endpoint.

use super::draft::Draft;
use super::estate::Shape;

/// Security groups of the client's subnets and of the endpoints'.
pub(super) fn groups(draft: &mut Draft<'_>, shape: &Shape) {
    for (name, direction) in [("nsg-client", "outbound"), ("nsg-endpoints", "inbound")] {
        let count = if draft.chance(50) { 0 } else { 1 + draft.below(4) };
        let rules: Vec<String> = (0..count).map(|index| rule(draft, shape, index, direction)).collect();
        let group = format!("group = {:?}", shape.names.of("rg-network"));
        let lines = [group, format!("rules = {}", super::draft::list(&rules))];
        draft.table(&format!("nsg.{}", shape.names.of(name)), &lines);
    }
}

/// The group of single machines beside the client. Its rules have names of their own: counters tell them apart.
pub(super) fn own_group(draft: &mut Draft<'_>, shape: &Shape) {
    let count = 1 + draft.below(3);
    let own = |draft: &mut Draft<'_>, index| rule(draft, shape, index, "outbound").replacen("rule-", "own-", 1);
    let rules: Vec<String> = (0..count).map(|index| own(draft, index)).collect();
    let group = format!("group = {:?}", shape.names.of("rg-network"));
    let lines = [group, format!("rules = {}", super::draft::list(&rules))];
    draft.table(&format!("nsg.{}", shape.names.of("nsg-own")), &lines);
}

/// Security admin rules that a network manager applies to a network.
pub(super) fn admin_rules(draft: &mut Draft<'_>, shape: &Shape) -> Vec<String> {
    let count = if draft.chance(85) { 0 } else { 1 + draft.below(3) };
    let of_admin = |draft: &mut Draft<'_>, index: usize| {
        let direction = draft.pick(&["outbound", "outbound", "inbound"]);
        let text = rule(draft, shape, index, direction);
        let words: Vec<&str> = text.splitn(4, ' ').collect();
        let access = draft.pick(&["allow", "always-allow", "deny"]);
        // Names tell the counters of the kernel apart.
        format!("admin-{} {} {access} {}", shape.names.of(&index.to_string()), words[1], words[3])
    };
    (0..count).map(|index| of_admin(draft, index)).filter(|text| !text.contains("asg/")).collect()
}

fn rule(draft: &mut Draft<'_>, shape: &Shape, index: usize, direction: &str) -> String {
    let priority = 100 + 37 * index + draft.below(30);
    let access = draft.pick(&["allow", "allow", "deny"]);
    let protocol = draft.pick(&["tcp", "tcp", "any", "udp"]);
    let port = draft.pick(&["*", "443", "443", "80", "400-500", "80,443", "1-442", "444-65535"]);
    let (source, destination) = (side(draft, shape), side(draft, shape));
    format!("rule-{index} {priority} {access} {direction} {protocol} from {source} to {destination} port {port}")
}

/// One end of a rule: a prefix, a list of them, or one tag.
fn side(draft: &mut Draft<'_>, shape: &Shape) -> String {
    if draft.chance(45) {
        // Whether the last one holds an address cannot be told: not often asked.
        let rare = if draft.chance(4) { "AzureLoadBalancer" } else { "Storage" };
        return draft.pick(&["*", "*", "VirtualNetwork", "Internet", rare]).to_owned();
    }
    if draft.chance(25) {
        return format!("asg/{}", group(shape, draft.pick(&GROUPS)));
    }
    let one = prefix(draft, shape);
    if draft.chance(25) { format!("{one},{}", prefix(draft, shape)) } else { one }
}

/// Application security groups: the client's, the endpoint's, and one that nobody is in.
const GROUPS: [&str; 3] = ["asg-app", "asg-endpoints", "asg-nobody"];

/// A group as scenarios write it.
fn group(shape: &Shape, name: &str) -> String {
    format!("{}/{}", shape.names.of("rg-network"), shape.names.of(name))
}

/// The line that puts something into a group, or not, as chance has it.
pub(super) fn membership(draft: &mut Draft<'_>, shape: &Shape, name: &str) -> Option<String> {
    draft.chance(60).then(|| format!("asg = {}", super::draft::list(&[group(shape, name)])))
}

fn prefix(draft: &mut Draft<'_>, shape: &Shape) -> String {
    let names = shape.names;
    let choices = [
        shape.source.clone(),
        // A part of the client's subnet, where neighbours may stand.
        names.inside(shape.client, "1.5/32"),
        names.inside(shape.client, "1.4/31"),
        names.space(shape.client),
        shape.address.clone(),
        shape.endpoint_prefix.clone(),
        names.space(shape.endpoint),
        names.inside(shape.endpoint, "2.128/25"),
        "10.0.0.0/8".to_owned(),
        "0.0.0.0/0".to_owned(),
        "192.168.0.0/16".to_owned(),
    ];
    draft.pick(&choices)
}

/// Where a user route may lead besides an appliance.
const HOPS: [&str; 5] = ["None", "None", "Internet", "Internet", "VirtualNetworkGateway"];

/// The route table of the client's subnets.
pub(super) fn routes(draft: &mut Draft<'_>, shape: &Shape) {
    let names = shape.names;
    let some = shape.appliance.is_some() || draft.chance(40);
    let count = if some { 1 + draft.below(3) } else { 0 };
    let mut prefixes = vec![
        "0.0.0.0/0".to_owned(),
        names.space(shape.endpoint),
        shape.endpoint_prefix.clone(),
        "10.0.0.0/8".to_owned(),
        "192.168.0.0/16".to_owned(),
    ];
    // Whether the endpoint's very address wins while the policy is off is not proven: not often asked.
    if matches!(shape.policies, "Enabled" | "RouteTableEnabled") || draft.chance(2) {
        prefixes.push(format!("{}/32", shape.address));
    }
    let mut lines = vec![format!("group = {:?}", names.of("rg-network"))];
    if draft.chance(12) {
        lines.push("propagate = false".to_owned());
    }
    for index in 0..count {
        let prefix = prefixes.swap_remove(draft.below(prefixes.len()));
        let hop = match &shape.appliance {
            Some(address) if draft.chance(60) => format!("VirtualAppliance {address}"),
            _ => draft.pick(&HOPS).to_owned(),
        };
        lines.push(format!("routes.route-{index} = \"{prefix} {hop}\""));
    }
    draft.table(&format!("route-table.{}", names.of("routes")), &lines);
}

/// An appliance, or some behind a load balancer. They forward, with their own address for the source or as it
/// is, or their NICs may not.
pub(super) fn appliance(draft: &mut Draft<'_>, shape: &Shape) {
    if shape.appliance.is_none() {
        return;
    }
    let names = shape.names;
    let forwards = draft.pick(&["plain", "source-nat"]);
    let count = if shape.balanced { 1 + draft.below(2) } else { 1 };
    let machines: Vec<String> = ["firewall", "firewall-too"].iter().take(count).map(|name| names.of(name)).collect();
    let stuck = draft.chance(15);
    for (machine, end) in machines.iter().zip(["5.4", "5.5"]) {
        // Where two do not do the same, what happens depends on the flow: not often asked.
        let forwards = if draft.chance(4) { "plain" } else { forwards };
        let lines = [
            format!("group = {:?}", names.of("rg-network")),
            format!("subnet = \"{}/snet-firewall\"", names.network(shape.appliance_network)),
            format!("address = {:?}", names.inside(shape.appliance_network, end)),
            format!("forwards = {forwards:?}"),
        ];
        draft.table(&format!("vm.{machine}"), &lines);
        if stuck {
            draft.change(format!("set nic/{machine}-nic enableIPForwarding = false"));
        }
    }
    if shape.balanced {
        balancer(draft, shape, &machines);
    }
}

/// The load balancer in front of the appliances. What it does without a rule for every port is not known: not
/// often asked.
fn balancer(draft: &mut Draft<'_>, shape: &Shape, machines: &[String]) {
    let names = shape.names;
    let mut lines = vec![
        format!("group = {:?}", names.of("rg-network")),
        format!("subnet = \"{}/snet-firewall\"", names.network(shape.appliance_network)),
        format!("address = {:?}", names.inside(shape.appliance_network, "5.10")),
        format!("backends = {}", super::draft::list(machines)),
    ];
    if draft.chance(5) {
        lines.push("port = 443".to_owned());
    }
    draft.table(&format!("load-balancer.{}", names.of("balancer")), &lines);
}
