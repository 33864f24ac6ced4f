//! What does the JSON document say of the pairs that nobody stated anything about?

use super::Outcome;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Every place against everything that has a private endpoint. What fares alike is told together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Matrix {
    /// Groups of places that fare alike with every target.
    pub sources: Vec<Sources>,
    /// Groups of names that every source fares alike with, each in order of its resources.
    pub targets: Vec<Vec<String>>,
    /// One for each pair of groups.
    pub cells: Vec<Cell>,
    /// Names that were not walked, because there are too many. Absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Places that fare alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    /// The id of the one that was walked for all of them; null for a place outside of Azure.
    pub resource: Option<String>,
    /// All of them in the short form of the command line, the one that was walked first.
    pub places: Vec<String>,
}

/// What becomes of a call from each place of one group to each name of another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cell {
    /// The group of places, as an index into `sources`.
    pub from: usize,
    /// The group of names, as an index into `targets`.
    pub to: usize,
    /// What configuration says.
    pub outcome: Outcome,
}

impl From<&path::matrix::Matrix> for Matrix {
    fn from(matrix: &path::matrix::Matrix) -> Self {
        let names = |names: &[model::DnsName]| names.iter().map(ToString::to_string).collect();
        let sources = matrix.sources.iter().map(|places| Sources {
            resource: places.first().and_then(model::Vantage::resource).map(ToString::to_string),
            places: places.iter().map(ToString::to_string).collect(),
        });
        let cells = matrix.cells.iter();
        Self {
            sources: sources.collect(),
            targets: matrix.targets.iter().map(|group| names(group)).collect(),
            cells: cells.map(|cell| Cell { from: cell.from, to: cell.to, outcome: (&cell.outcome).into() }).collect(),
            left_out: names(&matrix.left_out),
        }
    }
}
