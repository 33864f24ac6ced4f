//! Do bytes found by libFuzzer break this reader: reports of other checks, given with --seen?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("seen", bytes));
