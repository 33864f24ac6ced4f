//! What does the table of failure modes, `docs/modes.tsv`, say?

use crate::repository::Repository;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeSet;

/// Where the table is.
pub(crate) const PATH: &str = "docs/modes.tsv";

/// The stages in path order, and the three families that are no stages.
pub(crate) const STAGES: [&str; 11] =
    ["client", "dns", "route", "nsg", "endpoint", "tls", "access", "auth", "iac", "flow", "gap"];

const PREFIXES: [&str; 11] = ["CLN", "DNS", "RTE", "NSG", "PEP", "TLS", "ACC", "AUT", "IAC", "FLW", "OBS"];
const JUDGED_BY: [&str; 5] = ["configuration", "measurement", "both", "plan", "symptom"];
const COLUMNS: &str = "number\tname\tcode\tstage\tjudged_by\tgrounding\tbuilt\tsummary";

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mode {
    /// The line of the table that it stands in.
    pub(crate) line: usize,
    /// Its number in the catalogue; `None` for a row outside of it.
    pub(crate) number: Option<u16>,
    /// The readable id.
    pub(crate) name: String,
    /// The code, such as `DNS003`.
    pub(crate) code: String,
    /// The folder of its check; `None` for a row outside of the stages.
    pub(crate) stage: Option<&'static str>,
    /// What can show it.
    pub(crate) judged_by: String,
    /// A, B or C; `-` outside of the catalogue.
    pub(crate) grounding: String,
    /// Whether a check exists.
    pub(crate) built: bool,
    /// What is wrong, in one sentence.
    pub(crate) summary: String,
}

impl Mode {
    /// The file stem of its check and fixture: the name, as Rust can spell it.
    pub(crate) fn stem(&self) -> String {
        self.name.replace(['-', '.'], "_")
    }

    /// True for a file stem of this mode's check. `dns/zone_absent` and `dns/dns_zone_absent` both
    /// name `dns-zone-absent`: the folder may stand for the first word.
    pub(crate) fn is_stem(&self, stem: &str) -> bool {
        let own = self.stem();
        let short = self.stage.and_then(|stage| own.strip_prefix(stage)).and_then(|rest| rest.strip_prefix('_'));
        own == stem || short == Some(stem)
    }
}

/// The table of the repository.
pub(crate) fn read(repository: &Repository) -> Result<Vec<Mode>> {
    parse(&repository.read(PATH)?)
}

/// Reads a table, and refuses one that breaks its own rules.
pub(crate) fn parse(text: &str) -> Result<Vec<Mode>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    let header = lines.next().map(|(_, line)| line);
    ensure!(header == Some(COLUMNS), "{PATH}: the first line must be: {}", COLUMNS.replace('\t', " "));
    let mut modes = Vec::new();
    let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for (index, line) in lines {
        let mode = row(index + 1, line).with_context(|| format!("{PATH}:{}", index + 1))?;
        ensure!(names.insert(mode.name.clone()), "{PATH}:{}: the name {} is used twice", index + 1, mode.name);
        ensure!(codes.insert(mode.code.clone()), "{PATH}:{}: the code {} is used twice", index + 1, mode.code);
        modes.push(mode);
    }
    Ok(modes)
}

fn row(number_of_line: usize, line: &str) -> Result<Mode> {
    let cells: Vec<&str> = line.split('\t').collect();
    let [number, name, code, stage, judged_by, grounding, built, summary] = cells[..] else {
        bail!("the row has {} cells instead of 8", cells.len());
    };
    let number = (number != "-").then(|| number.parse()).transpose().context("the number is none")?;
    let position = STAGES.iter().position(|known| *known == stage);
    ensure!(position.is_some() || stage == "-", "`{stage}` is no stage; they are {}", STAGES.join(" "));
    let prefix = position.map_or("OBS", |position| PREFIXES[position]);
    let digits = code.strip_prefix(prefix).with_context(|| format!("a code of stage {stage} starts with {prefix}"))?;
    let three_digits = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    ensure!(three_digits, "the code {code} must be {prefix} and three digits");
    ensure!(JUDGED_BY.contains(&judged_by), "`{judged_by}` is none of {}", JUDGED_BY.join(" "));
    ensure!(["A", "B", "C", "-"].contains(&grounding), "`{grounding}` is none of A B C -");
    ensure!(["yes", "no"].contains(&built), "`{built}` is neither yes nor no");
    ensure!(
        summary.ends_with('.') && summary.len() <= 110,
        "the summary must be one sentence of at most 110 characters"
    );
    Ok(Mode {
        line: number_of_line,
        number,
        name: name.to_owned(),
        code: code.to_owned(),
        stage: position.map(|position| STAGES[position]),
        judged_by: judged_by.to_owned(),
        grounding: grounding.to_owned(),
        built: built == "yes",
        summary: summary.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: &str = include_str!("../../docs/modes.tsv");

    #[test]
    fn the_committed_table_holds_the_whole_catalogue() {
        let modes = parse(COMMITTED).unwrap();
        let numbers: Vec<u16> = modes.iter().filter_map(|mode| mode.number).collect();
        assert_eq!(numbers, (1..=104).collect::<Vec<_>>());
        let symptoms: Vec<u16> =
            modes.iter().filter(|mode| mode.judged_by == "symptom").filter_map(|mode| mode.number).collect();
        assert_eq!(symptoms, [11, 57, 69, 78, 80, 86, 92, 96]);
        assert!(modes.iter().any(|mode| mode.code == "OBS001"));
    }

    #[test]
    fn codes_count_up_within_a_prefix() {
        let modes = parse(COMMITTED).unwrap();
        for prefix in PREFIXES {
            let codes: Vec<&str> =
                modes.iter().map(|mode| mode.code.as_str()).filter(|code| code.starts_with(prefix)).collect();
            let counted: Vec<String> = (1..=codes.len()).map(|number| format!("{prefix}{number:03}")).collect();
            assert_eq!(codes, counted);
        }
    }

    #[test]
    fn a_table_that_breaks_its_rules_is_refused_with_the_line() {
        let good = "1\ta-b\tDNS001\tdns\tboth\tA\tno\tWrong.";
        let refused = |rows: &str| format!("{:#}", parse(&format!("{COLUMNS}\n{rows}\n")).unwrap_err());
        assert_eq!(parse(&format!("# note\n{COLUMNS}\n{good}\n")).unwrap().len(), 1);
        assert!(refused(&format!("{good}\n{}", good.replace("DNS001", "DNS002"))).contains("a-b is used twice"));
        assert!(refused(&format!("{good}\n{}", good.replace("a-b", "b"))).contains("DNS001 is used twice"));
        assert!(refused(&good.replace("DNS001", "CLN001")).contains("starts with DNS"));
        assert!(refused(&good.replace("DNS001", "DNS1")).contains("three digits"));
        assert!(refused(&good.replace("\tboth", "\tguess")).contains("`guess`"));
        assert!(refused("1\tx").contains("docs/modes.tsv:2: the row has 2 cells"));
    }

    #[test]
    fn the_folder_may_stand_for_the_first_word() {
        let mode = row(1, "12\tdns-zone-absent\tDNS002\tdns\tboth\tA\tyes\tWrong.").unwrap();
        assert!(mode.is_stem("dns_zone_absent"));
        assert!(mode.is_stem("zone_absent"));
        assert!(!mode.is_stem("absent"));
    }
}
