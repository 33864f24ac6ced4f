//! How well is what we say about Azure known? The rows of `conformance/`, counted by mark.

use crate::repository::Repository;
use anyhow::Result;
use std::collections::BTreeMap;

/// The marks, best first.
const MARKS: [&str; 5] = ["protocol", "documented", "recorded", "inferred", "believed"];

/// Prints a row for each stage, and names what was only inferred or believed.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    println!("{:<10}{}", "", MARKS.map(|mark| format!("{mark:>12}")).concat());
    let mut weak = Vec::new();
    for file in &repository.files()? {
        let Some(stage) = file.strip_prefix("conformance/").and_then(|name| name.strip_suffix(".toml")) else {
            continue;
        };
        let rows = rows(&repository.read(file)?);
        let count = |mark: &str| rows.iter().filter(|(_, own)| own == mark).count();
        println!("{stage:<10}{}", MARKS.map(|mark| format!("{:>12}", count(mark))).concat());
        let doubtful = rows.into_iter().filter(|(_, mark)| mark == "inferred" || mark == "believed");
        weak.extend(doubtful.map(|(fact, mark)| (mark, fact)));
    }
    weak.sort();
    weak.dedup();
    let mut by_mark: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (mark, fact) in weak {
        by_mark.entry(mark).or_default().push(fact);
    }
    for (mark, facts) in by_mark {
        println!("\n{mark}: {}", facts.join(", "));
    }
    Ok(())
}

/// Fact and mark of every row that has both.
fn rows(text: &str) -> Vec<(String, String)> {
    let value = |line: &str, key: &str| {
        line.strip_prefix(key)?
            .trim_start()
            .strip_prefix('=')?
            .trim()
            .strip_prefix('"')?
            .strip_suffix('"')
            .map(str::to_owned)
    };
    let mut rows = Vec::new();
    let mut fact: Option<String> = None;
    for line in text.lines() {
        if line.starts_with("[[") {
            fact = None;
        }
        if let Some(found) = value(line, "fact") {
            fact = Some(found);
        }
        if let Some((fact, mark)) = fact.as_ref().zip(value(line, "mark")) {
            rows.push((fact.clone(), mark));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn rows_have_a_fact_and_a_mark() {
        let text = "[[row]]\nfact = \"a\"\nmark = \"documented\"\n\n[[reply]]\nmark = \"recorded\"\n\n[[row]]\nfact = \"b\"\nmark = \"inferred\"\n";
        let pair = |fact: &str, mark: &str| (fact.to_owned(), mark.to_owned());
        assert_eq!(rows(text), [pair("a", "documented"), pair("b", "inferred")]);
    }
}
