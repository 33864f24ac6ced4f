//! Can network namespaces be used here, and if not, what is missing?

use super::namespace::{Namespace, Role};

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

/// Tries, in namespaces that are gone afterwards. The error is one line for people.
pub(crate) fn available() -> Result<(), String> {
    let one = Namespace::new(Role::Router).map_err(|why| short(&why))?;
    let other = Namespace::new(Role::Host).map_err(|why| short(&why))?;
    let link = format!("link add h0 type veth peer name eth0 netns {}\n", other.path().display());
    one.ip(&link).map_err(|why| short(&why))?;
    one.nft(RULES).map_err(|why| short(&why))
}

fn short(why: &crate::LabError) -> String {
    let text = why.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("the lab cannot start: ").unwrap_or(line).to_owned()
}
