//! What does a fixture file say? Markdown with fenced blocks that have a role.
//!
//! ````markdown
//! # dns-zone-not-linked-to-resolving-vnet (DNS003)
//!
//! Prose.
//!
//! ```toml scenario
//! base = "healthy"
//! fault = ["unlink privatelink.openai.azure.com from spoke-vnet"]
//! ```
//!
//! ```text finding
//! (what is printed; `BLESS=1 cargo test -p suite` writes it)
//! ```
//!
//! ```sh remedy
//! (the commands of the first remedy; written likewise)
//! ```
//!
//! ## Stays silent
//!
//! ### A look-alike
//!
//! Why it is none.
//!
//! ```toml scenario
//! base = "two-accounts"
//! ```
//! ````

use crate::case::Case;
use crate::repository;
use anyhow::{Context, Result, bail, ensure};
use std::ops::Range;

/// The folder of the fixtures.
pub const FOLDER: &str = "tests/checks";

/// A fixture.
#[derive(Debug)]
pub struct Fixture {
    /// Its file.
    pub file: String,
    /// Its folder: the stage, or the family that is none.
    pub stage: String,
    /// The name of the mode.
    pub name: String,
    /// The code.
    pub code: String,
    /// What stands before the first block.
    pub prose: String,
    /// The block that must give the finding, as written.
    pub block: String,
    /// The same, read.
    pub fires: Case,
    /// Where nothing may be found.
    pub silent: Vec<LookAlike>,
    text: String,
    /// The lines of what is printed, from the line after the first block.
    printed: Range<usize>,
}

/// Something that looks like the fault and is none.
#[derive(Debug)]
pub struct LookAlike {
    /// Its heading.
    pub title: String,
    /// Why it is none.
    pub why: String,
    /// The scenario.
    pub case: Case,
}

/// A fenced block.
struct Block<'t> {
    role: &'t str,
    lines: Range<usize>,
    text: String,
}

/// Every fixture, by folder and file name.
pub fn all() -> Result<Vec<Fixture>> {
    let mut fixtures = Vec::new();
    for stage in repository::folders(FOLDER)? {
        for name in repository::list(&format!("{FOLDER}/{stage}"), ".md")? {
            let file = format!("{FOLDER}/{stage}/{name}");
            let text = repository::read(&file)?;
            fixtures.push(Fixture::parse(&file, &stage, text).with_context(|| file.clone())?);
        }
    }
    ensure!(!fixtures.is_empty(), "{FOLDER} holds no fixture");
    Ok(fixtures)
}

impl Fixture {
    fn parse(file: &str, stage: &str, text: String) -> Result<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let blocks = blocks(&lines)?;
        let title = lines.first().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        let named = title.strip_suffix(')').and_then(|title| title.split_once(" ("));
        let (name, code) = named.context("line 1: the title must be `# NAME (CODE)`")?;
        let first = blocks.first().filter(|block| block.role == "toml scenario");
        let first = first.context("the first block must be ```toml scenario: the fault")?;
        let fires = Case::parse(&format!("{file}:{}", first.lines.start), &first.text)?;
        let printed = blocks[1..].iter().take_while(|block| block.role != "toml scenario");
        let end = printed.last().map_or(first.lines.end, |block| block.lines.end);
        let prose = lines[1..first.lines.start].join("\n").trim().to_owned();
        ensure!(!prose.is_empty(), "say in a sentence before the first block what is wrong");
        Ok(Self {
            file: file.to_owned(),
            stage: stage.to_owned(),
            name: name.to_owned(),
            code: code.to_owned(),
            prose,
            block: first.text.clone(),
            fires,
            silent: look_alikes(file, &lines, &blocks)?,
            printed: first.lines.end..end,
            text,
        })
    }

    /// The file as it is.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file as it should be when this is printed.
    pub fn with(&self, finding: &str, remedy: &str) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut parts = vec![lines[..self.printed.start].join("\n")];
        parts.push(format!("```text finding\n{}\n```", finding.trim_end()));
        if !remedy.trim().is_empty() {
            parts.push(format!("```sh remedy\n{}\n```", remedy.trim_end()));
        }
        parts.push(lines[self.printed.end..].join("\n").trim_start().to_owned());
        format!("{}\n", parts.join("\n\n").trim_end())
    }

    /// Every scenario of the file, and what to call it.
    pub fn cases(&self) -> impl Iterator<Item = (String, &Case)> {
        let first = (format!("{}: the fault", self.file), &self.fires);
        let silent = self.silent.iter().map(|look| (format!("{}: {:?}", self.file, look.title), &look.case));
        std::iter::once(first).chain(silent)
    }
}

