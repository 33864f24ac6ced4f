//! Does a user route send what is for the endpoint nowhere?

use crate::dropped::{self, Dropped};
use crate::user_route;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::resource::{NextHop, Route};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The route that decides for the endpoint's address is a user route of the client's subnet, and it
    /// leads nowhere: next hop None, or the internet, where private addresses are nobody's.
    ///
    /// ## Why it breaks
    ///
    /// Where the policy of the endpoint's subnet lets route tables apply, a user route that is at least as
    /// narrow as the range of the endpoint's network wins over the endpoint's own route. Packets are
    /// dropped silently: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With the policy off, or with a wider route such as 0.0.0.0/0, the endpoint's own route wins and the
    /// same table does nothing. A stale record, a connection that is not approved and a security group give
    /// the same time-out.
    ///
    /// ## How to repair
    ///
    /// Exempt the endpoints of the subnet from route tables, or delete the route. Both touch more than this
    /// call, so both are marked for review.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/virtual-networks-udr-overview.md,
    /// private-link/disable-private-endpoint-network-policy.md.
    pub struct UdrDropsEndpointTraffic = {
        code: "RTE013",
        name: "udr-drops-endpoint-traffic",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "A user route sends what is for the endpoint nowhere.",
        needs: [Route, Subnet, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for UdrDropsEndpointTraffic {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Dropped { step, route }) = dropped::dropped(trace) else { return };
        let Some(found) = cx.find::<Route>(route).filter(|route| route.next_hop != NextHop::VirtualAppliance) else {
            return;
        };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let prefix = found.prefix.map(|prefix| prefix.to_string()).unwrap_or_default();
        let table = route.parent().map(|table| table.name().to_owned()).unwrap_or_default();
        let title = format!("route {} ({prefix}) of {table} leads what is for the endpoint nowhere", route.name());
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(route);
        finding = finding.shown_by(Evidence::of(&step.because));
        for remedy in user_route::without(cx, trace, route) {
            finding = finding.repaired_by(remedy);
        }
        out.push(finding);
    }
}
