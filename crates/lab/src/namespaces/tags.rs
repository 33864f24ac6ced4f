//! Which addresses of the lab does a service tag of Azure hold? The few that exist here: the front ends.

use crate::address_plan::{OPEN_FRONT_END, REGIONAL_FRONT_END, RESTRICTED_FRONT_END};
use ipnet::{IpNet, Ipv4Net};

/// Tags that hold the public addresses of Azure AI services, as they are or with a region.
const HOLDING: [&str; 3] = ["AzureCloud", "CognitiveServicesFrontend", "CognitiveServicesManagement"];

/// The prefixes of a tag, in every region; none for the tags of other services, which hold other addresses.
pub(crate) fn prefixes(tag: &str) -> Vec<IpNet> {
    let service = tag.split('.').next().unwrap_or(tag);
    if !HOLDING.iter().any(|known| known.eq_ignore_ascii_case(service)) {
        return Vec::new();
    }
    [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END].map(|at| IpNet::V4(Ipv4Net::from(at))).to_vec()
}
