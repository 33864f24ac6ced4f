//! Which snapshot folder does a test hand to the binary? The article's estate, changed as it says.

use crate::world::word;
use dialect::arm;
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

/// Documents of an estate, to be changed and then written.
pub(crate) struct Documents(pub(crate) Vec<Value>);

/// A folder with documents in it, that vanishes.
pub(crate) struct Folder(TempDir);

impl Documents {
    /// The estate of a scenario in ARM's spelling.
    pub(crate) fn of(scenario: &str) -> Self {
        let snapshot = lab::scenario(scenario).unwrap().snapshot();
        Self(snapshot.iter().map(|resource| Value::Object(arm::write(resource))).collect())
    }

    /// The document of the resource with this name and type.
    pub(crate) fn named(&mut self, resource_type: &str, name: &str) -> &mut Value {
        let wanted = |document: &&mut Value| {
            let text = |member: &str| document[member].as_str().unwrap_or_default().to_owned();
            text("type").eq_ignore_ascii_case(resource_type) && text("name").eq_ignore_ascii_case(name)
        };
        self.0.iter_mut().find(wanted).unwrap_or_else(|| panic!("no {resource_type} {name}"))
    }

    /// The same without any resource of a type.
    pub(crate) fn without(mut self, resource_type: &str) -> Self {
        let of_type = |document: &Value| {
            document["type"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(resource_type))
        };
        let before = self.0.len();
        self.0.retain(|document| !of_type(document));
        assert!(self.0.len() < before, "no {resource_type} to leave out");
        self
    }

    /// The same with a text in place of another, everywhere.
    pub(crate) fn renamed(self, old: &str, new: &str) -> Self {
        let text = Value::Array(self.0).to_string();
        assert!(text.contains(old), "nothing is called {old}");
        let new = Value::from(new).to_string();
        let Value::Array(documents) = serde_json::from_str(&text.replace(old, new.trim_matches('"'))).unwrap() else {
            panic!("an array stays one");
        };
        Self(documents)
    }

    /// A folder with one file for each resource.
    pub(crate) fn folder(&self) -> Folder {
        let folder = Folder::empty();
        for (number, document) in self.0.iter().enumerate() {
            folder.put(&format!("resource-{number:03}.json"), document.to_string().as_bytes());
        }
        folder
    }
}

impl Folder {
    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Writes a file, in a folder of its own if the name says so.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// As a word of a command line.
    pub(crate) fn word(&self) -> &str {
        word(self.0.path())
    }
}
