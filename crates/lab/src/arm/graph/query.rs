//! Which queries does the lab's Resource Graph understand? One table; `where`, `project`, `order by`, `take`, `count`.

use serde_json::{Map, Value, json};
use std::cmp::Ordering;

/// A query, taken apart.
pub(super) struct Query(Vec<Stage>);

enum Stage {
    Where(Vec<Condition>),
    Project(Vec<(String, Column)>),
    Order(Column, bool),
    Take(usize),
    Count,
}

/// A column, or a place inside of one: `properties.x.y`.
struct Column(Vec<String>);

struct Condition {
    column: Column,
    test: Test,
}

enum Test {
    /// Equal to one of these.
    In { values: Vec<String>, any_case: bool, wanted: bool },
    /// Contains this, without case.
    Contains(String),
    /// Begins with this, without case.
    Begins(String),
    /// Is there and not empty, or the contrary.
    Filled(bool),
}

impl Query {
    /// Reads a query; the error says which part the lab does not understand.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = split(text, "|").into_iter();
        let table = parts.next().unwrap_or_default();
        if !table.eq_ignore_ascii_case("resources") {
            return Err(format!("The lab has the table `resources` only, not `{table}`."));
        }
        parts.map(|part| stage(&part)).collect::<Result<_, _>>().map(Self)
    }

    /// The rows that come out.
    pub(super) fn run(&self, mut rows: Vec<Value>) -> Vec<Value> {
        for stage in &self.0 {
            match stage {
                Stage::Where(conditions) => rows.retain(|row| conditions.iter().all(|condition| condition.holds(row))),
                Stage::Project(columns) => rows = rows.iter().map(|row| projected(row, columns)).collect(),
                Stage::Order(column, falls) => rows.sort_by(|one, other| {
                    let order = compared(column.of(one), column.of(other));
                    if *falls { order.reverse() } else { order }
                }),
                Stage::Take(most) => rows.truncate(*most),
                Stage::Count => rows = vec![json!({ "Count": rows.len() })],
            }
        }
        rows
    }
}

fn stage(text: &str) -> Result<Stage, String> {
    let (verb, rest) = text.split_once(char::is_whitespace).map_or((text, ""), |(verb, rest)| (verb, rest.trim()));
    let unknown = || format!("The lab does not understand `{text}`.");
    match verb.to_ascii_lowercase().as_str() {
        "where" => split(rest, " and ").iter().map(|one| condition(one)).collect::<Result<_, _>>().map(Stage::Where),
        "project" => split(rest, ",").iter().map(|one| projection(one)).collect::<Result<_, _>>().map(Stage::Project),
        "order" | "sort" => {
            let rest = rest.strip_prefix("by ").ok_or_else(unknown)?;
            let (name, way) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest, "desc"));
            match way.trim() {
                "asc" => Ok(Stage::Order(Column::parse(name)?, false)),
                "desc" => Ok(Stage::Order(Column::parse(name)?, true)),
                _ => Err(unknown()),
            }
        }
        "take" | "limit" => rest.parse().map(Stage::Take).map_err(|_| unknown()),
        "count" if rest.is_empty() => Ok(Stage::Count),
        _ => Err(unknown()),
    }
}

fn projection(text: &str) -> Result<(String, Column), String> {
    match text.split_once('=') {
        Some((name, column)) => Ok((name.trim().to_owned(), Column::parse(column)?)),
        None => {
            let column = Column::parse(text)?;
            Ok((column.0.join("_"), column))
        }
    }
}

fn condition(text: &str) -> Result<Condition, String> {
    let unknown = || format!("The lab does not understand the condition `{text}`.");
    for (function, wanted) in [("isnotempty(", true), ("isempty(", false)] {
        if let Some(inner) = text.strip_prefix(function).and_then(|rest| rest.strip_suffix(')')) {
            return Ok(Condition { column: Column::parse(inner)?, test: Test::Filled(wanted) });
        }
    }
    let at = |operator: &str| text.find(operator).filter(|at| !text[..*at].contains('\''));
    let operators =
        ["==", "=~", "!=", "!~", " in~ ", " in~(", " in ", " in(", " contains ", " startswith "].into_iter();
    let (operator, at) =
        operators.filter_map(|known| Some((known, at(known)?))).min_by_key(|found| found.1).ok_or_else(unknown)?;
    let column = Column::parse(&text[..at])?;
    let rest = text[at + operator.trim_end_matches('(').len()..].trim();
    let word = operator.trim_matches([' ', '(']);
    let judged = match word {
        "==" | "!=" | "=~" | "!~" => Test::In {
            values: vec![literal(rest).ok_or_else(unknown)?],
            any_case: word.ends_with('~'),
            wanted: !word.starts_with('!'),
        },
        "in" | "in~" => {
            let list = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).ok_or_else(unknown)?;
            let values = split(list, ",").iter().map(|one| literal(one)).collect::<Option<_>>().ok_or_else(unknown)?;
            Test::In { values, any_case: word == "in~", wanted: true }
        }
        "contains" => Test::Contains(literal(rest).ok_or_else(unknown)?.to_lowercase()),
        _ => Test::Begins(literal(rest).ok_or_else(unknown)?.to_lowercase()),
    };
    Ok(Condition { column, test: judged })
}

