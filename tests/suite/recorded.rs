//! Is what real `az` prints of an estate read as the estate? Each folder of `tests/recorded` is named after a scenario
//! and holds what az 2.91 printed on the operator's host of a lab that played it.

use model::resource::{CognitiveServicesAccount, NetworkInterface, PrivateEndpoint, Subnet, WebApp};
use model::{Kind, Snapshot};
use std::path::Path;

#[test]
fn what_az_prints_is_the_estate() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded/healthy");
    let gathered = gather::files(&folder).unwrap();
    let problems: Vec<_> = gathered.notes.iter().map(|note| &note.text).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let healthy = lab::scenario("healthy").unwrap().healthy;
    let (read, meant): (&Snapshot, &Snapshot) = (&gathered.snapshot, &healthy);
    for (id, endpoint) in meant.all::<PrivateEndpoint>() {
        let found = read.find::<PrivateEndpoint>(id).unwrap();
        assert_eq!((&found.subnet, &found.network_interfaces), (&endpoint.subnet, &endpoint.network_interfaces));
    }
    for (id, card) in meant.all::<NetworkInterface>() {
        let found = read.find::<NetworkInterface>(id).unwrap();
        assert!(found.addresses().eq(card.addresses()), "{id}");
    }
    for (id, subnet) in meant.all::<Subnet>() {
        assert_eq!(read.find::<Subnet>(id).unwrap().prefixes, subnet.prefixes, "{id}");
    }
    assert_eq!(read.all::<CognitiveServicesAccount>().count(), meant.all::<CognitiveServicesAccount>().count());
    assert_eq!(read.all::<WebApp>().count(), meant.all::<WebApp>().count());
}

#[test]
fn every_recording_is_read_without_a_complaint() {
    let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded")).unwrap();
    for folder in folders.map(|entry| entry.unwrap().path()) {
        let gathered = gather::files(&folder).unwrap();
        let problems: Vec<_> = gathered.notes.iter().map(|note| &note.text).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", folder.display());
        // A group says nothing of the way; it is no resource of a provider.
        let mut of_provider = gathered.snapshot.iter().filter(|resource| resource.id.as_str().contains("/providers/"));
        let strange = of_provider.find(|resource| resource.body.kind() == Kind::Other);
        assert!(strange.is_none(), "{}: {strange:?}", folder.display());
    }
}
