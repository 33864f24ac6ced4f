//! Is the shipped binary one file that needs nothing else? Builds it and looks.

mod elf;

use crate::repository::{Repository, printed, succeed};
use crate::scratch::Scratch;
use anyhow::{Context, Result, bail, ensure};
use std::path::Path;
use std::process::Command;

const TARGET: &str = "x86_64-unknown-linux-musl";
const SIZE_LIMIT: u64 = 15_000_000;

/// Where systems keep their root certificates.
const CA_BUNDLES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// Builds the static binary and checks it.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    need_compiler()?;
    need_target(repository)?;
    let profile = ["build", "--profile", "dist", "--target", TARGET, "--package", "cli"];
    succeed(repository.cargo().args(profile))?;
    let binary = repository.path(&format!("target/{TARGET}/dist/privpath"));
    let bytes = std::fs::read(&binary).with_context(|| format!("reading {}", binary.display()))?;
    let needs = elf::needs(&bytes).context("the binary is no ELF file that we understand")?;
    ensure!(needs.is_empty(), "the binary is not static: {}", needs.join(", "));
    println!("static: no interpreter, no shared library");
    let size = bytes.len() as u64;
    ensure!(size < SIZE_LIMIT, "the binary has {size} bytes, more than {SIZE_LIMIT}; look at what was added");
    println!("size: {size} bytes, less than {SIZE_LIMIT}");
    run_in_empty_root(&binary)
}

fn need_compiler() -> Result<()> {
    let found =
        ["musl-gcc", "x86_64-linux-musl-gcc"].iter().any(|name| Command::new(name).arg("--version").output().is_ok());
    ensure!(found, "there is no C compiler for musl; install one (Debian and Ubuntu: apt-get install musl-tools)");
    Ok(())
}

fn need_target(repository: &Repository) -> Result<()> {
    let installed = printed(repository.command("rustup").args(["target", "list", "--installed"]));
    let installed =
        installed.context("asking rustup for its targets; without rustup, install the target by other means")?;
    if installed.lines().any(|line| line == TARGET) {
        return Ok(());
    }
    println!("adding the target {TARGET}; this can take minutes");
    succeed(repository.command("rustup").args(["target", "add", TARGET]))
}

/// Runs the binary where there is no other file than a CA bundle.
fn run_in_empty_root(binary: &Path) -> Result<()> {
    let scratch = Scratch::new("root")?;
    let root = scratch.path();
    std::fs::copy(binary, root.join("privpath")).context("copying the binary into the empty root")?;
    for bundle in CA_BUNDLES.iter().map(Path::new).filter(|bundle| bundle.is_file()) {
        let inside = root.join(bundle.strip_prefix("/").unwrap_or(bundle));
        std::fs::create_dir_all(inside.parent().unwrap_or(root)).context("creating the folder of the CA bundle")?;
        std::fs::copy(bundle, inside).context("copying the CA bundle into the empty root")?;
    }
    let Some(enter) = way_into(root) else {
        println!("skipped: running in an empty root needs `unshare` with user namespaces, or root");
        return Ok(());
    };
    for arguments in [["explain", "DNS001"].as_slice(), ["check", "--lab", "healthy"].as_slice()] {
        let shown = arguments.join(" ");
        let mut command = enter("/privpath");
        let output = command.args(arguments).output().with_context(|| format!("running `privpath {shown}`"))?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            bail!("`privpath {shown}` in an empty root ended with {}: {}", output.status, words.trim());
        }
        println!("works in an empty root: privpath {shown}");
    }
    Ok(())
}

type Enter<'a> = Box<dyn Fn(&str) -> Command + 'a>;

/// How this machine lets us change the root: by a user namespace, or because we are root.
fn way_into(root: &Path) -> Option<Enter<'_>> {
    let ways: [&[&str]; 2] = [&["unshare", "--map-root-user", "chroot"], &["chroot"]];
    // Whether the way exists is tried with the real root directory: the empty one has no programs.
    let works = |way: &&[&str]| {
        let tried = Command::new(way[0]).args(&way[1..]).args(["/", "true"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    let way = ways.into_iter().find(works)?;
    Some(Box::new(move |program| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).arg(root).arg(program).env_clear();
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }))
}
