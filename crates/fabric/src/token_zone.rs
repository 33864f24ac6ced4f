//! Which zone does a name belong in whose zone carries a region or a partition?
//!
//! `privatelink.{partitionId}.azurestaticapps.net` is one such zone of the table: the name itself tells the token.

use model::{DnsName, private_link_zones};

/// A name below a zone that carries a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenZone {
    /// The zone, such as `privatelink.2.azurestaticapps.net`.
    pub zone: String,
    /// The part of the name left of the token, which its record is called.
    pub label: String,
    /// The name in the zone.
    pub alias: DnsName,
    /// What every zone of the service ends in, such as `azurestaticapps.net`.
    pub tail: &'static str,
    /// The resource type that has such zones.
    pub resource_type: &'static str,
}

impl TokenZone {
    /// True for another name than the zone's own that zones of this service have: without a token, or with
    /// another one.
    pub fn is_kin(&self, zone: &str) -> bool {
        let rest = zone.to_ascii_lowercase();
        let Some(rest) = rest.strip_prefix("privatelink.") else { return false };
        let token = rest.strip_suffix(self.tail).map(|token| token.trim_end_matches('.'));
        !zone.eq_ignore_ascii_case(&self.zone) && token.is_some_and(|token| !token.contains('.'))
    }
}

/// The zone of a name whose zone carries a token; the last one of the table wins nothing, the longest tail does.
pub fn token_zone(name: &DnsName) -> Option<TokenZone> {
    let mut found: Option<TokenZone> = None;
    for row in private_link_zones() {
        for tail in row.zones.iter().filter_map(|zone| tail(zone)) {
            let Some((label, token)) = name.relative_to(tail).and_then(|left| left.rsplit_once('.')) else { continue };
            let is_alias = token == "privatelink" || label == "privatelink" || label.ends_with(".privatelink");
            if is_alias || found.as_ref().is_some_and(|found| found.tail.len() >= tail.len()) {
                continue;
            }
            let zone = format!("privatelink.{token}.{tail}");
            let Ok(alias) = DnsName::below(label, &zone) else { continue };
            let (label, resource_type) = (label.to_owned(), row.resource_type);
            found = Some(TokenZone { zone, label, alias, tail, resource_type });
        }
    }
    found
}

/// `privatelink.{anything}.TAIL` → `TAIL`.
fn tail(zone: &'static str) -> Option<&'static str> {
    let (_, tail) = zone.strip_prefix("privatelink.{")?.split_once("}.")?;
    (!tail.contains('{')).then_some(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<(String, String)> {
        let found = token_zone(&DnsName::parse(name).unwrap())?;
        Some((found.label, found.zone))
    }

    #[test]
    fn the_name_tells_the_token() {
        let pair = |label: &str, zone: &str| Some((label.to_owned(), zone.to_owned()));
        assert_eq!(read("app.2.azurestaticapps.net"), pair("app", "privatelink.2.azurestaticapps.net"));
        assert_eq!(read("adx.eastus.kusto.windows.net"), pair("adx", "privatelink.eastus.kusto.windows.net"));
        assert_eq!(read("mi.0a1b2c.database.windows.net"), pair("mi", "privatelink.0a1b2c.database.windows.net"));
        assert_eq!(read("app.azurestaticapps.net"), None, "the first partition has no token");
        assert_eq!(read("srv.database.windows.net"), None, "a server, no managed instance");
        assert_eq!(read("srv.privatelink.database.windows.net"), None, "its alias");
        assert_eq!(read("aks-1.privatelink.eastus.azmk8s.io"), None, "in its zone already");
        assert_eq!(read("yourresource.openai.azure.com"), None);
    }

    #[test]
    fn kin_are_zones_of_the_same_service() {
        let found = token_zone(&DnsName::parse("app.2.azurestaticapps.net").unwrap()).unwrap();
        assert!(found.is_kin("privatelink.azurestaticapps.net"));
        assert!(found.is_kin("privatelink.5.azurestaticapps.net"));
        assert!(!found.is_kin("privatelink.2.azurestaticapps.net"), "its own");
        assert!(!found.is_kin("privatelink.azurewebsites.net"));
        assert!(!found.is_kin("azurestaticapps.net"));
    }
}
