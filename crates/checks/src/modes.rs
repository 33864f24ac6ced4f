//! Which ways to fail are there, judged or not? The committed table of all modes.

use finding::Mode;

/// The table; its first line without `#` names the columns.
const TABLE: &str = include_str!("../../../docs/modes.tsv");

/// All modes, in the order of the table.
pub fn all() -> impl Iterator<Item = Mode> {
    TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).filter_map(mode)
}

/// The mode that has this code or name, in any case.
pub fn find(word: &str) -> Option<Mode> {
    all().find(|mode| mode.code.eq_ignore_ascii_case(word) || mode.name.eq_ignore_ascii_case(word))
}

fn mode(line: &'static str) -> Option<Mode> {
    let mut columns = line.split('\t').skip(1);
    let (name, code) = (columns.next()?, columns.next()?);
    let judged_by = columns.nth(1)?;
    let is_built = columns.nth(1)? == "yes";
    Some(Mode { name, code, judged_by, is_built, summary: columns.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(all().count(), TABLE.lines().filter(|line| !line.starts_with('#')).count() - 1);
        let mode = find("dns003").unwrap();
        assert_eq!((mode.name, mode.judged_by), ("dns-zone-not-linked-to-resolving-vnet", "configuration"));
        assert!(mode.is_built && mode.summary.ends_with('.'));
        assert!(find("xyzzy").is_none());
    }
}
