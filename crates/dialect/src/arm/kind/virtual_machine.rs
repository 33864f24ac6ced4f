//! How does ARM spell the NICs of a virtual machine?

use crate::arm::document::{Object, properties, reference, set, within};
use crate::arm::view::View;
use model::ResourceId;
use model::resource::VirtualMachine;
use serde_json::{Value, json};

pub(super) fn read(view: &View<'_>) -> VirtualMachine {
    let profile = view.within("networkProfile");
    let mut listed: Vec<(bool, ResourceId)> = profile
        .objects("networkInterfaces")
        .filter_map(|item| Some((item.properties().flag("primary").unwrap_or(false), item.id_text("id")?)))
        .collect();
    listed.sort_by_key(|(primary, _)| !primary);
    VirtualMachine { network_interfaces: listed.into_iter().map(|(_, id)| id).collect() }
}

pub(super) fn write(machine: &VirtualMachine, document: &mut Object) {
    let profile = within(properties(document), "networkProfile");
    let interfaces = machine.network_interfaces.iter().enumerate().map(|(position, id)| {
        let mut item = reference(id);
        item["properties"] = json!({ "primary": position == 0 });
        item
    });
    set(profile, "networkInterfaces", Some(interfaces.collect::<Value>()));
}
