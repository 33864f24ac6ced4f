//! Which snapshot folder does a test hand to the binary? The article's estate, changed as it says.

use crate::world::word;
use dialect::arm;
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;

/// What ARM gives inside of its parent's document.
const NESTED: [(&str, &str); 4] = [
    ("Microsoft.Network/virtualNetworks", "subnets"),
    ("Microsoft.Network/virtualNetworks", "virtualNetworkPeerings"),
    ("Microsoft.Network/networkSecurityGroups", "securityRules"),
    ("Microsoft.CognitiveServices/accounts", "privateEndpointConnections"),
];

/// Documents of an estate, to be changed and then written.
pub(crate) struct Documents(pub(crate) Vec<Value>);

/// A folder with documents in it, that vanishes.
pub(crate) struct Folder(TempDir);

impl Documents {
    /// The estate of a scenario in ARM's spelling.
    pub(crate) fn of(scenario: &str) -> Self {
        let snapshot = lab::scenario(scenario).unwrap().snapshot();
        let mut documents: Vec<Value> = snapshot.iter().map(|resource| Value::Object(arm::write(resource))).collect();
        for (parent, member) in NESTED {
            nest(&mut documents, parent, member);
        }
        let table = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-networking\
                     /providers/Microsoft.Network/routeTables/rt-unused";
        documents.push(json!({"id": table, "name": "rt-unused", "type": "Microsoft.Network/routeTables",
            "location": "eastus", "properties": {"routes": []}}));
        Self(documents)
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
        let of_type =
            |document: &Value| document["type"].as_str().is_some_and(|known| known.eq_ignore_ascii_case(resource_type));
        let before = self.0.len();
        self.0.retain(|document| !of_type(document));
        assert!(self.0.len() < before, "no {resource_type} to leave out");
        self
    }

    /// The same with a text in place of another, everywhere.
    pub(crate) fn renamed(self, old: &str, new: &str) -> Self {
        let text = Value::Array(self.0).to_string();
        assert!(text.contains(old), "nothing is called {old}");
        let quoted = Value::from(new).to_string();
        let new = &quoted[1..quoted.len() - 1];
        let Value::Array(documents) = serde_json::from_str(&text.replace(old, new)).unwrap() else {
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

/// Moves the children of each parent into it.
fn nest(documents: &mut Vec<Value>, parent: &str, member: &str) {
    let is =
        |document: &Value, wanted: &str| document["type"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(wanted));
    let child = format!("{parent}/{member}");
    let (children, mut others): (Vec<Value>, Vec<Value>) =
        documents.drain(..).partition(|document| is(document, &child));
    for document in others.iter_mut().filter(|document| is(document, parent)) {
        let prefix = format!("{}/", document["id"].as_str().unwrap());
        let own = children.iter().filter(|child| child["id"].as_str().unwrap().starts_with(&prefix)).cloned();
        document["properties"][member] = own.collect();
    }
    *documents = others;
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
