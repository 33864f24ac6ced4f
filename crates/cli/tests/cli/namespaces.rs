//! Do programs run on the hosts of a lab, for root and for an ordinary user, and is nothing left of it?

use crate::world::World;
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

/// A running lab in namespaces; `None` where they are not to be had.
fn up(world: &World, scenario: &str) -> Option<()> {
    world.has_namespaces(scenario).then(|| {
        world.run(&["lab", "up", scenario, "--medium", "namespaces"]).ended(0).said("in network namespaces");
    })
}

/// From the fault to its repair, as a user meets it.
fn repaired(world: &World) {
    let check = ["lab", "exec", "vm/app", "--", "privpath", "check"];
    world.run(&check).ended(1).said("168.63.129.16:53").said("203.0.113.10");
    world.run(&["lab", "change", "link zone privatelink.openai.azure.com to spoke-vnet"]).ended(0).said("PUT");
    world.run(&check).said("10.1.2.4").said("HTTP 401");
    world.run(&["check", "--lab", "zone-not-linked"]).ended(0).said("PRIVATE");
    world
        .run(&["lab", "status"])
        .ended(0)
        .said("nsg-app, 65000 AllowVnetOutBound: let through")
        .said("asks DNS at 168.63.129.16");
    world.run(&["lab", "down"]).ended(0);
    assert_eq!(fs::read_dir(world.labs()).unwrap().count(), 0, "no state stays behind");
}

#[test]
fn a_fault_is_met_and_repaired_from_the_inside() {
    let world = World::new();
    let Some(()) = up(&world, "zone-not-linked") else { return };
    repaired(&world);
}

/// Without any privilege: a user namespace for the lab, which later commands of the same user enter.
#[test]
fn an_ordinary_user_meets_the_same() {
    let world = World::of_an_ordinary_user();
    let Some(()) = up(&world, "zone-not-linked") else { return };
    world.run(&["lab", "status"]).said("an ordinary user may make them, in a user namespace");
    repaired(&world);
    // A lab for one command, and the choice without being asked.
    world.run(&["check", "--lab", "zone-not-linked"]).ended(1).said("an ordinary user may make them");
    world.run(&["lab", "up", "healthy"]).ended(0).said("in network namespaces");
    world.run(&["trace", "--lab", "healthy"]).ended(0);
    world.run(&["demo", "--medium", "namespaces"]).ended(0);
}

/// The way to the sign-in host is a way out of the network; the one to the service is not.
#[test]
fn a_rule_keeps_an_application_from_its_token() {
    let world = World::new();
    let Some(()) = up(&world, "healthy") else { return };
    for variable in ["AZURE_TENANT_ID=lab", "AZURE_CLIENT_ID=lab", "AZURE_CLIENT_SECRET=CANARY"] {
        world.run(&["lab", "change", &format!("env {variable}")]).ended(0);
    }
    let check = ["check", "--lab", "healthy", "--entra", "--format", "json"];
    // The host is reached; it does not know the secret.
    world.run(&check).ended(0).said("AADSTS7000215").never_said("RTE007").never_said("CANARY");
    let rule = "rule nsg-app deny-internet 200 deny outbound tcp from * to Internet port *";
    world.run(&["lab", "change", rule]).ended(0);
    let ran = world.run(&check).ended(1).said("RTE007").said("is silent: the call is dropped").never_said("CANARY");
    let report = ran.report();
    assert_eq!(report["verdict"], "private");
    // The repair is what was printed.
    let allow = "rule nsg-app allow-sign-in 199 allow outbound tcp from * to AzureActiveDirectory port 443";
    world.run(&["lab", "change", allow]).ended(0);
    world.run(&check).ended(0).said("AADSTS7000215").never_said("RTE007");
    world.run(&["lab", "down"]).ended(0);
}

#[test]
fn a_program_ends_as_it_ends() {
    let world = World::new();
    let Some(()) = up(&world, "healthy") else { return };
    let exec = |program: &[&str]| world.run(&[&["lab", "exec", "vm/app", "--"], program].concat());
    exec(&["sh", "-c", "exit 7"]).ended(7);
    exec(&["sh", "-c", "kill -TERM $$"]).ended(128 + 15);
    exec(&["no-such-program"]).failed("`no-such-program` cannot be run at vm/app: there is no such program");
    exec(&["/etc/passwd"]).failed("`/etc/passwd` cannot be run at vm/app");
    world.run(&["lab", "exec", "vm/nobody", "--", "true"]).failed("it has app/your-app-service, internet, vm/app");
    let fed = world.run_with_input(&["lab", "exec", "vm/app", "--", "cat"], "one\ntwo\n").ended(0);
    assert_eq!(fed.out, "one\ntwo\n");
}

