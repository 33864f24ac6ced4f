//! What stands in a small configuration file of this host?
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the hosts file and the resolver configuration of a client are read here"
)]

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Hosts files with block lists grow large; more than this is no configuration.
const LARGEST: u64 = 32 * 1024 * 1024;

/// The start of a file.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(LARGEST).read_to_end(&mut content)?;
    Ok(content)
}
