//! Are the pages made of checks and fixtures current? Writes them, or with `--check` only says which
//! are not.

use anyhow::{Result, bail};
use suite::{pages, repository};

#[expect(clippy::print_stdout, reason = "a developer reads what was written")]
fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => bail!("usage: generate [--check]"),
    };
    let stale = pages::stale()?;
    for file in &stale {
        if check {
            println!("{}:1: is not current; run `cargo xtask gen`", file.path);
        } else {
            repository::write(&file.path, &file.text)?;
            println!("wrote {}", file.path);
        }
    }
    if check && !stale.is_empty() {
        bail!("{} generated files are not current; run `cargo xtask gen`", stale.len());
    }
    Ok(())
}
