//! Do bytes found by libFuzzer break this reader: changes, vantages, URLs, names, ids, ports?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("words", bytes));
