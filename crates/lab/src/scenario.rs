//! Which scenarios are built in, and what does one say?

use crate::LabError;
use crate::scenarios::SCENARIOS;
use dialect::scenario::Scenario;

/// Name and text of every built-in scenario, by name.
pub fn scenarios() -> &'static [(&'static str, &'static str)] {
    SCENARIOS
}

/// The built-in scenario of a name.
pub fn scenario(name: &str) -> Result<Scenario, LabError> {
    let text = text_of(name).ok_or_else(|| {
        let known: Vec<&str> = SCENARIOS.iter().map(|(known, _)| *known).collect();
        LabError::UnknownScenario { name: model::visible(name).into_owned(), known: known.join(", ") }
    })?;
    Scenario::parse(name, text, &|base| text_of(base).map(str::to_owned))
        .map_err(|why| LabError::Scenario { name: name.to_owned(), words: why.to_string() })
}

fn text_of(name: &str) -> Option<&'static str> {
    SCENARIOS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_can_be_read() {
        for (name, _) in scenarios() {
            let scenario = scenario(name).unwrap();
            assert_eq!(scenario.name, *name);
        }
        assert!(scenarios().is_sorted());
    }

    #[test]
    fn an_unknown_name_lists_the_known() {
        let error = scenario("no-such").unwrap_err().to_string();
        assert!(error.contains("`no-such`") && error.contains("healthy"), "{error}");
    }
}
