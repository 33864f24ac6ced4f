//! What stands in for network namespaces where there are none?

use crate::certificates::Certificates;
use crate::daemon::Folders;
use crate::state::Shared;
use crate::{Access, Host, Inside, LabError, RuleCounter};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// No network.
pub(crate) struct Network;

pub(crate) fn available() -> Result<(), String> {
    Err("they are a part of Linux".to_owned())
}

/// Turns this process into a program at a vantage.
pub fn become_host(_: &Access, _: &Host<'_>, _: &Folders, _: Command) -> Result<Infallible, LabError> {
    Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
}

/// What a trial prints.
pub fn trial() -> String {
    "network namespaces are a part of Linux".to_owned()
}

pub(crate) fn is_privileged() -> bool {
    false
}

pub(crate) fn tried(_: &mut Command) -> Result<(), String> {
    available()
}

pub(crate) fn become_root() -> Result<(), LabError> {
    Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
}

pub(crate) fn join(_: &Path) -> Result<(), LabError> {
    Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
}

pub(crate) fn standing() -> &'static str {
    "nobody may"
}

pub(crate) fn user_namespace() -> Option<PathBuf> {
    None
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

    pub(crate) fn operator(&self) -> crate::OperatorAccess {
        unreachable!("there is no such network")
    }

    pub(crate) fn control_plane(&self) -> Result<tokio::net::TcpListener, LabError> {
        Err(LabError::Machine("network namespaces are a part of Linux".to_owned()))
    }

    pub(crate) fn limits(&self, _: &str) -> Option<String> {
        None
    }

    pub(crate) fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        Ok(Vec::new())
    }
}
