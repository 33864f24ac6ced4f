//! How does ARM spell a route table and its routes?

use crate::arm::document::{Object, properties, set};
use crate::arm::view::View;
use model::resource::{NextHop, Route, RouteTable};

pub(super) fn read(view: &View<'_>) -> RouteTable {
    RouteTable { disable_bgp_route_propagation: view.flag("disableBgpRoutePropagation").unwrap_or(false) }
}

pub(super) fn write(table: &RouteTable, document: &mut Object) {
    set(properties(document), "disableBgpRoutePropagation", Some(table.disable_bgp_route_propagation.into()));
}

pub(super) fn read_route(view: &View<'_>) -> Option<Route> {
    // A prefix that is no prefix is a service tag.
    let prefix = view.text("addressPrefix").and_then(|text| text.trim().parse().ok());
    Some(Route {
        prefix,
        next_hop: view.word("nextHopType", NextHop::parse, "a next hop type")?,
        next_hop_address: view.parsed("nextHopIpAddress", "an IP address"),
    })
}

pub(super) fn write_route(route: &Route, document: &mut Object) {
    let inner = properties(document);
    if let Some(prefix) = route.prefix {
        set(inner, "addressPrefix", Some(prefix.to_string().into()));
    }
    set(inner, "nextHopType", Some(route.next_hop.word().into()));
    set(inner, "nextHopIpAddress", route.next_hop_address.map(|address| address.to_string().into()));
}
