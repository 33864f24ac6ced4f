//! Do bytes found by libFuzzer break this reader: answers of a DNS server, over UDP and TCP?
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| suite::fuzz::once("dns", bytes));
