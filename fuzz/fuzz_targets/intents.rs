//! Do bytes found by libFuzzer break this reader: claims and suppressions of privpath.toml?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("intents", bytes));
