//! Can network namespaces be used here, and if not, what is missing and what would help?

use super::namespace::{Namespace, Role};
use super::rootless;
use crate::LabError;
use std::path::{Path, PathBuf};

/// The programs that build a network, and the packages that hold them.
const PROGRAMS: [(&str, &str); 2] = [("ip", "iproute2"), ("nft", "nftables")];

/// Folders that an ordinary user's search path often lacks.
const ROOTS_FOLDERS: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/// The kinds of rules that the lab writes.
const RULES: &str = "table ip privpath {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ct state established,related accept
    counter drop comment \"tried\"
  }
  chain source {
    type nat hook postrouting priority 100;
    ip saddr 10.0.0.1 snat to 198.18.0.1
  }
}
";

/// Tries, in namespaces that are gone afterwards. The error is one line for people: what is missing, and
/// what would help.
pub(crate) fn available() -> Result<(), String> {
    installed()?;
    if !rootless::is_privileged() {
        let words = "this process has no right to make them: run it as root, or under `unshare --user --map-root-user`";
        return Err(words.to_owned());
    }
    kernel().map_err(|why| rootless::network_setting().unwrap_or(why))
}

/// That both programs are there, with what to install if not.
pub(super) fn installed() -> Result<(), String> {
    let missing: Vec<_> = PROGRAMS.iter().filter(|(name, _)| program(name).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    Err(format!("{} {verb} not installed: `apt install {}`", names.join(" and "), packages.join(" ")))
}

/// Where a program is: on the search path, or where only root's search path leads.
#[expect(clippy::disallowed_methods, reason = "programs are found where the user's search path says")]
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(ROOTS_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// That the kernel does all that the lab needs.
pub(super) fn kernel() -> Result<(), String> {
    let allowed = |why: LabError| match in_container() {
        true => format!("{}; in a container it needs `--cap-add SYS_ADMIN --cap-add NET_ADMIN`", words(&why)),
        false => format!("{}; root may make them", words(&why)),
    };
    let one = Namespace::new(Role::Router).map_err(allowed)?;
    let other = Namespace::new(Role::Host).map_err(allowed)?;
    let link = format!("link add h0 type veth peer name eth0 netns {}\n", other.path().display());
    let veth = "pairs of virtual interfaces cannot be made (does the kernel have veth?)";
    one.ip(&link).map_err(|why| format!("{veth}: {}", words(&why)))?;
    let rules = "the kernel refuses the rules of security groups (does it have nf_tables with conntrack and nat?)";
    one.nft(RULES).map_err(|why| format!("{rules}: {}", words(&why)))
}

fn in_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"].iter().any(|mark| Path::new(mark).exists())
}

/// The first line of an error.
pub(super) fn words(why: &LabError) -> String {
    why.words().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_or_named() {
        assert!(program("sh").is_some_and(|path| path.is_absolute()));
        assert_eq!(program("no-such-program-here"), None);
    }
}
