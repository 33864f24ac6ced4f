//! Do bytes found by libFuzzer break this reader: pasted error texts?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("phrases", bytes));
