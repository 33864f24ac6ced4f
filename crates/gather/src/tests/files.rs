//! Are files read whole, and is what cannot be used said?

#![allow(clippy::disallowed_methods, reason = "the tests write the files that they gather")]

use super::{GROUP, network, notes};
use crate::files;
use model::resource::{Subnet, VirtualNetwork};
use model::{Extent, Kind, ResourceId};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn folder(contents: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, bytes) in contents {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

#[test]
fn a_folder_is_read_and_its_strays_are_said_once() {
    let hub = network("hub");
    let spoke: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(network("spoke").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let folder = folder(&[
        ("README.md", b"# notes"),
        ("picture.png", &[0x89, 0x50]),
        (".git/objects/x.json", b"not JSON"),
        ("one/hub.JSON", hub.as_bytes()),
        ("powershell.json", &spoke),
        ("lines.ndjson", format!("{}\n{}\n", network("b"), network("c")).as_bytes()),
        ("networkSecurityGroups.json", b"[]"),
        ("latin.json", &[b'"', 0xe4, b'"']),
    ]);
    let gathered = files(folder.path()).unwrap();
    let names: Vec<&str> = gathered.snapshot.all::<VirtualNetwork>().map(|(id, _)| id.name()).collect();
    assert_eq!(names, ["b", "c", "hub", "spoke"]);
    assert_eq!(gathered.snapshot.all::<Subnet>().count(), 4);
    assert_eq!(gathered.snapshot.coverage().of(Kind::NetworkSecurityGroup), Extent::Complete);
    let said = notes(&gathered);
    assert!(said.contains("2 other files skipped"), "{said}");
    assert!(said.contains("latin.json: is no UTF-8"), "{said}");
    assert_eq!(gathered.notes.len(), 2, "{said}");
    let hub = ResourceId::parse(&format!("{GROUP}/Microsoft.Network/virtualNetworks/hub")).unwrap();
    assert!(gathered.snapshot.origin(&hub).unwrap().ends_with("hub.JSON"));
}

#[test]
fn a_single_file_is_read_whatever_it_is_called() {
    let folder = folder(&[("snapshot.txt", network("hub").as_bytes())]);
    let gathered = files(&folder.path().join("snapshot.txt")).unwrap();
    assert_eq!(gathered.snapshot.len(), 2);
    assert!(gathered.notes.is_empty());
}

#[test]
fn the_same_folder_gives_the_same_snapshot() {
    let (a, b) = (network("hub"), network("hub").replace("10.1.0.0/16", "10.9.0.0/16"));
    let folder = folder(&[("b.json", b.as_bytes()), ("a.json", a.as_bytes())]);
    let gathered = files(folder.path()).unwrap();
    let (_, network) = gathered.snapshot.all::<VirtualNetwork>().next().unwrap();
    assert_eq!(network.address_space[0].to_string(), "10.9.0.0/16", "the later file stays");
}

#[test]
fn nothing_to_read_is_an_error_with_a_cure() {
    let error = |path: &Path| files(path).unwrap_err().to_string();
    let empty = folder(&[("README.md", b"")]);
    assert!(error(empty.path()).contains("az … list -o json"), "{}", error(empty.path()));
    assert!(error(&empty.path().join("absent")).contains("cannot read the snapshot"));
    let broken = folder(&[("a.json", b"[{\"id\":")]);
    assert!(error(broken.path()).contains("a.json:1:"), "{}", error(broken.path()));
    let template = folder(&[("a.json", br#"{"resources":[{"name":"[x]"}]}"#)]);
    assert!(error(template.path()).contains("without a resource id"));
}

#[cfg(unix)]
#[test]
fn links_never_loop_and_pipes_never_hang() {
    let folder = folder(&[("inner/hub.json", network("hub").as_bytes())]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("inner/loop")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.json")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.json")).unwrap();
    let gathered = files(folder.path()).unwrap();
    assert_eq!(gathered.snapshot.all::<VirtualNetwork>().count(), 1);
    assert!(notes(&gathered).contains("dangling.json: cannot be read"), "{}", notes(&gathered));
}
