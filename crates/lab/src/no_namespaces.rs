//! What stands in for network namespaces where there are none?

use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{Access, Inside, LabError, VantageAccess};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

/// One rule, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleCounter {
    /// The virtual network whose router asked.
    pub network: String,
    /// `Inbound` or `Outbound`, and the group's name.
    pub group: String,
    /// Priority and name of the rule.
    pub rule: String,
    /// True when it drops.
    pub denies: bool,
    /// How many packets it decided about.
    pub packets: u64,
}

/// No network.
pub(crate) struct Network;

pub(crate) fn available() -> Result<(), String> {
    Err("they are a part of Linux".to_owned())
}

/// Runs a program at a vantage and waits for it.
pub fn run_at(_: &Access, _: &VantageAccess, _: Command) -> Result<ExitStatus, LabError> {
    Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
}

pub(crate) fn enter_at<T: Send>(_: &Path, _: impl FnOnce() -> T + Send) -> Result<T, LabError> {
    Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
}

#[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the shape of the real one")]
impl Network {
    pub(crate) fn start(_: &Shared, _: &Certificates) -> Result<Arc<Self>, LabError> {
        Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
    }

    pub(crate) fn refresh(&self) -> Result<(), LabError> {
        Ok(())
    }

    pub(crate) fn inside(&self, _: &str) -> Option<Inside> {
        None
    }

    pub(crate) fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        Ok(Vec::new())
    }
}
