//! Do bytes found by libFuzzer break this reader: the environment of a client: endpoint and proxy variables?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("environment", bytes));
