//! How does a good input become a bad one?
//!
//! Bytes are flipped, cut, doubled and replaced by pieces of other inputs. Where the form is known a
//! change keeps it, so that it is met behind the first parser: lines stay lines, and in JSON whole
//! values change places, go missing, take another type or an extreme value.

use super::LONGEST;
use fastrand::Rng;
use serde_json::Value;

/// A way to change inputs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mutation {
    /// Any bytes anywhere.
    Bytes,
    /// Mostly whole lines and words.
    Lines,
    /// Values of JSON documents; the result is always JSON.
    Json,
}

/// Pieces of the good inputs, and values that readers stumble over.
#[derive(Debug)]
pub(super) struct Dictionary {
    words: Vec<Vec<u8>>,
    values: Vec<Value>,
}

/// Values that readers stumble over.
const EXTREMES: [&str; 20] = [
    "",
    " ",
    "\0",
    "/",
    "//",
    "*",
    "-1",
    "0",
    "65535",
    "65536",
    "18446744073709551616",
    "0.0.0.0/0",
    "10.0.0.0/33",
    "::/0",
    "10.1.2.4",
    "\u{1b}[31mred",
    "\u{202e}txet",
    "İ",
    "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a",
    "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/virtualNetworks/z",
];

/// The most values of the good inputs that are kept.
const MOST_VALUES: usize = 4000;

impl Dictionary {
    /// The pieces of these inputs.
    pub(super) fn of(seeds: &[Vec<u8>]) -> Self {
        let mut words: Vec<Vec<u8>> = seeds
            .iter()
            .flat_map(|seed| seed.split(|byte| !(byte.is_ascii_alphanumeric() || b"./-_:".contains(byte))))
            .filter(|word| !word.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        words.sort();
        words.dedup();
        words.extend(EXTREMES.map(|text| text.as_bytes().to_vec()));
        let mut values = Vec::new();
        for document in seeds.iter().filter_map(|seed| serde_json::from_slice::<Value>(seed).ok()) {
            collect(&document, &mut values);
        }
        values.extend(EXTREMES.map(Value::from));
        values.extend([Value::Null, Value::from(true), Value::from(f64::MAX), Value::from(Vec::<Value>::new())]);
        Self { words, values }
    }
}

fn collect(value: &Value, values: &mut Vec<Value>) {
    if values.len() >= MOST_VALUES {
        return;
    }
    values.push(value.clone());
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        Value::Object(fields) => fields.values().for_each(|item| collect(item, values)),
        _ => {}
    }
}

impl Mutation {
    /// Another input, from one of the good ones.
    pub(super) fn apply(self, seeds: &[Vec<u8>], dictionary: &Dictionary, rng: &mut Rng) -> Vec<u8> {
        let Some(mut input) = rng.choice(seeds).cloned() else { return Vec::new() };
        if let (Self::Json, Ok(document)) = (self, serde_json::from_slice::<Value>(&input)) {
            return json(document, dictionary, rng);
        }
        for _ in 0..=rng.usize(0..6) {
            match self {
                Self::Lines if rng.u8(0..4) > 0 => lines(&mut input, seeds, dictionary, rng),
                _ => bytes(&mut input, seeds, dictionary, rng),
            }
        }
        input.truncate(LONGEST);
        input
    }
}

fn bytes(input: &mut Vec<u8>, seeds: &[Vec<u8>], dictionary: &Dictionary, rng: &mut Rng) {
    let (from, to) = range(input.len(), rng);
    match rng.u8(0..7) {
        0 => input.truncate(from),
        1 => drop(input.drain(from..to)),
        2 => {
            let piece = input[from..to].to_vec();
            input.splice(to..to, piece);
        }
        3 => {
            if let Some(byte) = input.get_mut(from) {
                *byte ^= 1 << rng.u8(0..8);
            }
        }
        4 => {
            if let Some(byte) = input.get_mut(from) {
                *byte = rng.u8(..);
            }
        }
        5 => {
            let word = rng.choice(&dictionary.words).cloned().unwrap_or_default();
            input.splice(from..to.min(from + word.len()), word);
        }
        _ => {
            let other = rng.choice(seeds).cloned().unwrap_or_default();
            let (start, end) = range(other.len(), rng);
            input.splice(from..to, other[start..end].iter().copied());
        }
    }
}

/// A range, mostly a short one.
fn range(length: usize, rng: &mut Rng) -> (usize, usize) {
    let from = rng.usize(0..=length);
    let most = if rng.u8(0..4) == 0 { length } else { length.min(from + 16) };
    (from, rng.usize(from..=most.max(from)))
}

fn lines(input: &mut Vec<u8>, seeds: &[Vec<u8>], dictionary: &Dictionary, rng: &mut Rng) {
    let mut lines: Vec<Vec<u8>> = input.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = rng.usize(0..lines.len());
    match rng.u8(0..5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => {
            let other = rng.usize(0..lines.len());
            lines.swap(at, other);
        }
        3 => {
            let other = rng.choice(seeds).cloned().unwrap_or_default();
            let line = rng.choice(other.split(|byte| *byte == b'\n').collect::<Vec<_>>());
            lines.insert(at, line.unwrap_or_default().to_vec());
        }
        _ => lines[at] = word(&lines[at], dictionary, rng),
    }
    *input = lines.join(&b'\n');
}

/// The line with one word replaced.
fn word(line: &[u8], dictionary: &Dictionary, rng: &mut Rng) -> Vec<u8> {
    let mut words: Vec<Vec<u8>> = line.split(|byte| b" \"".contains(byte)).map(<[u8]>::to_vec).collect();
    let at = rng.usize(0..words.len());
    words[at] = rng.choice(&dictionary.words).cloned().unwrap_or_default();
    words.join(&b' ')
}

fn json(mut document: Value, dictionary: &Dictionary, rng: &mut Rng) -> Vec<u8> {
    for _ in 0..=rng.usize(0..8) {
        let count = size(&document);
        let mut at = rng.usize(0..count);
        if let Some(place) = nth(&mut document, &mut at) {
            change(place, dictionary, rng);
        }
    }
    document.to_string().into_bytes()
}

/// How many values there are, all together.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// The value of a number, in the order of the document.
fn nth<'v>(value: &'v mut Value, at: &mut usize) -> Option<&'v mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Value::Object(fields) => fields.values_mut().find_map(|item| nth(item, at)),
        _ => None,
    }
}

fn change(place: &mut Value, dictionary: &Dictionary, rng: &mut Rng) {
    let other = rng.choice(&dictionary.values).cloned().unwrap_or_default();
    match place {
        Value::Array(items) if rng.bool() => match rng.choice(0..items.len()) {
            Some(at) if rng.bool() => drop(items.remove(at)),
            Some(at) => items.insert(at, items[rng.usize(0..items.len())].clone()),
            None => items.push(other),
        },
        Value::Object(fields) if rng.bool() => {
            let Some(key) = rng.choice(fields.keys().cloned().collect::<Vec<_>>()) else { return };
            match fields.remove(&key) {
                Some(value) if rng.bool() => drop(fields.insert(key.to_uppercase(), value)),
                Some(_) if rng.bool() => drop(fields.insert(key, other)),
                _ => {}
            }
        }
        Value::String(text) if rng.bool() => {
            let mut bytes = std::mem::take(text).into_bytes();
            self::bytes(&mut bytes, &dictionary.words, dictionary, rng);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        _ => *place = other,
    }
}
