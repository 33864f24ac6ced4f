//! Does every relative link in a Markdown file lead to a file, and to a heading in it?
//!
//! Links to other sites are not followed.

use super::Violation;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A link and the line that it stands in.
type Link = (usize, String);

/// The dead links of all Markdown files.
pub(super) fn violations(files: &[String], text: &dyn Fn(&str) -> Option<String>) -> Vec<Violation> {
    let known: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    let pages: BTreeMap<&str, String> =
        known.iter().filter(|file| is_markdown(file)).filter_map(|file| text(file).map(|text| (*file, text))).collect();
    let mut found = Vec::new();
    for (file, page) in &pages {
        for (line, target) in links(page) {
            if let Err(words) = follow(file, &target, &known, &pages) {
                found.push(Violation::new(file, line, words));
            }
        }
    }
    found
}

fn is_markdown(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|ending| ending == "md")
}

fn follow(file: &str, target: &str, known: &BTreeSet<&str>, pages: &BTreeMap<&str, String>) -> Result<(), String> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let resolved = if path.is_empty() { Some(file.to_owned()) } else { resolve(file, path) };
    let Some(resolved) = resolved else {
        return Err(format!("the link {target} leads out of the repository; name a file of it"));
    };
    let folder = format!("{resolved}/");
    let is_folder = resolved.is_empty() || known.iter().any(|file| file.starts_with(&folder));
    if !known.contains(resolved.as_str()) && !is_folder {
        return Err(format!("the link {target} leads to {resolved}, which does not exist; correct it"));
    }
    if let (Some(anchor), Some(page)) = (anchor, pages.get(resolved.as_str()))
        && !anchors(page).contains(anchor)
    {
        return Err(format!("the link {target} names no heading of {resolved}; correct it"));
    }
    Ok(())
}

/// The path that a link means, seen from the file that has it.
fn resolve(file: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The relative links of a page, outside of code.
fn links(page: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, text) in prose(page) {
        let text = without_code(text);
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let named = text.strip_prefix('[').and_then(|rest| rest.split_once("]: ")).map(|(_, target)| target.trim());
        for target in inline.chain(named) {
            let target = target.trim_start_matches('<').trim_end_matches('>');
            let elsewhere = target.contains("://") || target.starts_with("mailto:");
            if !elsewhere && !target.is_empty() {
                found.push((line, target.to_owned()));
            }
        }
    }
    found
}

/// The lines outside of fenced code, with their numbers.
fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut fence: Option<&str> = None;
    let mut lines = Vec::new();
    for (index, line) in page.lines().enumerate() {
        let start = line.trim_start();
        let length = start.bytes().take_while(|byte| matches!(byte, b'`' | b'~')).count();
        match fence {
            None if length >= 3 => fence = Some(&start[..length]),
            None => lines.push((index + 1, line)),
            Some(open) if start.starts_with(open) && start.trim_end().len() == length => fence = None,
            Some(_) => {}
        }
    }
    lines
}

/// The line without what stands between backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

/// The anchors of a page's headings, as code hosts make them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for (_, line) in prose(page) {
        let heading = line.trim_start_matches('#');
        if heading.len() == line.len() || !heading.starts_with(' ') {
            continue;
        }
        let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        let slug = kept.collect::<String>().to_lowercase().replace(' ', "-");
        let count = counts.entry(slug.clone()).or_default();
        found.insert(if *count == 0 { slug } else { format!("{slug}-{count}") });
        *count += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pages: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<String> = pages.iter().map(|(file, _)| (*file).to_owned()).collect();
        let text = |file: &str| pages.iter().find(|(known, _)| *known == file).map(|(_, text)| (*text).to_owned());
        violations(&files, &text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_live_link_is_silent_and_a_dead_one_is_named() {
        let target = ("docs/a.md", "# A\n\n## How to: `x`?\n");
        let page = |link: &'static str| words(&[("README.md", link), target, ("src/x.rs", "")]);
        for alive in [
            "[a](docs/a.md) [b](./docs/) [c](src/x.rs)",
            "[a](docs/a.md#how-to-x)",
            "[x](https://example.org/none.md)",
            "`[x](gone.md)`",
            "```text\n[x](gone.md)\n```",
            "# Here\n[x](#here)",
        ] {
            assert_eq!(page(alive), [""; 0], "{alive}");
        }
        assert_eq!(
            page("\n[x](gone.md)"),
            ["README.md:2: the link gone.md leads to gone.md, which does not exist; correct it"]
        );
        assert!(page("[x]: gone.md")[0].contains("does not exist"));
        assert!(page("[x](docs/a.md#b)")[0].contains("names no heading"));
        assert!(page("[x](../other.md)")[0].contains("out of the repository"));
        assert!(page("`code` [x](gone.md) `code`")[0].contains("gone.md"));
    }

    #[test]
    fn links_are_seen_from_their_own_page() {
        assert!(words(&[("docs/a.md", "[r](../README.md)"), ("README.md", "")]).is_empty());
        assert_eq!(words(&[("docs/a.md", "[r](README.md)"), ("README.md", "")]).len(), 1);
    }

    #[test]
    fn equal_headings_are_counted() {
        assert_eq!(anchors("# A\n## A\n### A_b c\n#no\n"), ["a", "a-1", "a_b-c"].map(str::to_owned).into());
    }

    #[test]
    fn a_longer_fence_holds_a_shorter_one() {
        assert_eq!(links("````markdown\n```\n[x](a)\n```\n[y](b)\n````\n[z](c)\n"), [(7, "c".to_owned())]);
    }
}
