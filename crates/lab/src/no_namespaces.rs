//! What stands in for network namespaces where there are none?

use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{Access, Inside, LabError, RuleCounter, VantageAccess};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Arc;

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
