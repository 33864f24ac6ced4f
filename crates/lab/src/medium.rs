//! Where does a lab stand: in network namespaces, or on the loopback interface?

use crate::{LabError, namespaces};
use serde::{Deserialize, Serialize};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Medium {
    /// Namespaces where they can be had, else loopback.
    #[default]
    Auto,
    /// Namespaces or an error.
    Namespaces,
    /// Ports on 127.0.0.1.
    Loopback,
}

/// What was taken, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MediumTaken {
    /// True for namespaces: the kernel decides about every packet.
    pub namespaces: bool,
    /// True when it was asked for by name.
    pub asked: bool,
    /// Why, in words.
    pub why: String,
}

impl Medium {
    /// Which medium it is on this machine.
    pub fn take(self) -> Result<MediumTaken, LabError> {
        let asked = self != Self::Auto;
        let taken = |namespaces, why: &str| Ok(MediumTaken { namespaces, asked, why: why.to_owned() });
        if self == Self::Loopback {
            return taken(false, "loopback was asked for");
        }
        match (namespaces::available(), self) {
            (Ok(()), Self::Namespaces) => taken(true, "namespaces were asked for"),
            (Ok(()), _) => taken(true, "this machine lets us make network namespaces"),
            (Err(missing), Self::Namespaces) => Err(LabError::Machine(format!(
                "network namespaces are not to be had here: {missing}; use --medium loopback, or root with iproute2 and \
                 nftables"
            ))),
            (Err(missing), _) => taken(false, &format!("network namespaces are not to be had here: {missing}")),
        }
    }
}

impl MediumTaken {
    /// Its word on the command line.
    pub fn word(&self) -> &'static str {
        if self.namespaces { "namespaces" } else { "loopback" }
    }
}
