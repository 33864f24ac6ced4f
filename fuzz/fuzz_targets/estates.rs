//! Do bytes found by libFuzzer break this reader: the walker, all checks, remedies and reports on broken estates?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("estates", bytes));
