//! Are files and ARM lists gathered whole, and is what is missing said?

mod central;
mod files;
mod lists;
mod pretend;
mod subscriptions;

use crate::Gathered;

const GROUP: &str = "/subscriptions/s/resourceGroups/g/providers";

fn network(name: &str) -> String {
    format!(
        r#"{{"id":"{GROUP}/Microsoft.Network/virtualNetworks/{name}","properties":{{"addressSpace":{{"addressPrefixes":["10.1.0.0/16"]}},"subnets":[{{"name":"a","properties":{{"addressPrefix":"10.1.2.0/24"}}}}],"virtualNetworkPeerings":[]}}}}"#
    )
}

fn notes(gathered: &Gathered) -> String {
    gathered.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
