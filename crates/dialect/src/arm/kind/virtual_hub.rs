//! How does ARM spell what is connected to a virtual hub?

use crate::arm::document::{Object, properties, set, set_reference};
use crate::arm::view::View;
use model::resource::HubConnection;
use model::{Known, Why};

pub(super) fn read_connection(view: &View<'_>) -> HubConnection {
    HubConnection {
        network: view.id("remoteVirtualNetwork"),
        default_route: view.flag("enableInternetSecurity").map_or(Known::Unknown(Why::NotCollected), Known::Value),
    }
}

pub(super) fn write_connection(connection: &HubConnection, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "remoteVirtualNetwork", connection.network.as_ref());
    if let Known::Value(given) = connection.default_route {
        set(inner, "enableInternetSecurity", Some(given.into()));
    }
}
