//! Which resources does a text hold? A list, a wrapped list, one object a line, or one object.

use super::view::{items, members, text_of};
use model::ResourceId;
use serde_json::value::RawValue;

/// The texts of the resources of one input, each with its JSON pointer.
#[derive(Debug, Default)]
pub(super) struct Contents<'t> {
    /// The resources, in file order.
    pub(super) found: Vec<(String, &'t RawValue)>,
    /// True when the input is a list without entries.
    pub(super) empty_list: bool,
    /// True when the input is one page of several.
    pub(super) more_pages: bool,
}

/// Why a text could not be taken apart.
#[derive(Debug)]
pub(super) struct Broken {
    /// Line, from 1.
    pub(super) line: usize,
    /// Column, from 1.
    pub(super) column: usize,
    /// What the parser says.
    pub(super) words: String,
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        let said = error.to_string();
        // The place is said separately.
        let words = said.split(" at line ").next().unwrap_or_default().to_owned();
        Self { line: error.line(), column: error.column(), words }
    }
}

const WRAPPERS: [&str; 3] = ["value", "data", "resources"];

/// Takes a text apart without reading what the resources say.
pub(super) fn open(text: &str) -> Result<Contents<'_>, Broken> {
    // The usual case, with one pass over the text less.
    if let Some(list) = text.trim_start().starts_with('[').then(|| serde_json::from_str(text).ok()).flatten() {
        let mut contents = Contents::default();
        extend(&mut contents, "", list);
        return Ok(contents);
    }
    let mut documents: Vec<&RawValue> = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<&RawValue>() {
        documents.push(document?);
    }
    let mut contents = Contents::default();
    match documents.as_slice() {
        [one] => add(&mut contents, "", one),
        many => {
            for (position, document) in many.iter().enumerate() {
                add(&mut contents, &format!("/{position}"), document);
            }
            contents.empty_list = false;
        }
    }
    Ok(contents)
}

fn add<'t>(contents: &mut Contents<'t>, pointer: &str, document: &'t RawValue) {
    if let Some(list) = items(document) {
        extend(contents, pointer, list);
        return;
    }
    let Some((wrapper, list, more)) = wrapped(document) else {
        contents.found.push((pointer.to_owned(), document));
        return;
    };
    contents.more_pages |= more;
    extend(contents, &format!("{pointer}/{wrapper}"), list);
}

fn extend<'t>(contents: &mut Contents<'t>, pointer: &str, list: Vec<&'t RawValue>) {
    contents.empty_list = list.is_empty();
    let places = list.into_iter().enumerate();
    contents.found.extend(places.map(|(position, item)| (format!("{pointer}/{position}"), item)));
}

/// The list in a wrapper object, and whether more pages follow. An object with an id of its own
/// is a resource, whatever else it has.
fn wrapped(document: &RawValue) -> Option<(&'static str, Vec<&RawValue>, bool)> {
    let all = members(document)?;
    let member = |wanted: &str| all.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
    let text = |wanted: &str| member(wanted).and_then(text_of).filter(|text| !text.is_empty());
    if text("id").is_some_and(|id| ResourceId::parse(&id).is_some()) {
        return None;
    }
    let (wrapper, list) = WRAPPERS.iter().find_map(|wrapper| {
        let inner = member(wrapper)?;
        // Templates with symbolic names hold their resources in an object.
        let symbolic = || members(inner).filter(|_| *wrapper == "resources");
        let list = items(inner).or_else(|| Some(symbolic()?.into_iter().map(|(_, value)| value).collect()));
        Some((*wrapper, list?))
    })?;
    let more = ["nextLink", "$skipToken", "skipToken"].iter().any(|member| text(member).is_some());
    Some((wrapper, list, more))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<String> {
        open(text).unwrap().found.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn every_wrapping_is_opened() {
        assert_eq!(places(r#"[{"a":1},{"a":2}]"#), ["/0", "/1"]);
        assert_eq!(places(r#"{"value":[{"a":1}]}"#), ["/value/0"]);
        assert_eq!(places(r#"{"data":[{"a":1}],"count":1}"#), ["/data/0"]);
        assert_eq!(places(r#"{"resources":{"one":{"a":1}}}"#), ["/resources/0"]);
        assert_eq!(places("{\"a\":1}\n{\"a\":2}\n\n"), ["/0", "/1"]);
        assert_eq!(places(r#"{"id":"/subscriptions/s/x","value":[1]}"#), [""]);
        assert_eq!(places(r#"{"a":1}"#), [""]);
        assert!(places("").is_empty());
    }

    #[test]
    fn empty_lists_and_further_pages_are_seen() {
        assert!(open("[]").unwrap().empty_list);
        assert!(open(r#"{"value":[]}"#).unwrap().empty_list);
        assert!(!open("").unwrap().empty_list);
        assert!(open(r#"{"value":[],"nextLink":"https://x"}"#).unwrap().more_pages);
        assert!(!open(r#"{"value":[],"nextLink":null}"#).unwrap().more_pages);
    }

    #[test]
    fn a_broken_text_says_where() {
        let broken = open("[\n  {\"a\": }\n]").unwrap_err();
        assert_eq!((broken.line, broken.column), (2, 9));
        assert!(!broken.words.contains("line"));
    }
}
