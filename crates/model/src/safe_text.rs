//! How is text from the wire or from names shown without letting it steer a terminal?

use std::borrow::Cow;

/// The text with every control character, bidirectional override and invisible format character
/// written as an escape (`\x1b`, `\u{202e}`), so that nothing remote can move the cursor, colour
/// the screen or reorder a line.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if harmless(character) {
            shown.push(character);
        } else {
            shown.push_str(&escape(character as u32));
        }
    }
    Cow::Owned(shown)
}

fn escape(code: u32) -> String {
    if code < 0x100 { format!("\\x{code:02x}") } else { format!("\\u{{{code:x}}}") }
}

fn harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn escapes_become_text() {
        assert_eq!(visible("plain – text"), "plain – text");
        assert_eq!(visible("\u{1b}[31mred"), "\\x1b[31mred");
        assert_eq!(visible("a\u{9b}b\nc"), "a\\x9bb\\x0ac");
        assert_eq!(visible("evil\u{202e}txt"), "evil\\u{202e}txt");
    }
}
