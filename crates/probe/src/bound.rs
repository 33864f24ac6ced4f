//! How much of a text from outside is kept?

/// The longest explanation kept from a library or an operating system, in bytes.
pub(crate) const WORDS: usize = 300;

/// The start of `text`, at most `limit` bytes, cut between characters.
pub(crate) fn bounded(text: &str, limit: usize) -> String {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// What an error says, bounded.
pub(crate) fn words(error: &dyn std::fmt::Display) -> String {
    bounded(&error.to_string(), WORDS)
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(bounded("grün", 3), "gr");
        assert_eq!(bounded("grün", 4), "grü");
        assert_eq!(bounded("grün", 99), "grün");
        assert_eq!(bounded("ü", 0), "");
    }
}
