//! Does a background lab leave what later commands need, and nothing else? In folders of our own.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests look at the state files")]

use super::folder::Folder;
use super::{child, down_in, find_in, list_in, up_in};
use crate::{Lab, LabError, scenario};
use std::fs;

fn folder() -> (tempfile::TempDir, Folder) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::at(temporary.path().join("privpath")).unwrap();
    (temporary, folder)
}

/// The process that [`a_background_lab_comes_and_goes`] starts: this test again, with an argument
/// that says which lab to run and where. Without the argument there is nothing to do.
#[test]
fn background_process() {
    let asked = std::env::args().find_map(|argument| argument.strip_prefix("lab-serve=").map(str::to_owned));
    if let Some((name, path)) = asked.as_deref().and_then(|asked| asked.split_once('=')) {
        let folder = Folder::at(path.into()).unwrap();
        child::run_in(&folder, name, || Lab::start(&scenario("healthy").unwrap())).unwrap();
    }
}

#[test]
fn a_background_lab_comes_and_goes() {
    let (temporary, folder) = folder();
    let asked = format!("lab-serve=mine={}", temporary.path().join("privpath").display());
    let arguments = ["--nocapture", "--exact", "daemon::tests::background_process", &asked];
    let access = up_in(&folder, "mine", &std::env::current_exe().unwrap(), &arguments).unwrap();
    assert_eq!(access.scenario, "healthy");
    assert_eq!(find_in(&folder, "mine").unwrap().as_ref(), Some(&access));
    assert_eq!(list_in(&folder).unwrap(), [("mine".to_owned(), access)]);
    let again = up_in(&folder, "mine", &std::env::current_exe().unwrap(), &arguments);
    assert_eq!(again.unwrap_err(), LabError::Exists("mine".to_owned()));
    down_in(&folder, "mine").unwrap();
    assert_eq!(find_in(&folder, "mine").unwrap(), None);
    assert_eq!(down_in(&folder, "mine").unwrap_err(), LabError::NotRunning("mine".to_owned()));
}

#[cfg(unix)]
#[test]
fn a_termination_signal_clears_up() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let (temporary, folder) = folder();
    let asked = format!("lab-serve=mine={}", temporary.path().join("privpath").display());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--nocapture", "--exact", "daemon::tests::background_process", &asked])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("privpath lab ready")));
    assert_eq!(folder.names().unwrap(), ["mine"]);
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
    assert_eq!(folder.names().unwrap(), Vec::<String>::new());
}

#[test]
fn a_process_that_is_no_lab_is_an_error() {
    let (_temporary, folder) = folder();
    let own = std::env::current_exe().unwrap();
    let error = up_in(&folder, "mine", &own, &["--list", "no-such-test"]).unwrap_err();
    assert!(error.to_string().contains("ended before it was ready"), "{error}");
    assert!(up_in(&folder, "mine", &own.join("nothing"), &[]).is_err());
}

#[test]
fn what_a_killed_lab_left_is_cleared_away() {
    let (_temporary, folder) = folder();
    let lab = Lab::start(&scenario("healthy").unwrap()).unwrap();
    folder.write("stale", lab.access()).unwrap();
    assert_eq!(folder.write("stale", lab.access()).unwrap_err(), LabError::Exists("stale".to_owned()));
    assert!(find_in(&folder, "stale").unwrap().is_some());
    drop(lab);
    assert_eq!(find_in(&folder, "stale").unwrap(), None);
    assert_eq!(folder.names().unwrap(), Vec::<String>::new());
    // Another lab that listens where the dead one did is not taken for it.
    let lab = Lab::start(&scenario("healthy").unwrap()).unwrap();
    let mut access = lab.access().clone();
    access.token.push('x');
    folder.write("stale", &access).unwrap();
    assert_eq!(list_in(&folder).unwrap(), []);
}

#[test]
fn broken_files_and_odd_names() {
    let (temporary, folder) = folder();
    let path = temporary.path().join("privpath");
    fs::write(path.join("broken.json"), "{").unwrap();
    fs::write(path.join("Odd Name.json"), "{}").unwrap();
    assert_eq!(find_in(&folder, "broken").unwrap(), None);
    assert!(!path.join("broken.json").exists());
    for name in ["", "../x", "a/b", "A", "x.y", &"x".repeat(41)] {
        assert_eq!(find_in(&folder, name).unwrap_err(), LabError::Name(name.to_owned()));
    }
}

#[cfg(unix)]
#[test]
fn others_see_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let (temporary, folder) = folder();
    let lab = Lab::start(&scenario("healthy").unwrap()).unwrap();
    folder.write("mine", lab.access()).unwrap();
    let path = temporary.path().join("privpath");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("mine.json"))), (0o700, 0o600));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(matches!(Folder::at(path), Err(LabError::StateFolder { .. })));
}
