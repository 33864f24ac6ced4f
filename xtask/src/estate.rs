//! What does a large estate look like? Made up, healthy, the same at every run, and as long as asked.
//!
//! The estate grows by cells: a hub and twenty spokes, each with an AI account behind a private
//! endpoint, machines and a web app that call it. Half of the endpoints are in the hub, half in
//! their own spoke. Every network is linked to the central zones that it needs.

mod account;
mod address;
mod network;
mod workload;

use address::Place;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The only subscription of the estate.
const SUBSCRIPTION: &str = "/subscriptions/00000000-0000-0000-0000-000000000001";

/// The region of everything that has one.
const REGION: &str = "eastus";

/// The largest estate that the address plan has room for.
const LIMIT: usize = 400_000;

/// The zones that an account of kind `OpenAI` needs.
const SUFFIXES: [&str; 3] = ["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"];

/// One collection for each type, as the list calls of ARM give them.
#[derive(Debug, Default)]
struct Estate {
    collections: BTreeMap<&'static str, Vec<Value>>,
    count: usize,
}

impl Estate {
    /// Adds a resource to the collection of its type.
    fn add(&mut self, collection: &'static str, document: Value) {
        self.collections.entry(collection).or_default().push(document);
        self.count += 1;
    }
}

/// Writes an estate of about `count` resources into a folder, one file for each type.
pub(crate) fn run(count: &str, folder: &Path) -> Result<()> {
    let wanted: usize = count.parse().with_context(|| format!("`{count}` is no number of resources"))?;
    let written = write(wanted, folder)?;
    println!("wrote {written} resources to {}", folder.display());
    Ok(())
}

/// Writes the estate and says how many resources it has.
pub(crate) fn write(wanted: usize, folder: &Path) -> Result<usize> {
    let estate = build(wanted)?;
    std::fs::create_dir_all(folder).with_context(|| format!("creating the folder {}", folder.display()))?;
    for (name, documents) in &estate.collections {
        let path = folder.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&json!({ "value": documents })).context("writing JSON")?;
        std::fs::write(&path, text + "\n").with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(estate.count)
}

fn build(wanted: usize) -> Result<Estate> {
    ensure!((1..=LIMIT).contains(&wanted), "an estate has 1 to {LIMIT} resources, not {wanted}");
    let mut estate = Estate::default();
    // An empty collection says that there is none, which differs from not having looked.
    estate.collections.insert("routeTables", Vec::new());
    let mut spokes = Vec::new();
    let mut number = 0;
    while estate.count + network::pending(&spokes) < wanted {
        let place = Place::of(number);
        workload::add(&mut estate, &place);
        account::add(&mut estate, &place);
        network::add_spoke(&mut estate, &place);
        spokes.push(place);
        number += 1;
    }
    network::add_hubs_and_zones(&mut estate, &spokes);
    for documents in estate.collections.values_mut() {
        documents.sort_by(|left, right| left["id"].as_str().cmp(&right["id"].as_str()));
    }
    Ok(estate)
}

/// The envelope that every ARM resource has.
fn resource(id: &str, kind: &str, location: &str, properties: &Value) -> Value {
    let name = id.rsplit('/').next().unwrap_or(id);
    let mut document = json!({ "id": id, "name": name, "type": kind, "properties": properties });
    if !location.is_empty() {
        document["location"] = json!(location);
    }
    document
}

/// The id of a resource.
fn id(group: &str, kind: &str, name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}")
}

/// A unique id that is the same at every run.
fn guid(family: u16, number: usize) -> String {
    format!("00000000-0000-{family:04x}-0000-{number:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn ids(estate: &Estate) -> BTreeSet<&str> {
        estate.collections.values().flatten().map(|document| document["id"].as_str().unwrap()).collect()
    }

    /// The ids of all documents, nested ones too: what has an id and a name is one.
    fn define(value: &Value, known: &mut BTreeSet<String>) {
        if let (Some(id), Some(_)) = (value["id"].as_str(), value["name"].as_str()) {
            known.insert(id.to_owned());
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| define(item, known)),
            Value::Object(fields) => fields.values().for_each(|field| define(field, known)),
            _ => {}
        }
    }

    #[test]
    fn the_count_is_about_what_was_asked_and_no_id_is_used_twice() {
        for wanted in [1, 100, 3_000, 30_000] {
            let estate = build(wanted).unwrap();
            assert!(estate.count >= wanted && estate.count <= wanted + 60, "{wanted}: {}", estate.count);
            assert_eq!(ids(&estate).len(), estate.count);
        }
        assert!(build(0).is_err());
        assert!(build(LIMIT + 1).is_err());
    }

    #[test]
    fn it_is_the_same_at_every_run() {
        assert_eq!(build(500).unwrap().collections, build(500).unwrap().collections);
    }

    #[test]
    fn every_id_that_is_mentioned_exists() {
        let estate = build(2_000).unwrap();
        let all = serde_json::to_value(&estate.collections).unwrap();
        let mut known = BTreeSet::new();
        define(&all, &mut known);
        let text = all.to_string();
        for mentioned in text.split('"').filter(|word| word.starts_with("/subscriptions/")) {
            assert!(known.contains(mentioned), "{mentioned} is mentioned and does not exist");
        }
    }

    #[test]
    fn zones_count_what_they_hold() {
        let estate = build(3_000).unwrap();
        for zone in &estate.collections["privateDnsZones"] {
            let inside = format!("{}/", zone["id"].as_str().unwrap());
            let held = |collection: &str| {
                estate.collections[collection]
                    .iter()
                    .filter(|child| child["id"].as_str().unwrap().starts_with(&inside))
                    .count()
            };
            assert_eq!(zone["properties"]["numberOfRecordSets"], held("ALL"));
            assert_eq!(zone["properties"]["numberOfVirtualNetworkLinks"], held("virtualNetworkLinks"));
        }
    }

    #[test]
    fn the_files_are_lists_of_arm() {
        let scratch = crate::scratch::Scratch::new("estate-test").unwrap();
        let count = write(200, scratch.path()).unwrap();
        let mut read = 0;
        for entry in std::fs::read_dir(scratch.path()).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let list: Value = serde_json::from_str(&text).unwrap();
            read += list["value"].as_array().unwrap().len();
        }
        assert_eq!(read, count);
    }
}
