//! Do bytes found by libFuzzer break this reader: scenario files?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("scenarios", bytes));
