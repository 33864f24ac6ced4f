//! Real measurements: DNS, TCP, TLS and HTTP, as observations.