/// The fenced blocks, with the line numbers of their fences (the end one past the closing one).
fn blocks<'t>(lines: &[&'t str]) -> Result<Vec<Block<'t>>> {
    const ROLES: [&str; 3] = ["toml scenario", "text finding", "sh remedy"];
    let mut blocks = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (number, line) in lines.iter().enumerate() {
        let Some(rest) = line.strip_prefix("```") else { continue };
        match open.take() {
            None => {
                ensure!(ROLES.contains(&rest), "line {}: a block is one of ```{}", number + 1, ROLES.join(", ```"));
                open = Some((number, rest));
            }
            Some((start, role)) => {
                let text = lines[start + 1..number].join("\n");
                blocks.push(Block { role, lines: start..number + 1, text });
            }
        }
    }
    if let Some((start, role)) = open {
        bail!("line {}: the block ```{role} is never closed", start + 1);
    }
    Ok(blocks)
}

fn look_alikes(file: &str, lines: &[&str], blocks: &[Block<'_>]) -> Result<Vec<LookAlike>> {
    let start = lines.iter().position(|line| *line == "## Stays silent");
    let start = start.context("there is no heading `## Stays silent`")?;
    let mut found = Vec::new();
    for block in blocks.iter().filter(|block| block.lines.start > start) {
        let line = block.lines.start + 1;
        ensure!(block.role == "toml scenario", "line {line}: only scenarios stay silent");
        let heading = lines[..block.lines.start].iter().rposition(|line| line.starts_with("### "));
        let heading = heading.filter(|heading| *heading > start && !taken(blocks, *heading, block));
        let heading =
            heading.with_context(|| format!("line {line}: this look-alike has no `### heading` of its own"))?;
        let why = lines[heading + 1..block.lines.start].join(" ").trim().to_owned();
        ensure!(!why.is_empty(), "line {line}: say why this is not the fault, before the block");
        let case = Case::parse(&format!("{file}:{line}"), &block.text)?;
        found.push(LookAlike { title: lines[heading][4..].to_owned(), why, case });
    }
    ensure!(found.len() >= 2, "only {} look-alikes stay silent; write at least two", found.len());
    Ok(found)
}

/// True when another block stands between a heading and this one.
fn taken(blocks: &[Block<'_>], heading: usize, block: &Block<'_>) -> bool {
    blocks.iter().any(|other| other.lines.start > heading && other.lines.start < block.lines.start)
}

#[cfg(test)]
mod tests {
    use super::Fixture;

    const GOOD: &str = "# a (DNS001)\n\nProse.\n\n```toml scenario\nbase = \"healthy\"\n```\n\n## Stays silent\n\n\
        ### One\n\nWhy.\n\n```toml scenario\nbase = \"healthy\"\n```\n\n### Two\n\nWhy.\n\n```toml scenario\nbase = \"healthy\"\n```\n";

    fn refused(text: &str) -> String {
        format!("{:#}", Fixture::parse("f.md", "dns", text.to_owned()).unwrap_err())
    }

    #[test]
    fn what_is_printed_is_put_after_the_fault_and_replaced() {
        let fixture = Fixture::parse("f.md", "dns", GOOD.to_owned()).unwrap();
        let once = fixture.with("FOUND\n", "az x\n");
        assert!(once.contains("```\n\n```text finding\nFOUND\n```\n\n```sh remedy\naz x\n```\n\n## Stays silent"));
        let again = Fixture::parse("f.md", "dns", once.clone()).unwrap();
        assert_eq!(again.with("FOUND", "az x"), once);
        assert_eq!(again.with("OTHER", ""), once.replace("FOUND", "OTHER").replace("```sh remedy\naz x\n```\n\n", ""));
    }

    #[test]
    fn a_fixture_that_lacks_something_is_refused_with_the_cure() {
        assert!(refused(&GOOD.replace(" (DNS001)", "")).contains("# NAME (CODE)"));
        assert!(refused(&GOOD.replace("Prose.", "")).contains("what is wrong"));
        assert!(refused(&GOOD.replace("### Two\n", "")).contains("no `### heading` of its own"));
        assert!(refused(&GOOD.replacen("Why.", "", 1)).contains("say why"));
        assert!(refused(&GOOD.replace("## Stays silent", "")).contains("Stays silent"));
        assert!(refused(&GOOD.replacen("toml scenario", "toml", 1)).contains("a block is one of"));
        assert!(refused(GOOD.strip_suffix("```\n").unwrap()).contains("never closed"));
        assert!(refused(GOOD.split("### Two").next().unwrap()).contains("only 1 look-alikes"));
    }
}
