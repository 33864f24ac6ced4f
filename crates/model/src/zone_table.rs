//! Which private DNS zone does a service need? The zone table as typed data.
//!
//! The data is `data/private-dns-zones.tsv`: one row for each cloud, resource type and group id,
//! after Microsoft's table of private DNS zone values (articles/private-link/private-endpoint-dns.md
//! of the Azure documentation, read 2026-11-22; rows that only the 2023 table had say so).

use std::collections::BTreeMap;
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
    /// The public suffixes that names of its resources end in. Empty for Resource Manager, which answers
    /// at one name directly below its cloud's whole domain: by suffix it would claim everybody's names.
    pub suffixes: Vec<&'static str>,
    /// The public zones that a DNS server forwards for it, as the documentation has them.
    pub forwarders: Vec<&'static str>,
}

impl ZoneRow {
    /// The zone for a public suffix: `openai.azure.com` → `privatelink.openai.azure.com`.
    pub fn zone_of_suffix(&self, suffix: &str) -> Option<&'static str> {
        let labelled = |zone: &&&'static str| {
            zone.strip_prefix("privatelink.").is_some_and(|rest| rest.eq_ignore_ascii_case(suffix))
        };
        self.zones.iter().find(labelled).copied()
    }

    /// The zone that names below a suffix of this row have their records in: the one that carries the suffix,
    /// else the row's only one.
    pub fn zone_for(&self, suffix: &str) -> Option<&'static str> {
        self.zone_of_suffix(suffix).or_else(|| (self.zones.len() == 1).then(|| self.zones[0]))
    }
}

/// All rows of the table, in file order.
pub fn private_link_zones() -> &'static [ZoneRow] {
    static ROWS: OnceLock<Vec<ZoneRow>> = OnceLock::new();
    ROWS.get_or_init(|| include_str!("../data/private-dns-zones.tsv").lines().skip(1).filter_map(row).collect())
}

/// The resource types whose names end in a public suffix, in file order; none for a suffix that is not in the
/// table. A row begins with the suffix of its own names: a type that lists a suffix later than another type
/// does borrows names of that one, as a Kusto cluster those of its storage account.
pub fn types_of_suffix(suffix: &str) -> &'static [&'static str] {
    static TYPES: OnceLock<BTreeMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let types = TYPES.get_or_init(|| {
        let all = private_link_zones().iter().flat_map(|row| row.suffixes.iter().copied());
        all.map(|suffix| (suffix, owners(suffix))).collect()
    });
    types.get(suffix).map_or(&[], Vec::as_slice)
}

fn owners(suffix: &str) -> Vec<&'static str> {
    let having = |is_own: fn(&ZoneRow, &str) -> bool| {
        let rows = private_link_zones().iter().filter(move |row| is_own(row, suffix));
        let mut types: Vec<&'static str> = Vec::new();
        for row in rows {
            if !types.contains(&row.resource_type) {
                types.push(row.resource_type);
            }
        }
        types
    };
    let first = having(|row, suffix| row.suffixes.first().is_some_and(|own| *own == suffix));
    if first.is_empty() { having(|row, suffix| row.suffixes.contains(&suffix)) } else { first }
}

fn row(line: &'static str) -> Option<ZoneRow> {
    let mut columns = line.split('\t');
    let (cloud, resource_type, group_id) = (columns.next()?, columns.next()?, columns.next()?);
    let list = |cell: &'static str| -> Vec<&'static str> { cell.split(';').filter(|part| !part.is_empty()).collect() };
    let (zones, forwarders) = (list(columns.next()?), list(columns.next()?));
    let has_names_below = columns.nth(2) != Some("no");
    let suffixes = if has_names_below { forwarders.clone() } else { Vec::new() };
    Some(ZoneRow { cloud, resource_type, group_id, zones, suffixes, forwarders })
}

#[cfg(test)]
mod tests {
    use super::{private_link_zones, types_of_suffix};

    #[test]
    fn every_row_is_read() {
        let rows = private_link_zones();
        let lines = include_str!("../data/private-dns-zones.tsv").lines().count() - 1;
        assert_eq!(rows.len(), lines);
        assert!(rows.iter().all(|row| !row.zones.is_empty()), "a row without zones");
    }

    #[test]
    fn a_suffix_tells_whose_names_end_in_it() {
        let blob = ["Microsoft.Storage/storageAccounts", "Microsoft.Compute/diskAccesses"];
        assert_eq!(types_of_suffix("blob.core.windows.net"), blob);
        assert_eq!(types_of_suffix("table.core.windows.net"), &blob[..1]);
        let bus = ["Microsoft.EventHub/namespaces", "Microsoft.ServiceBus/namespaces", "Microsoft.Relay/namespaces"];
        assert_eq!(types_of_suffix("servicebus.windows.net"), bus);
        assert_eq!(types_of_suffix("openai.azure.com"), ["Microsoft.CognitiveServices/accounts"]);
        assert_eq!(types_of_suffix("scm.azurewebsites.net"), ["Microsoft.Web/sites"]);
        assert!(types_of_suffix("example.com").is_empty());
    }

    #[test]
    fn no_suffix_is_the_domain_of_a_whole_cloud() {
        let mut suffixes = private_link_zones().iter().flat_map(|row| &row.suffixes);
        assert!(suffixes.all(|suffix| !["azure.com", "azure.us", "azure.cn", "windows.net"].contains(suffix)));
        let manager = private_link_zones().iter().find(|row| row.zones == ["privatelink.azure.com"]).unwrap();
        assert_eq!((manager.suffixes.len(), manager.forwarders.as_slice()), (0, &["azure.com"][..]));
    }

    #[test]
    fn azure_openai_has_three_zones() {
        let row = private_link_zones()
            .iter()
            .find(|row| row.cloud == "AzureCloud" && row.resource_type == "Microsoft.CognitiveServices/accounts")
            .unwrap();
        assert_eq!(row.zones.len(), 3);
        assert_eq!(row.zone_of_suffix("openai.azure.com"), Some("privatelink.openai.azure.com"));
        assert_eq!((row.zone_of_suffix("vault.azure.net"), row.zone_for("vault.azure.net")), (None, None));
        let vault = private_link_zones().iter().find(|row| row.resource_type == "Microsoft.KeyVault/vaults").unwrap();
        assert_eq!(vault.zone_for("vault.azure.net"), Some("privatelink.vaultcore.azure.net"));
    }
}