#[test]
fn a_program_sees_what_the_host_has() {
    let world = World::new()
        .with("https_proxy", "http://of-this-machine:3128")
        .with("AZURE_OPENAI_ENDPOINT", "https://of-this-machine.example/")
        .with("MINE", "kept");
    let Some(()) = up(&world, "healthy") else { return };
    world.run(&["lab", "change", "hosts pinned.example 10.9.9.9"]).ended(0);
    world.run(&["lab", "change", "env SET=since"]).ended(0);
    let cat = |path: &str| world.run(&["lab", "exec", "vm/app", "--", "cat", path]).ended(0).out;
    assert_eq!(cat("/etc/resolv.conf"), "nameserver 168.63.129.16\n");
    assert_eq!(cat("/etc/hosts"), "127.0.0.1 localhost\n10.9.9.9 pinned.example\n");
    let script = "for f in $SSL_CERT_FILE $CURL_CA_BUNDLE $REQUESTS_CA_BUNDLE $NODE_EXTRA_CA_CERTS; do head -1 $f; done; \
                  echo \"$MINE $SET $AZURE_OPENAI_ENDPOINT $https_proxy.\"";
    let said = world.run(&["lab", "exec", "vm/app", "--", "sh", "-c", script]).ended(0).out;
    let begin = "-----BEGIN CERTIFICATE-----\n".repeat(4);
    assert_eq!(said, format!("{begin}kept since https://yourresource.openai.azure.com .\n"));
    // The files were the program's alone.
    assert!(!fs::read_to_string("/etc/hosts").unwrap().contains("pinned.example"));
}

/// The files that stand for the namespaces of the vantages.
fn files(world: &World) -> (Vec<String>, String) {
    let status = world.run(&["lab", "status", "healthy", "--format", "json"]).ended(0).json();
    let vantages = status["vantages"].as_array().unwrap();
    let files = vantages.iter().map(|node| node["inside"]["namespace"].as_str().unwrap().to_owned());
    (files.collect(), status["arm"].as_str().unwrap().trim_start_matches("https://").to_owned())
}

/// The network namespaces that some process holds, by being in them or by an open file.
fn held() -> Vec<u64> {
    let of = |path: &Path| fs::metadata(path).map(|found| found.ino());
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let mut all = Vec::new();
    for process in processes.filter(|path| path.join("ns/net").exists()) {
        all.extend(of(&process.join("ns/net")));
        let open = fs::read_dir(process.join("fd")).into_iter().flatten().flatten().map(|entry| entry.path());
        let namespaces =
            open.filter(|file| fs::read_link(file).is_ok_and(|to| to.to_string_lossy().starts_with("net:")));
        all.extend(namespaces.filter_map(|file| of(&file).ok()));
    }
    all
}

#[test]
fn nothing_is_left_of_a_lab_that_was_killed() {
    let world = World::new();
    let Some(()) = up(&world, "healthy") else { return };
    world.run(&["lab", "exec", "vm/app", "--", "true"]).ended(0);
    let (files, arm) = files(&world);
    let numbers: Vec<u64> = files.iter().map(|file| fs::metadata(file).unwrap().ino()).collect();
    assert!(numbers.iter().all(|number| held().contains(number)));
    let process = files[0].split('/').nth(2).unwrap();
    // The kernel ends this connection when the process has ended, and says so.
    let mut line = TcpStream::connect(arm).unwrap();
    assert!(Command::new("kill").args(["-9", process]).status().unwrap().success());
    let _ = line.read(&mut [0; 1]);
    assert!(files.iter().all(|file| !Path::new(file).exists()), "{files:?}");
    let held = held();
    assert!(numbers.iter().all(|number| !held.contains(number)), "{numbers:?} of {held:?}");
    // The next start clears the state away, and is not disturbed by it.
    assert!(world.labs().join("healthy.json").exists());
    world.run(&["lab", "up", "healthy", "--medium", "namespaces"]).ended(0);
    world.run(&["lab", "down"]).ended(0).said("ended: healthy");
    assert_eq!(fs::read_dir(world.labs()).unwrap().count(), 0, "no state stays behind");
}

#[test]
fn down_leaves_nothing() {
    let world = World::new();
    let Some(()) = up(&world, "healthy") else { return };
    let (files, _) = files(&world);
    let numbers: Vec<u64> = files.iter().map(|file| fs::metadata(file).unwrap().ino()).collect();
    world.run(&["lab", "down", "healthy"]).ended(0);
    let held = held();
    assert!(numbers.iter().all(|number| !held.contains(number)), "{numbers:?} of {held:?}");
    assert_eq!(fs::read_dir(world.labs()).unwrap().count(), 0);
}
