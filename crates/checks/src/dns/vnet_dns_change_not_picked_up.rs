//! Does a machine ask other DNS servers than its network names?

use crate::servers::{called, other_servers};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use model::resource::{NetworkInterface, VirtualNetwork};
use model::{FactRef, ResourceId};
use path::{Gap, standing};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A virtual machine was measured to ask DNS servers of which its NIC and its virtual network name none, and
    /// gets another answer than the named ones would give.
    ///
    /// ## Why it breaks
    ///
    /// A machine takes its DNS servers with its DHCP lease. After the servers of the network were changed it keeps
    /// the old ones until the lease is renewed or the machine starts again: the network is right, and the machine
    /// still asks as before.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A stub on the machine itself, such as 127.0.0.53, tells nothing about whom it asks. Pods, apps and hosts
    /// outside of Azure have servers of their own. When some of the servers are those of the network, the list is
    /// `mixed-dns-servers`. Where the servers are the named ones and the answer differs all the same, it is
    /// `observed-differs-from-predicted`.
    ///
    /// ## How to repair
    ///
    /// Renew the lease or restart the machine. When it then still asks the old servers, somebody has set them on the
    /// machine itself: take that out.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances.md. Seen in
    /// github.com/MicrosoftDocs/azure-docs issue 65845.
    pub struct VnetDnsChangeNotPickedUp = {
        code: "DNS030",
        name: "vnet-dns-change-not-picked-up",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The virtual network's DNS servers were changed, but the machine still uses the old ones.",
        needs: [VirtualNetwork, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for VnetDnsChangeNotPickedUp {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn gap(&self, cx: &Cx<'_>, gap: &Gap, out: &mut Sink) {
        let Some((asked, named)) = other_servers(cx.snapshot(), gap) else { return };
        let Some(machine) = gap.from.resource() else { return };
        let Some((by, property, value)) = named_by(cx, gap) else { return };
        let list = |servers: &[IpAddr]| {
            servers.iter().map(|server| called(cx.snapshot(), *server)).collect::<Vec<_>>().join(", ")
        };
        let title = format!("{} asks {}; {} says {}", machine.name(), list(&asked), by.name(), list(&named));
        let says = match value.is_empty() {
            true => format!("{} names no DNS servers, which means {}", by.name(), list(&named)),
            false => format!("{} names {}", by.name(), list(&named)),
        };
        let remedy = Remedy::manual(
            format!("renew the DHCP lease of {}, or restart it", machine.name()),
            vec![
                "on Linux: networkctl renew, or dhclient -r and dhclient; on Windows: ipconfig /renew".to_owned(),
                "when it then asks the same servers, they are set on the machine itself: take that out".to_owned(),
            ],
        );
        let finding = Finding { confidence: Confidence::Measured, ..Finding::new(Self::META, title) };
        out.push(
            finding
                .on(machine)
                .on(&by)
                .shown_by([
                    Evidence::measured(format!("{} asks {}", gap.from, list(&asked))),
                    Evidence::fact(says, &FactRef::new(&by, property, value)),
                    Evidence::reason(format!("these would answer: {}", gap.predicted)),
                    Evidence::measured(format!("measured: {}", gap.measured)),
                ])
                .repaired_by(remedy),
        );
    }
}

/// Who names the DNS servers of a machine, its NIC or else its network, with the property and what it says.
fn named_by(cx: &Cx<'_>, gap: &Gap) -> Option<(ResourceId, &'static str, String)> {
    let standing = standing::of(cx.snapshot(), &gap.from).outcome.value()?.clone();
    let text = |servers: &[IpAddr]| servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let nic = standing.network_interface.and_then(|id| {
        let servers = &cx.find::<NetworkInterface>(&id)?.dns_servers;
        (!servers.is_empty()).then(|| (id, "dnsSettings.dnsServers", text(servers)))
    });
    nic.or_else(|| {
        let network = standing.network?;
        let servers = text(&cx.find::<VirtualNetwork>(&network)?.dns_servers);
        Some((network, "dhcpOptions.dnsServers", servers))
    })
}
