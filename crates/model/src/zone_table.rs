//! Which private DNS zone does a service need? The zone table as typed data.
//!
//! The data is `data/private-dns-zones.tsv`: one row for each cloud, resource type and group id,
//! after Microsoft's table of private DNS zone values (articles/private-link/private-endpoint-dns.md
//! of the Azure documentation, read 2026-11-22; rows that only the 2023 table had say so).

use std::sync::OnceLock;

/// One row of the table. Names are lower case; `{…}` placeholders are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneRow {
    /// `AzureCloud`, `AzureUSGovernment` or `AzureChinaCloud`.
    pub cloud: &'static str,
    /// The resource type, such as `Microsoft.CognitiveServices/accounts`.
    pub resource_type: &'static str,
    /// The sub-resource that a private endpoint connects to, such as `account`.
    pub group_id: &'static str,
    /// The zones that its records belong in.
    pub zones: Vec<&'static str>,
    /// The public suffixes of its names.
    pub suffixes: Vec<&'static str>,
}

impl ZoneRow {
    /// The zone for a public suffix: `openai.azure.com` → `privatelink.openai.azure.com`.
    pub fn zone_of_suffix(&self, suffix: &str) -> Option<&'static str> {
        let labelled = |zone: &&&'static str| {
            zone.strip_prefix("privatelink.").is_some_and(|rest| rest.eq_ignore_ascii_case(suffix))
        };
        self.zones.iter().find(labelled).copied()
    }
}

/// All rows of the table, in file order.
pub fn private_link_zones() -> &'static [ZoneRow] {
    static ROWS: OnceLock<Vec<ZoneRow>> = OnceLock::new();
    ROWS.get_or_init(|| include_str!("../data/private-dns-zones.tsv").lines().skip(1).filter_map(row).collect())
}

fn row(line: &'static str) -> Option<ZoneRow> {
    let mut columns = line.split('\t');
    let mut next = || columns.next();
    let (cloud, resource_type, group_id) = (next()?, next()?, next()?);
    let list = |cell: &'static str| cell.split(';').filter(|part| !part.is_empty()).collect();
    Some(ZoneRow { cloud, resource_type, group_id, zones: list(next()?), suffixes: list(next()?) })
}

#[cfg(test)]
mod tests {
    use super::private_link_zones;

    #[test]
    fn every_row_is_read() {
        let rows = private_link_zones();
        let lines = include_str!("../data/private-dns-zones.tsv").lines().count() - 1;
        assert_eq!(rows.len(), lines);
        assert!(rows.iter().all(|row| !row.zones.is_empty()), "a row without zones");
    }

    #[test]
    fn azure_openai_has_three_zones() {
        let row = private_link_zones()
            .iter()
            .find(|row| row.cloud == "AzureCloud" && row.resource_type == "Microsoft.CognitiveServices/accounts")
            .unwrap();
        assert_eq!(row.zones.len(), 3);
        assert_eq!(row.zone_of_suffix("openai.azure.com"), Some("privatelink.openai.azure.com"));
        assert_eq!(row.zone_of_suffix("vault.azure.net"), None);
    }
}
