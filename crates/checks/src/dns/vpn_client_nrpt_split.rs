//! Do the clients of a point-to-site VPN get no DNS server that knows the zone?

use crate::servers::FromPremises;
use finding::{Check, Confidence, Cx, Evidence, Finding, Sink, check};
use model::FactRef;
use model::resource::VirtualNetwork;
use path::Trace;
use path::dns::Answer;

check! {
    /// ## What it finds
    ///
    /// Clients of a point-to-site VPN get no DNS servers: neither the VPN's profile nor the gateway's virtual
    /// network names one. They keep asking their own, which know no private zone.
    ///
    /// ## Why it breaks
    ///
    /// The gateway hands out the DNS servers that are set on its virtual network. With Azure DNS there is none to
    /// hand out: 168.63.129.16 is not to be asked through the tunnel. The tunnel is up, the address would be
    /// reached, and the name leads to the public side.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With servers set on the network the fault is in what those answer. On Windows the client's name rules (NRPT)
    /// apply to programs and not to `nslookup`, so the two can differ: compare a program with a raw question. A
    /// whole place behind a gateway has its own servers: `onprem-no-conditional-forwarder`.
    ///
    /// ## How to repair
    ///
    /// Name an inbound endpoint of a DNS Private Resolver in the VPN's profile, or set DNS servers on the gateway's
    /// network; the latter changes the servers of every host in it. Clients have to fetch the profile anew.
    ///
    /// ## Sources
    ///
    /// github.com/dmauser/PrivateLink, DNS-Integration-P2S.
    pub struct VpnClientNrptSplit = {
        code: "DNS029",
        name: "vpn-client-nrpt-split",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The VPN client's name rules and the system resolver send one name to different servers.",
        needs: [PrivateEndpoint, NetworkInterface, VirtualNetwork],
        since: "0.1.0",
    }
}

impl Check for VpnClientNrptSplit {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = FromPremises::of(cx, trace).filter(|asked| asked.site.point_to_site) else { return };
        let public = matches!(asked.resolution.answer, Answer::Public { aliased: true, fallback: None });
        let Some(gateway) = asked.site.network.as_ref().filter(|_| public && asked.site.dns_servers.is_empty()) else {
            return;
        };
        // Servers of the network that answer publicly are another fault.
        let named = cx.find::<VirtualNetwork>(gateway).is_none_or(|network| !network.dns_servers.is_empty());
        let Some(confidence) = Confidence::at_most(asked.because).filter(|_| !named) else { return };
        let title = format!("VPN clients of {} get no DNS server that knows the zone", gateway.name());
        let none = FactRef::new(gateway, "dhcpOptions.dnsServers", "");
        let evidence = Evidence::fact(format!("{} names no DNS servers to hand out", gateway.name()), &none);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(
            finding
                .on(gateway)
                .shown_by([evidence])
                .shown_by(Evidence::of(asked.because))
                .repaired_by(asked.repair(cx, trace)),
        );
    }
}
