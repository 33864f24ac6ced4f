//! What is an object without a resource id, that a command of az prints all the same?

use super::view::View;

/// A remark on what such an object is and why it plays no part; `None` for what is not known.
pub(super) fn remark(view: &View<'_>) -> Option<(&'static str, &'static str)> {
    let has = |members: &[&str]| members.iter().all(|member| view.has(member));
    if has(&["effectiveSecurityRules"]) {
        return Some((
            "effective rules",
            "these are the effective rules of a NIC (az network nic list-effective-nsg); they play no part: rules are taken \
             from the groups themselves (az network nsg list)",
        ));
    }
    if has(&["nextHopType", "addressPrefix", "source", "state"]) {
        return Some((
            "effective routes",
            "these are the effective routes of a NIC (az network nic show-effective-route-table); they play no part: routes \
             are taken from networks, peerings and route tables",
        ));
    }
    None
}
