//! Which packets of an app enter its virtual network?

use super::Routing;
use super::facts::ROUTE_ALL;
use crate::api_gateway;
use crate::networks::is_rfc1918;
use crate::standing::{INFRASTRUCTURE_SUBNET, Standing};
use model::{Because, Decided, FactRef, Known};
use std::net::IpAddr;

/// What App Service does not send into the network at all.
pub(super) fn leaves_app_service(standing: &Standing, address: IpAddr) -> Option<Decided<Routing>> {
    let app = standing.app.as_ref()?;
    if standing.network.is_none() {
        let text = format!("{} is not integrated with a virtual network: it cannot reach {address}", app.id.name());
        let because = Because::new(text).fact(FactRef::new(&app.id, "virtualNetworkSubnetId", ""));
        return Some(Decided::value(Routing::NoPath, because.rule(&ROUTE_ALL)));
    }
    if is_rfc1918(address) {
        return None;
    }
    let fact = |value: &str| FactRef::new(&app.id, "vnetRouteAllEnabled", value);
    match &app.route_all {
        Known::Value(true) => None,
        Known::Value(false) => {
            let text = format!(
                "{address} is not RFC 1918 and route-all of {} is off: it leaves by App Service's own way",
                app.id.name()
            );
            Some(Decided::value(Routing::NoPath, Because::new(text).fact(fact("false")).rule(&ROUTE_ALL)))
        }
        Known::Unknown(why) => {
            let text = format!("{address} is not RFC 1918 and whether {} routes all is {}", app.id.name(), why.words());
            Some(Decided::unknown(*why, Because::new(text)))
        }
    }
}

/// What is in no network calls from where it is.
pub(super) fn outside(standing: &Standing) -> Decided<Routing> {
    let because = match (&standing.app, &standing.environment, &standing.gateway) {
        (Some(app), ..) => {
            let text = format!("{} is not integrated with a virtual network: it calls from outside", app.id.name());
            Because::new(text).fact(FactRef::new(&app.id, "virtualNetworkSubnetId", "")).rule(&ROUTE_ALL)
        }
        (None, Some(environment), _) => {
            let text = format!("{} is in a network that Azure made: it calls from outside", environment.name());
            Because::new(text).fact(FactRef::new(environment, INFRASTRUCTURE_SUBNET, ""))
        }
        (None, None, Some(gateway)) => {
            let text = format!("{} is in no virtual network: it calls from outside", gateway.name());
            Because::new(text).fact(FactRef::new(gateway, api_gateway::MODE, "None"))
        }
        (None, None, None) => Because::new("already outside any virtual network"),
    };
    Decided::value(Routing::Internet, because)
}
