//! What does the JSON document of codes say? The contract `privpath/codes/1`.

use super::Tool;
use finding::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name and version of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum CatalogueSchema {
    #[serde(rename = "privpath/codes/1")]
    One,
}

/// What one code means, or all that there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Catalogue {
    /// The schema of this document.
    pub schema: CatalogueSchema,
    /// The program that wrote it.
    pub tool: Tool,
    /// The codes, in the order of the catalogue.
    pub codes: Vec<Entry>,
}

/// A way to fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The code, such as `DNS003`. It never changes.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What is wrong, in one sentence.
    pub summary: String,
    /// What can show it: `configuration`, `measurement`, `both`, `plan`; `symptom` for what something else causes.
    pub judged_by: String,
    /// Whether a check judges it. The silence about one that is not judged says nothing.
    pub judged: bool,
    /// Its page as Markdown, where one code was asked for and a check judges it.
    pub page: Option<String>,
}

impl Catalogue {
    pub(crate) fn of(modes: &[(Mode, Option<&str>)], tool: &crate::Tool<'_>) -> Self {
        let tool = Tool { name: tool.name.to_owned(), version: tool.version.to_owned() };
        let codes = modes.iter().map(|(mode, page)| Entry {
            code: mode.code.to_owned(),
            name: mode.name.to_owned(),
            summary: mode.summary.to_owned(),
            judged_by: mode.judged_by.to_owned(),
            judged: mode.is_built,
            page: page.map(str::to_owned),
        });
        Self { schema: CatalogueSchema::One, tool, codes: codes.collect() }
    }
}
