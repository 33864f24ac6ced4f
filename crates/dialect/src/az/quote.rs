//! How is a word written so that a shell reads exactly that word?

use std::fmt::Write as _;

/// The word as it is when no shell reads it otherwise, else quoted.
pub(super) fn word(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/:=@-".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) { text.to_owned() } else { always(text) }
}

/// The word in quotes. Control and invisible characters are spelled out (`$'…'`, which bash, zsh
/// and ksh read), so that a pasted command never steers the terminal.
pub(super) fn always(text: &str) -> String {
    if *text == *model::visible(text) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut quoted = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            ' '..='~' => quoted.push(character),
            other => {
                let mut bytes = [0; 4];
                for byte in other.encode_utf8(&mut bytes).bytes() {
                    // Writing to a text cannot fail.
                    let _ = write!(quoted, "\\x{byte:02x}");
                }
            }
        }
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_words_stay_bare() {
        assert_eq!(word("snet-app"), "snet-app");
        assert_eq!(word("/subscriptions/s"), "/subscriptions/s");
        assert_eq!(word(""), "''");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("$(rm -rf ~)"), "'$(rm -rf ~)'");
        assert_eq!(word("it's"), r"'it'\''s'");
        assert_eq!(word("*"), "'*'");
        assert_eq!(word("a\nb"), r"$'a\x0ab'");
        assert_eq!(word("\u{202e}'"), r"$'\xe2\x80\xae\''");
    }
}
