//! How does a new check start? With its two files, from templates.

use crate::generate::{self, registry};
use crate::modes::{self, Mode};
use crate::repository::Repository;
use anyhow::{Context, Result, bail, ensure};

const SOURCE: &str = include_str!("new_check/check.rs.txt");
const FIXTURE: &str = include_str!("new_check/fixture.md.txt");

/// The folder of the fixtures.
pub(crate) const FIXTURES: &str = "tests/checks";

/// Creates the source file and the fixture, and says what is left to do.
pub(crate) fn run(repository: &Repository, stage: &str, name: &str) -> Result<()> {
    let modes = modes::read(repository)?;
    let mode = find(&modes, stage, name)?;
    let stem = mode.stem();
    let source = format!("{}/{stage}/{stem}.rs", registry::FOLDER);
    let fixture = format!("{FIXTURES}/{stage}/{stem}.md");
    for path in [&source, &fixture] {
        ensure!(!repository.path(path).exists(), "{path} exists already; delete it to start again");
    }
    repository.write(&source, &filled(SOURCE, mode))?;
    repository.write(&fixture, &filled(FIXTURE, mode))?;
    println!("created {source}\ncreated {fixture}");
    generate::write(repository)?;
    println!("\nNext:");
    println!("1. Write the documentation and the judgement in {source}.");
    println!("2. Write the fault and at least two look-alikes in {fixture}; one look-alike by hand, not by a change.");
    println!("3. If `{stage}` is a new folder, name it in {}/lib.rs.", registry::FOLDER);
    println!("4. Set `built` to yes in {} for {}.", modes::PATH, mode.code);
    println!("5. Run `BLESS=1 cargo test -p suite`, read what it wrote into the fixture, then run `cargo xtask gen`.");
    Ok(())
}

fn find<'a>(modes: &'a [Mode], stage: &str, name: &str) -> Result<&'a Mode> {
    let mode = modes.iter().find(|mode| mode.name == name).with_context(|| {
        let near: Vec<&str> =
            modes.iter().filter(|mode| mode.stage == Some(stage)).map(|mode| mode.name.as_str()).collect();
        format!("{name} is not in {}; stage {stage} has: {}", modes::PATH, near.join(" "))
    })?;
    match mode.stage {
        Some(own) if own == stage => {}
        Some(own) => bail!("{name} belongs to stage {own}; run `cargo xtask new-check {own} {name}`"),
        None => bail!("{name} is outside of the stages and has no file of its own"),
    }
    ensure!(mode.judged_by != "symptom", "{name} is a symptom: it is shown, but it is never a finding of its own");
    Ok(mode)
}

fn filled(template: &str, mode: &Mode) -> String {
    template
        .replace("{{code}}", &mode.code)
        .replace("{{name}}", &mode.name)
        .replace("{{stage_value}}", &stage_value(mode))
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{summary}}", &mode.summary)
        .replace("{{struct}}", &registry::struct_name(&mode.stem()))
}

/// The stage as the declaration spells it; the families that are no stages have none.
fn stage_value(mode: &Mode) -> String {
    match mode.stage {
        None | Some("iac" | "flow" | "gap") => "None".to_owned(),
        Some(stage) => format!("Some(model::Stage::{})", registry::struct_name(stage)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes() -> Vec<Mode> {
        modes::parse(include_str!("../../docs/modes.tsv")).unwrap()
    }

    #[test]
    fn templates_are_filled_whole() {
        let modes = modes();
        let mode = find(&modes, "dns", "dns-zone-absent").unwrap();
        for template in [SOURCE, FIXTURE] {
            let text = filled(template, mode);
            assert!(!text.contains("{{"), "{text}");
            assert!(text.contains("DNS002"));
        }
        assert!(filled(SOURCE, mode).contains("pub struct DnsZoneAbsent = {"));
        assert!(filled(SOURCE, mode).contains("stage: Some(model::Stage::Dns),"));
        let plan = find(&modes, "iac", "iac-no-rights-on-hub-zone").unwrap();
        assert!(filled(SOURCE, plan).contains("stage: None,"));
    }

    #[test]
    fn what_cannot_be_a_check_is_refused_with_the_cure() {
        let modes = modes();
        let refused = |stage: &str, name: &str| find(&modes, stage, name).unwrap_err().to_string();
        assert!(refused("dns", "dns-typo").contains("dns-zone-absent"));
        assert!(refused("dns", "pe-pending-approval").contains("new-check endpoint pe-pending-approval"));
        assert!(refused("dns", "dns-resolves-public").contains("symptom"));
        assert!(refused("dns", "observed-differs-from-predicted").contains("new-check gap observed"));
    }
}
