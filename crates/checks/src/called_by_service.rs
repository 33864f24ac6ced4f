//! Does what is called let a service of Azure in that comes publicly, and how is that said? Shared by the checks of
//! services that call by themselves.

use model::{Because, Decided, Known, ResourceId, Snapshot};
use path::access::{self, Admission};

/// What a called resource does with the calls of a service.
pub(crate) struct Called(Decided<Admission>);

impl Called {
    /// What a resource does with the public calls of a service.
    pub(crate) fn of(snapshot: &Snapshot, caller: &ResourceId, target: &ResourceId) -> Self {
        Self(access::by_service(snapshot, caller, target))
    }

    /// True when it is known to let them in.
    pub(crate) fn is_let_in(&self) -> bool {
        self.0.outcome.is(&Admission::Open)
    }

    /// The property that refuses them; `None` when nothing is known to.
    pub(crate) fn refused_by(&self) -> Option<&'static str> {
        match &self.0.outcome {
            Known::Value(Admission::Refused { property, .. }) => Some(property),
            _ => None,
        }
    }

    /// Why.
    pub(crate) fn because(&self) -> &Because {
        &self.0.because
    }
}

/// A name or an id as a word of a command; a stand-in for what a shell would not take as one word.
pub(crate) fn command_word(text: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if !text.is_empty() && !text.starts_with('-') && text.bytes().all(plain) { text } else { "NAME" }
}

#[cfg(test)]
mod tests {
    use super::command_word;

    #[test]
    fn a_word_of_a_command_is_one_word() {
        assert_eq!(command_word("/subscriptions/s/x_1.y-z"), "/subscriptions/s/x_1.y-z");
        for text in ["", "a b", "$(reboot)", "a;b", "-x", "a'b", "ä"] {
            assert_eq!(command_word(text), "NAME", "{text}");
        }
    }
}
