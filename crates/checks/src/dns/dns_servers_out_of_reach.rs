//! Do the client's own DNS servers not hear it?

use crate::admin_rule;
use crate::between::Between;
use crate::narrow_rule;
use crate::servers::{Served, called};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::Route;
use model::{Because, Change, ResourceId};
use path::dns::{Answer, network_of_server};
use path::{Obstacle, Trace, unheard};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// The client asks DNS servers of its owner, and no question of it arrives at any of them: no peering
    /// leads to their network, a user route sends the questions nowhere, or a rule of a security group drops
    /// them. No name resolves, whatever zones, links and records say.
    ///
    /// ## Why it breaks
    ///
    /// 168.63.129.16 is reached from every network past routes and rules; any other DNS server is a host like
    /// every other. Peering, route tables and security groups decide about questions to it, on port 53 over
    /// UDP and TCP. A drop is silent: the client waits, then says that the name cannot be resolved.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With one server of several in reach names resolve, only slowly. A server that is heard and answers
    /// wrongly is about what it forwards (`customdns-forwarder-bypasses-azure-dns`,
    /// `customdns-server-vnet-not-linked`). "No such name" is an answer, and not this.
    ///
    /// ## How to repair
    ///
    /// Let questions of this client to these servers through: a narrow rule, the route, or the peering. Or
    /// let the network ask servers that it reaches.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances.md,
    /// virtual-network/network-security-groups-overview.md, virtual-network/virtual-networks-udr-overview.md.
    pub struct DnsServersOutOfReach = {
        code: "DNS036",
        name: "dns-servers-out-of-reach",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The client's DNS servers do not hear it: no peering, a user route or a rule.",
        needs: [
            VirtualNetwork,
            Subnet,
            Peering,
            Route,
            NetworkSecurityGroup,
            SecurityRule,
            NetworkInterface,
            PrivateEndpoint,
        ],
        since: "0.1.0",
    }
}

/// A server that does not hear the client.
struct Unheard {
    server: IpAddr,
    network: ResourceId,
    obstacle: Obstacle,
    because: Because,
}

impl Check for DnsServersOutOfReach {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if trace.resolution().is_none_or(|resolution| resolution.answer != Answer::Silent) {
            return;
        }
        let Some(served) = Served::of(cx, trace) else { return };
        let Some(client) = served.standing.network.clone() else { return };
        let out_of_reach = |server: IpAddr| {
            let network = network_of_server(cx.snapshot(), server)?;
            let (obstacle, because) = unheard(cx.snapshot(), &served.standing, server, &network)?;
            Some(Unheard { server, network, obstacle, because })
        };
        let all: Vec<Unheard> = served.answers.iter().filter_map(|(server, _)| out_of_reach(*server)).collect();
        let Some(first) = all.first() else { return };
        let Some(confidence) = Confidence::at_most(&first.because) else { return };
        let alike: Vec<IpAddr> =
            all.iter().filter(|other| other.obstacle == first.obstacle).map(|other| other.server).collect();
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title(cx, &client, first)) }.on(&client);
        match &first.obstacle {
            Obstacle::NoPath => finding.resources.push(first.network.clone()),
            Obstacle::Dropped(route) => finding.resources.insert(0, route.clone()),
            Obstacle::Denied(decider) => finding.resources.insert(0, decider.group.clone()),
            Obstacle::Forbidden(decider) => finding.resources.insert(0, decider.rule.clone()),
        }
        let servers = alike.iter().map(|server| called(cx.snapshot(), *server)).collect::<Vec<_>>().join(", ");
        let text = format!("{} asks {servers}, and nobody else", client.name());
        finding = finding.shown_by([Evidence::reason(text)]).shown_by(Evidence::of(&first.because));
        out.push(match remedy(cx, trace, &client, first, &alike) {
            Some(remedy) => finding.repaired_by(remedy),
            None => finding,
        });
    }
}

fn title(cx: &Cx<'_>, client: &ResourceId, unheard: &Unheard) -> String {
    let server = unheard.server;
    match &unheard.obstacle {
        Obstacle::NoPath => {
            format!("DNS at {server}: {}", Between::of(cx, client.clone(), unheard.network.clone()).title())
        }
        Obstacle::Dropped(route) => format!("route {} leads questions to {server} nowhere", route.name()),
        Obstacle::Denied(decider) => {
            let (rule, group) = (&decider.name, decider.group.name());
            format!("rule {rule} ({}) of {group} drops questions to {server}", decider.priority)
        }
        Obstacle::Forbidden(decider) => {
            format!(
                "security admin rule {} ({}) drops questions to {server}",
                decider.rule.name(),
                decider.says.priority
            )
        }
    }
}

fn remedy(cx: &Cx<'_>, trace: &Trace, client: &ResourceId, unheard: &Unheard, alike: &[IpAddr]) -> Option<Remedy> {
    match &unheard.obstacle {
        Obstacle::NoPath => {
            let between = Between::of(cx, client.clone(), unheard.network.clone());
            (!between.overlap(cx)).then(|| between.joined())
        }
        Obstacle::Denied(decider) => narrow_rule::allow_dns(cx, trace, decider, alike),
        Obstacle::Forbidden(decider) => Some(admin_rule::exception(decider)),
        Obstacle::Dropped(route) => {
            cx.find::<Route>(route)?;
            let table = route.parent().map(|table| table.name().to_owned()).unwrap_or_default();
            let title = format!("delete route {} of {table}", route.name());
            let remedy = Remedy::new(title, Safety::Review, vec![Change::Delete(route.clone())]);
            Some(
                remedy
                    .needing("Microsoft.Network/routeTables/routes/delete", &table)
                    .saying("whatever else it kept from going there can go there again"),
            )
        }
    }
}
