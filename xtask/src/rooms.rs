//! Which rooms are there, and which rooms may each of them import?
//!
//! The table is the one of the design; `cargo metadata` says what the packages really import. Tests
//! of a room keep to the table too: a test that needs a higher room lives in `tests/`.

use crate::repository::{Repository, printed};
use anyhow::{Context, Result};
use serde::Deserialize;

const EVERY_ROOM: &[&str] = &[
    "model", "dialect", "fabric", "azure", "probe", "path", "gather", "lab", "finding", "checks", "report", "diagnose",
    "fix", "watch", "cli",
];

/// The rooms in reading order, with what each may import.
pub(crate) const TABLE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("dialect", &["model"]),
    ("fabric", &["model"]),
    ("azure", &["model"]),
    ("probe", &["model"]),
    ("path", &["model", "fabric"]),
    ("gather", &["model", "dialect", "azure"]),
    ("lab", &["model", "dialect"]),
    ("finding", &["model", "path"]),
    ("checks", &["model", "path", "finding"]),
    ("report", &["model", "path", "finding"]),
    ("diagnose", &["model", "gather", "probe", "path", "finding", "checks"]),
    ("fix", &["model", "path", "finding", "checks", "dialect"]),
    ("watch", &["model", "diagnose", "finding"]),
    ("cli", EVERY_ROOM),
    ("suite", EVERY_ROOM),
    ("xtask", &[]),
];

/// The rooms that are computation alone, so that they cannot wait, connect or be cancelled.
const PURE: &[&str] = &["model", "dialect", "fabric", "path", "finding", "checks", "report", "fix"];

/// The dependencies that reach the outside world.
const REACHING_OUT: &[&str] =
    &["tokio", "tokio-rustls", "rustls", "rustls-native-certs", "hyper", "hyper-util", "hickory-proto", "resolv-conf"];

/// A package of the workspace, as far as we look.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// The line under `description`.
    pub(crate) description: Option<String>,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// Where a package of this workspace is; absent for a published crate.
    path: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

impl Package {
    /// True when it has a binary of this name.
    pub(crate) fn has_binary(&self, name: &str) -> bool {
        self.targets.iter().any(|target| target.name == name && target.kind.iter().any(|kind| kind == "bin"))
    }
}

/// The packages of the workspace.
pub(crate) fn packages(repository: &Repository) -> Result<Vec<Package>> {
    let text = printed(repository.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Vec<Package>> {
    let metadata: Metadata = serde_json::from_str(text).context("reading what `cargo metadata` printed")?;
    Ok(metadata.packages)
}

/// The imports that the table does not allow, as `importer` and words.
pub(crate) fn violations(packages: &[Package]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for package in packages {
        let Some((_, allowed)) = TABLE.iter().find(|(room, _)| *room == package.name) else {
            let words = "this room is not in the table of rooms; add it to xtask/src/rooms.rs and ARCHITECTURE.md";
            found.push((package.name.clone(), words.to_owned()));
            continue;
        };
        for dependency in &package.dependencies {
            if PURE.contains(&package.name.as_str()) && REACHING_OUT.contains(&dependency.name.as_str()) {
                let words = format!(
                    "{} is computation alone and may not import {}; hand the value in from a room that owns it",
                    package.name, dependency.name
                );
                found.push((package.name.clone(), words));
            }
        }
        for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
            if !allowed.contains(&dependency.name.as_str()) && dependency.name != package.name {
                let words = format!(
                    "{} may not import {} (allowed: {}); move the code, or the test to tests/",
                    package.name,
                    dependency.name,
                    if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(" ") }
                );
                found.push((package.name.clone(), words));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(name: &str, imports: &[&str]) -> Vec<Package> {
        let dependencies: Vec<String> =
            imports.iter().map(|import| format!(r#"{{"name":"{import}","path":"somewhere","kind":"dev"}}"#)).collect();
        let text = format!(
            r#"{{"packages":[{{"name":"{name}","dependencies":[{{"name":"serde"}}{}{}],
            "targets":[{{"name":"generate","kind":["bin"]}}]}}]}}"#,
            if imports.is_empty() { "" } else { "," },
            dependencies.join(",")
        );
        parse(&text).unwrap()
    }

    #[test]
    fn a_room_that_imports_upwards_is_found() {
        assert_eq!(violations(&workspace("lab", &["model", "dialect"])), []);
        let found = violations(&workspace("lab", &["model", "fabric"]));
        assert_eq!(found.len(), 1);
        assert!(found[0].1.starts_with("lab may not import fabric (allowed: model dialect)"));
        assert!(violations(&workspace("model", &["path"]))[0].1.contains("allowed: nothing"));
    }

    #[test]
    fn a_room_outside_of_the_table_is_found() {
        assert!(violations(&workspace("attic", &[]))[0].1.contains("not in the table"));
    }

    #[test]
    fn a_pure_room_that_reaches_out_is_found() {
        assert_eq!(
            violations(&workspace("path", &["tokio"]))[0].1,
            "path is computation alone and may not import tokio; hand the value in from a room that owns it"
        );
    }

    #[test]
    fn the_table_has_no_circle() {
        for (index, (room, allowed)) in
            TABLE.iter().enumerate().filter(|(_, (room, _))| !matches!(*room, "cli" | "suite"))
        {
            let earlier: Vec<&str> = TABLE[..index].iter().map(|(room, _)| *room).collect();
            assert!(allowed.iter().all(|import| earlier.contains(import)), "{room} imports a later room");
        }
    }

    #[test]
    fn binaries_are_told_from_libraries() {
        let packages = workspace("suite", &[]);
        assert!(packages[0].has_binary("generate"));
        assert!(!packages[0].has_binary("pages"));
    }
}
