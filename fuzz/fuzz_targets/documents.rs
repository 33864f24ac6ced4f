//! Do bytes found by libFuzzer break this reader: ARM and az documents: read, written, read again?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("documents", bytes));
