//! What does the owner of an estate state about it: which calls should go which way, and which findings are accepted?

use crate::Expect;

/// What the owner states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    /// Calls that should go a certain way.
    pub claims: Vec<Claim>,
    /// Findings that are accepted.
    pub suppressions: Vec<Suppression>,
}

/// Many pairs of caller and called that should go one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The vantages: their short form, such as `vm/app`, or the resource id.
    pub from: Pattern,
    /// What they call.
    pub to: Called,
    /// By which way it should go.
    pub expect: Expect,
    /// The line that states it, from 1.
    pub line: usize,
}

/// What a claim says is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// One host.
    Target(crate::Target),
    /// The accounts whose name or resource id matches.
    Accounts(Pattern),
}

/// A finding that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The code of the finding.
    pub code: String,
    /// One of its resources, by name or id.
    pub resource: Pattern,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is accepted, as `2026-12-31`; `None` for no end.
    pub expires: Option<String>,
    /// The line that states it, from 1.
    pub line: usize,
}

/// A text in which `*` stands for any characters, also none, and `?` for one. Case does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern; `None` when it is empty.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The pattern, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
        let text: Vec<char> = text.to_ascii_lowercase().chars().collect();
        let (mut at, mut read) = (0, 0);
        // Where the last star stands, and how far the text was read then.
        let mut star: Option<(usize, usize)> = None;
        while read < text.len() {
            match pattern.get(at) {
                Some('*') => {
                    star = Some((at, read));
                    at += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == text[read] => {
                    at += 1;
                    read += 1;
                }
                _ => match &mut star {
                    Some((stands, taken)) => {
                        *taken += 1;
                        (at, read) = (*stands + 1, *taken);
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|rest| *rest == '*')
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match_whole_texts() {
        let matches = |pattern: &str, text: &str| Pattern::new(pattern).unwrap().matches(text);
        assert!(matches("app/*", "app/your-app-service"));
        assert!(matches("*", ""));
        assert!(matches("APP/?", "app/x"));
        assert!(matches("*/subnets/*-app", "/a/b/subnets/snet-app"));
        assert!(matches("a*b*c", "a--b-b--c"));
        assert!(!matches("app/*", "vm/app/x"));
        assert!(!matches("app", "app1"));
        assert!(!matches("a*b", "a-b-c"));
        assert!(!matches("?", ""));
        assert_eq!(Pattern::new("  "), None);
    }
}
