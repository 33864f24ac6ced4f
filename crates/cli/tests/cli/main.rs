//! Does the binary keep its contract? One test binary; each module asks one question of it.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests write snapshot folders, keep servers on 127.0.0.1 and look at the clock, and may fail loudly"
)]

mod bad_input;
mod bad_network;
mod entra;
mod estate;
mod exit_codes;
mod explain;
#[cfg(target_os = "linux")]
mod guide;
mod help;
mod here;
mod hostile;
mod intent;
mod labs;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod operator;
mod paste;
mod secrets;
mod seen;
mod servers;
mod show;
mod world;
