//! Where does a lab stand: in network namespaces, or on the loopback interface?

use crate::{LabError, namespaces};
use serde::{Deserialize, Serialize};
use std::process::Command;

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
    /// Which medium it is for this process as it is.
    pub fn take(self) -> Result<MediumTaken, LabError> {
        match self {
            Self::Loopback => Ok(self.loopback("it was asked for")),
            _ => self.decided(namespaces::available()),
        }
    }

    /// The same for a process with one thread, which becomes root of a user namespace if it needs to.
    /// `trial` starts a program that tries this and prints what [`trial`](crate::trial) gives.
    pub(crate) fn take_as_user(self, trial: &mut Command) -> Result<MediumTaken, LabError> {
        if self == Self::Loopback || namespaces::is_privileged() {
            return self.take();
        }
        let tried = namespaces::tried(trial);
        if tried.is_ok() {
            namespaces::become_root()?;
        }
        self.decided(tried)
    }

    fn decided(self, tried: Result<(), String>) -> Result<MediumTaken, LabError> {
        let asked = self != Self::Auto;
        match tried {
            Ok(()) => Ok(MediumTaken { namespaces: true, asked, why: namespaces::standing().to_owned() }),
            Err(missing) if asked => Err(LabError::Machine(format!(
                "network namespaces are not to be had here: {missing}; without them: `--medium loopback`"
            ))),
            Err(missing) => Ok(self.loopback(&format!("network namespaces are not to be had here: {missing}"))),
        }
    }

    fn loopback(self, why: &str) -> MediumTaken {
        MediumTaken { namespaces: false, asked: self != Self::Auto, why: why.to_owned() }
    }
}

impl MediumTaken {
    /// Its word on the command line.
    pub fn word(&self) -> &'static str {
        if self.namespaces { "namespaces" } else { "loopback" }
    }
}
