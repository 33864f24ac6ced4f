//! Which gateways does a random estate have, what are they connected with, and who calls through them?

use super::draft::{Draft, list};
use super::estate::Shape;

/// A place behind the gateway of a network. Its own DNS server asks the internet or the resolver.
pub(super) fn caller(draft: &mut Draft<'_>, shape: &Shape, gateway: usize) -> String {
    let names = shape.names;
    let name = names.of("place");
    let inbound = shape.inbound.clone().unwrap_or_else(|| "8.8.8.8".to_owned());
    place(draft, shape, gateway, &inbound);
    format!("onprem/{name}")
}

/// The place, its DNS server and, mostly, the resources of the gateway; else somebody just told of it.
fn place(draft: &mut Draft<'_>, shape: &Shape, gateway: usize, upstream: &str) {
    let names = shape.names;
    let server = names.site("0.53");
    let lines = [
        format!("space = {:?}", names.site("0.0/24")),
        format!("gateway = {:?}", names.network(gateway)),
        format!("dns = [{server:?}]"),
    ];
    draft.table(&format!("on-premises.{}", names.of("place")), &lines);
    let lines = [format!("address = {server:?}"), format!("forward = {{ \".\" = {upstream:?} }}")];
    draft.table(&format!("dns-server.{}", names.of("dns-of-the-place")), &lines);
    if draft.chance(80) {
        resources(draft, shape, gateway);
    }
}

/// A gateway and one connection: one that routes the place, or something else, or learns what to route.
fn resources(draft: &mut Draft<'_>, shape: &Shape, gateway: usize) {
    let names = shape.names;
    let group = format!("group = {:?}", names.of("rg-network"));
    let circuit = draft.chance(15);
    let kind = if circuit { "ExpressRoute" } else { "Vpn" };
    let network = format!("network = {:?}", names.network(gateway));
    draft.table(&format!("gateway.{}", names.of("gateway")), &[group.clone(), network, format!("type = {kind:?}")]);
    let mut lines = vec![group.clone(), format!("gateway = {:?}", names.of("gateway"))];
    if !circuit {
        let own = names.site("0.0/24");
        let space = match draft.below(10) {
            // A summary; and what has nothing to do with the place.
            0 | 1 => vec![names.site("0.0/16")],
            2 => vec!["192.168.7.0/24".to_owned()],
            3 => vec!["192.168.7.0/24".to_owned(), own],
            _ => vec![own],
        };
        draft.table(&format!("local-gateway.{}", names.of("far-end")), &[group, format!("space = {}", list(&space))]);
        lines.push(format!("to = {:?}", names.of("far-end")));
        lines.push(format!("bgp = {}", draft.chance(25)));
    }
    if draft.chance(8) {
        lines.push("status = \"NotConnected\"".to_owned());
    }
    draft.table(&format!("gateway-connection.{}", names.of("line")), &lines);
}
