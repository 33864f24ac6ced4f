//! How is a diagnosis told to a program? One JSON document with a schema.
//!
//! Values are told exactly. What could steer a terminal or reorder a line (control characters,
//! bidirectional overrides, invisible characters) is written as a JSON escape, so the text of the
//! document is harmless and its values are still what was read.

use crate::Tool;
use crate::document::{Catalogue, Document, ErrorReport, Explanation, Report};
use finding::{Diagnosis, Mode};
use model::visible;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use std::fmt::Write as _;

/// The report of a diagnosis: pretty JSON, schema `privpath/report/1`.
pub fn json(diagnosis: &Diagnosis, tool: &Tool<'_>) -> String {
    written(&Report::of(diagnosis, tool))
}

/// What a pasted text can mean: pretty JSON, schema `privpath/explanation/1`.
pub fn explanation_json(explanation: &finding::Explanation, tool: &Tool<'_>) -> String {
    written(&Explanation::of(explanation, tool))
}

/// What codes mean, with the page of each that is to be shown whole: pretty JSON, schema
/// `privpath/codes/1`.
pub fn codes_json(modes: &[(Mode, Option<&str>)], tool: &Tool<'_>) -> String {
    written(&Catalogue::of(modes, tool))
}

/// The document of a failure of the tool itself (exit 2): what failed, why, and what to do next.
/// It has the schema `privpath/error/1`.
pub fn error_json(message: &str, causes: &[String], hint: Option<&str>, tool: &Tool<'_>) -> String {
    written(&ErrorReport::of(message, causes, hint, tool))
}

/// The JSON schema (draft 2020-12) of every document that this room writes.
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    written(&generator.into_root_schema_for::<Document>())
}

fn written(document: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(document)
        .expect("a document of texts, numbers and lists with text keys can always be written");
    let mut harmless = String::with_capacity(text.len() + 1);
    // The only control characters of pretty JSON outside of texts are its line ends.
    for character in text.chars() {
        let mut bytes = [0; 4];
        if character == '\n' || visible(character.encode_utf8(&mut bytes)).len() == character.len_utf8() {
            harmless.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a text cannot fail.
                let _ = write!(harmless, "\\u{unit:04x}");
            }
        }
    }
    harmless.push('\n');
    harmless
}
