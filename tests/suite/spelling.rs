//! Does an estate survive being written as ARM documents and read back?

use dialect::arm::{Reader, write};
use model::{Body, Resource, Snapshot};
use serde_json::Value;
use std::collections::BTreeMap;

/// Id, region and what we understand of every resource.
fn bodies(snapshot: &Snapshot) -> BTreeMap<String, (Option<String>, Body)> {
    let told = |resource: &Resource| (resource.location.as_deref().map(str::to_owned), resource.body.clone());
    snapshot.iter().map(|resource| (resource.id.key().to_owned(), told(resource))).collect()
}

#[test]
fn every_scenario_means_the_same_in_arm() {
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        for (state, snapshot) in [("healthy", scenario.healthy.clone()), ("broken", scenario.snapshot())] {
            let documents = snapshot.iter().map(|resource| Value::Object(write(resource))).collect();
            let mut reader = Reader::new();
            reader.document(&Value::Array(documents).to_string(), name);
            let reading = reader.finish();
            let problems: Vec<_> = reading.notes.iter().map(|note| &note.text).collect();
            assert!(problems.is_empty(), "{name}, {state}: {problems:?}");
            let read = bodies(&Snapshot::new(reading.resources, reading.coverage));
            let meant = bodies(&snapshot);
            for (id, one) in &meant {
                assert_eq!(read.get(id), Some(one), "{name}, {state}: {id}");
            }
            assert_eq!(read.len(), meant.len(), "{name}, {state}: more was read than written");
        }
    }
}

#[test]
fn writing_what_was_read_changes_nothing() {
    for (name, _) in lab::scenarios() {
        for resource in lab::scenario(name).unwrap().snapshot().iter() {
            let first = Value::Object(write(resource)).to_string();
            let mut reader = Reader::new();
            reader.document(&first, name);
            let reading = reader.finish();
            let own = reading.resources.iter().find(|read| read.id == resource.id).unwrap();
            assert_eq!(Value::Object(write(own)).to_string(), first, "{name}");
        }
    }
}
