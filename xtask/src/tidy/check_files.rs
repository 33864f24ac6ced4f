//! Do the table of modes, the checks and their fixtures name the same checks?

use super::Violation;
use crate::generate::registry::{self, check_files, files_of_stages};
use crate::modes::{self, Mode};
use crate::new_check::FIXTURES;

/// What one of the three has and another lacks.
pub(super) fn violations(files: &[String], modes: &[Mode]) -> Vec<Violation> {
    let sources = check_files(files);
    let fixtures = files_of_stages(files, FIXTURES, ".md");
    let mut found = Vec::new();
    for (stage, stem) in &sources {
        let file = format!("{}/{stage}/{stem}.rs", registry::FOLDER);
        if !fixtures.contains(&(*stage, stem.clone())) {
            let words = format!("this check has no fixture; write {FIXTURES}/{stage}/{stem}.md");
            found.push(Violation::new(&file, 1, words));
        }
        match modes.iter().find(|mode| mode.stage == Some(*stage) && mode.is_stem(stem)) {
            None => {
                let words = format!("no mode of stage {stage} in {} has this name; rename the file", modes::PATH);
                found.push(Violation::new(&file, 1, words));
            }
            Some(mode) if !mode.built => {
                let words = format!("{} says that {} is not built; set `built` to yes there", modes::PATH, mode.code);
                found.push(Violation::new(&file, 1, words));
            }
            Some(_) => {}
        }
    }
    for (stage, stem) in fixtures.iter().filter(|fixture| !sources.contains(fixture)) {
        let words =
            format!("this fixture has no check {}/{stage}/{stem}.rs; write it, or delete this", registry::FOLDER);
        found.push(Violation::new(&format!("{FIXTURES}/{stage}/{stem}.md"), 1, words));
    }
    for mode in modes.iter().filter(|mode| mode.built) {
        let Some(own) = mode.stage else { continue };
        if !sources.iter().any(|(stage, stem)| *stage == own && mode.is_stem(stem)) {
            let words = format!(
                "{} is built, but {}/{own}/{}.rs does not exist; run `cargo xtask new-check {own} {}` or set `built` to no",
                mode.code,
                registry::FOLDER,
                mode.stem(),
                mode.name
            );
            found.push(Violation::new(modes::PATH, mode.line, words));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(files: &[&str]) -> Vec<String> {
        let table = "number\tname\tcode\tstage\tjudged_by\tgrounding\tbuilt\tsummary\n\
                     1\tdns-a\tDNS001\tdns\tboth\tA\tyes\tWrong.\n\
                     2\tdns-b\tDNS002\tdns\tboth\tA\tno\tWrong.\n\
                     -\tobserved\tOBS001\t-\tmeasurement\t-\tyes\tWrong.\n";
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        violations(&files, &modes::parse(table).unwrap()).iter().map(ToString::to_string).collect()
    }

    const GOOD: [&str; 2] = ["crates/checks/src/dns/dns_a.rs", "tests/checks/dns/dns_a.md"];

    #[test]
    fn the_three_agree_or_say_so() {
        assert!(words(&GOOD).is_empty());
        assert!(words(&GOOD[..1])[0].contains("no fixture; write tests/checks/dns/dns_a.md"));
        assert!(words(&[]).iter().any(|words| words.contains("DNS001 is built, but")));
        let with = |more: &[&str]| words(&[&GOOD, more].concat());
        assert!(with(&["tests/checks/dns/dns_b.md"])[0].contains("has no check"));
        let unbuilt = ["crates/checks/src/dns/dns_b.rs", "tests/checks/dns/dns_b.md"];
        assert!(with(&unbuilt)[0].contains("DNS002 is not built"));
        let unknown = ["crates/checks/src/dns/dns_c.rs", "tests/checks/dns/dns_c.md"];
        assert!(with(&unknown)[0].contains("no mode of stage dns"));
    }
}