/// The text of `'x'`, `"x"`, a number or a truth value.
fn literal(text: &str) -> Option<String> {
    let text = text.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return (!inner.contains(quote)).then(|| inner.to_owned());
        }
    }
    let plain = text.parse::<f64>().is_ok() || matches!(text, "true" | "false");
    plain.then(|| text.to_owned())
}

impl Column {
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let inner = ["tostring(", "tolower("].iter().find_map(|f| text.strip_prefix(f)?.strip_suffix(')'));
        let names: Vec<String> = inner.unwrap_or(text).split('.').map(|name| name.trim().to_owned()).collect();
        let plain = |name: &String| {
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_[]-".contains(letter))
        };
        match names.iter().all(plain) {
            true => Ok(Self(names)),
            false => Err(format!("`{text}` names no column.")),
        }
    }

    fn of<'r>(&self, row: &'r Value) -> Option<&'r Value> {
        self.0.iter().try_fold(row, |value, name| match name.split_once('[') {
            None => value.get(name),
            Some((name, index)) => value.get(name)?.get(index.strip_suffix(']')?.parse::<usize>().ok()?),
        })
    }
}

impl Condition {
    fn holds(&self, row: &Value) -> bool {
        let text = self.column.of(row).map(plain).unwrap_or_default();
        match &self.test {
            Test::In { values, any_case: true, wanted } => {
                values.iter().any(|value| value.to_lowercase() == text.to_lowercase()) == *wanted
            }
            Test::In { values, any_case: false, wanted } => values.contains(&text) == *wanted,
            Test::Contains(part) => text.to_lowercase().contains(part),
            Test::Begins(part) => text.to_lowercase().starts_with(part),
            Test::Filled(wanted) => text.is_empty() != *wanted,
        }
    }
}

/// A value as a text, as Resource Graph compares it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn compared(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one.and_then(Value::as_f64), other.and_then(Value::as_f64)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.map(plain).cmp(&other.map(plain)),
    }
}

fn projected(row: &Value, columns: &[(String, Column)]) -> Value {
    let cells = columns.iter().map(|(name, column)| (name.clone(), column.of(row).cloned().unwrap_or(Value::Null)));
    Value::Object(cells.collect::<Map<_, _>>())
}

/// The parts between separators that are in no quotes and no brackets.
fn split(text: &str, separator: &str) -> Vec<String> {
    let (mut parts, mut quote, mut depth, mut start) = (Vec::new(), None, 0_usize, 0);
    let mut skip = 0;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && at >= skip && text[at..].starts_with(separator) => {
                parts.push(text[start..at].trim().to_owned());
                start = at + separator.len();
                skip = start;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim().to_owned());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Value> {
        vec![
            json!({ "id": "/a", "name": "A|x", "type": "m/zones", "properties": { "n": 2, "l": [{ "k": "v" }] } }),
            json!({ "id": "/b", "name": "b", "type": "m/links", "properties": { "n": 10 } }),
        ]
    }

    fn ids(query: &str) -> Vec<String> {
        let rows = Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why}")).run(rows());
        rows.iter().map(|row| plain(row.get("id").unwrap_or(&Value::Null))).collect()
    }

    #[test]
    fn simple_queries() {
        assert_eq!(ids("Resources"), ["/a", "/b"]);
        assert_eq!(ids("resources | where type =~ 'M/ZONES'"), ["/a"]);
        assert_eq!(ids("resources | where type == 'M/ZONES'"), [""; 0]);
        assert_eq!(ids("resources | where type != \"m/zones\" and isnotempty(properties.n)"), ["/b"]);
        assert_eq!(ids("resources | where name == 'A|x' | project id"), ["/a"]);
        assert_eq!(ids("resources | where type in~ ('m/LINKS', 'x') | limit 1"), ["/b"]);
        assert_eq!(ids("resources | where type in ('m/links','m/zones')"), ["/a", "/b"]);
        assert_eq!(ids("resources | where tostring(properties.l[0].k) contains 'V'"), ["/a"]);
        assert_eq!(ids("resources | order by properties.n desc"), ["/b", "/a"]);
        assert_eq!(ids("resources | sort by name asc | take 1"), ["/a"]);
        let counted = Query::parse("resources | count").unwrap().run(rows());
        assert_eq!(counted, [json!({ "Count": 2 })]);
        let projected = Query::parse("resources | project where_ = properties.n, properties.l").unwrap().run(rows());
        assert_eq!(projected[1], json!({ "where_": 10, "properties_l": null }));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for query in [
            "",
            "links",
            "resources | join x",
            "resources | where",
            "resources | where a",
            "resources | where a == b",
            "resources | take x",
            "resources | where a == 'b' or c == 'd'",
            "resources |",
            "resources | order by a b",
            "resources | project a b",
            "resources | where ' == 'x'",
        ] {
            assert!(Query::parse(query).is_err(), "{query}");
        }
    }
}
