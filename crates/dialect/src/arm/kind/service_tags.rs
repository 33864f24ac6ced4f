//! How does Azure publish what service tags hold? `az network list-service-tags` and the weekly file are alike.
//!
//! Some 3,000 tags hold 100,000 prefixes: the text is read into borrowed types, never into a tree.

use crate::arm::document::{Object, properties, set};
use crate::arm::view::View;
use ipnet::IpNet;
use model::ResourceId;
use model::resource::ServiceTags;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;

#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

#[derive(Deserialize)]
struct Tag<'t> {
    #[serde(borrow)]
    name: Text<'t>,
    #[serde(borrow)]
    properties: Option<Held<'t>>,
    #[serde(borrow, default, rename = "addressPrefixes")]
    hoisted: Vec<Text<'t>>,
}

#[derive(Deserialize)]
struct Held<'t> {
    #[serde(borrow, default, rename = "addressPrefixes")]
    prefixes: Vec<Text<'t>>,
}

/// The id of a list: one for each cloud, whoever asked for it. `None` for a document that is no such list.
pub(in crate::arm) fn id_of(document: &View<'_>) -> Option<ResourceId> {
    let inner = document.properties();
    if !["values", "cloud", "changeNumber"].iter().all(|member| inner.has(member)) {
        return None;
    }
    let cloud = inner.raw("cloud").and_then(crate::arm::view::text_of)?.to_ascii_lowercase();
    let plain = !cloud.is_empty() && cloud.chars().all(|letter| letter.is_ascii_alphanumeric());
    plain.then(|| ResourceId::parse(&format!("/providers/Microsoft.Network/serviceTags/{cloud}"))).flatten()
}

/// `None` when the tags cannot be read. A tag with a prefix that is none is left out: what it holds is not known.
pub(super) fn read(view: &View<'_>) -> Option<ServiceTags> {
    let raw = view.raw("values")?;
    let Ok(tags) = serde_json::from_str::<Vec<Tag<'_>>>(raw.get()) else {
        return view.wrong("values", "a list of service tags");
    };
    let read = tags.iter().filter_map(|tag| {
        let texts = tag.properties.as_ref().map_or(&tag.hoisted, |held| &held.prefixes);
        let prefixes: Option<Vec<IpNet>> = texts.iter().map(|Text(text)| text.parse().ok()).collect();
        Some((&*tag.name.0, prefixes?))
    });
    Some(ServiceTags::new(view.parsed("changeNumber", "a number"), read))
}

pub(super) fn write(list: &ServiceTags, id: &ResourceId, document: &mut Object) {
    let value = |(name, ranges): (&str, &model::resource::AddressRanges)| {
        let prefixes: Vec<String> = ranges.prefixes().map(|prefix| prefix.to_string()).collect();
        json!({ "name": name, "id": name, "properties": { "addressPrefixes": prefixes } })
    };
    let inner = properties(document);
    set(inner, "cloud", Some(id.name().into()));
    set(inner, "changeNumber", list.change_number.map(|number| Value::from(number.to_string())));
    set(inner, "values", Some(list.iter().map(value).collect()));
}
