//! Do the commands of the article, by the real clients, meet its symptoms in the lab, and do its fixes work there?
//!
//! Everything is played inside the lab's namespaces, which have no way out. What is said becomes
//! `docs/guides/the-article.md`.

mod acts;
mod environment;
mod play;
mod programs;

use crate::repository::{Repository, succeed};
use acts::{ACTS, INTRODUCTION};
use anyhow::{Result, bail, ensure};
use environment::Made;
use programs::PROGRAMS;
use std::fmt::Write as _;

const PAGE: &str = "docs/guides/the-article.md";

/// The page whose commands for an export are played.
const GUIDE: &str = "docs/guides/first-check.md";

/// Groups of commands that az has by an extension only.
const EXTENSIONS: [&str; 2] = ["az network vhub ", "az network manager "];

/// Plays the article and writes the page.
pub(crate) fn write(repository: &Repository) -> Result<()> {
    if let Made::NoRegistry = environment::made(repository)? {
        bail!("the registry of Python packages cannot be reached; what pip said is above");
    }
    repository.write(PAGE, &played(repository)?)?;
    println!("article: {PAGE} is written");
    Ok(())
}

/// Plays the article and compares with the page. Where the clients are not installed, it says so; in CI it installs
/// them first. A package registry that cannot be reached says nothing of the page, so that is told, and not a failure; that
/// a program is missing, or that a registry which answers lacks a client, is one.
pub(crate) fn check(repository: &Repository) -> Result<()> {
    if std::env::var_os("CI").is_some() {
        if let Made::NoRegistry = environment::made(repository)? {
            println!(
                "article: NOT COMPARED, the registry of Python packages cannot be reached; what pip said is above"
            );
            return Ok(());
        }
    } else if let Some(missing) = environment::missing(repository) {
        println!("article: not compared, {missing}; `cargo xtask article` installs the clients and plays it");
        return Ok(());
    }
    let (now, before) = (played(repository)?, repository.read(PAGE)?);
    for (number, (line, expected)) in before.lines().zip(now.lines()).enumerate() {
        ensure!(line == expected, "{PAGE}, line {}: `{line}` is now `{expected}`; `cargo xtask article`", number + 1);
    }
    ensure!(before.len() == now.len(), "{PAGE} has another length now; run `cargo xtask article`");
    println!("article: {PAGE} is what the clients say");
    Ok(())
}

/// The page.
fn played(repository: &Repository) -> Result<String> {
    succeed(repository.cargo().args(["build", "--quiet", "--package", "cli"]))?;
    let stage = play::Stage::new(repository)?;
    let mut page = INTRODUCTION.to_owned();
    for (name, text) in PROGRAMS {
        stage.lay(name, text)?;
        let _ = write!(page, "\n`{name}`:\n\n```python\n{text}```\n");
    }
    stage.lay("export.sh", &export(&repository.read(GUIDE)?))?;
    for act in ACTS {
        println!("article: {}", act.title);
        let _ = write!(page, "\n## {}\n\n{}\n", act.title, act.about);
        stage.play(act, &mut page)?;
    }
    Ok(page)
}

/// The blocks of a guide that write a snapshot, in order, as one program that ends at the first command that fails.
fn export(guide: &str) -> String {
    let blocks = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let own = blocks.filter(|block| block.contains("snapshot/") && block.contains("az "));
    let core = own.filter(|block| !EXTENSIONS.iter().any(|group| block.contains(group)));
    core.fold("set -eu\n".to_owned(), |program, block| program + block)
}

#[cfg(test)]
mod tests {
    use super::export;

    #[test]
    fn an_export_is_what_a_guide_says_without_extensions() {
        let guide = "# A\n```sh\naz login\n```\n```sh\naz a list > snapshot/a.json\n```\n\
                     ```sh\naz network vhub list > snapshot/b.json\n```\n```sh\naz c > \"snapshot/c.json\"\n```\n";
        assert_eq!(export(guide), "set -eu\naz a list > snapshot/a.json\naz c > \"snapshot/c.json\"\n");
    }
}
