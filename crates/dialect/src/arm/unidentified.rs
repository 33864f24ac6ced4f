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
    if has(&["name", "value", "slotSetting"]) {
        return Some((
            "app settings",
            "these are the settings of an app, which do not say of which app (az webapp config appsettings list); save what \
             `az rest --method post --url \"$APP_ID/config/appsettings/list?api-version=2024-11-01\"` prints",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;

    #[test]
    fn settings_without_their_app_are_told_apart_and_not_repeated() {
        let printed =
            r#"[{"name":"KEY","slotSetting":false,"value":"canary"},{"name":"B","slotSetting":true,"value":"canary"}]"#;
        let mut reader = Reader::new();
        reader.document(printed, "settings.json");
        let reading = reader.finish();
        let said: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("config/appsettings/list") && !said[0].contains("canary"), "{said:?}");
        assert!(reading.resources.is_empty());
    }
}
