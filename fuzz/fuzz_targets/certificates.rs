//! Do bytes found by libFuzzer break this reader: certificates of a service?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("certificates", bytes));
