//! Do the DNS servers that people run get from the lab what they get from Azure? Where they are installed.

use super::*;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The spoke asks a machine in the hub; the zones are linked to the hub alone.
const ESTATE: &str = "
[estate.network.spoke-vnet]
group = 'rg-app'
space = '10.2.0.0/16'
dns = ['10.1.9.4']
subnet.snet-app = { prefix = '10.2.1.0/24', nsg = 'nsg-app' }
subnet.snet-app-service = { prefix = '10.2.2.0/24', delegate = 'Microsoft.Web/serverFarms' }
[estate.zone]
'privatelink.openai.azure.com' = { group = 'rg-networking', links = ['hub-vnet'] }
[estate.vm.dns-1]
group = 'rg-networking'
subnet = 'hub-vnet/snet-private-endpoints'
address = '10.1.9.4'
";

const UNBOUND: &str = "server:
  interface: 10.1.9.4
  access-control: 0.0.0.0/0 allow
  do-ip6: no
  username: \"\"
  chroot: \"\"
  directory: \"\"
  pidfile: \"\"
  use-syslog: no
  logfile: \"\"
  module-config: \"iterator\"
forward-zone:
  name: \".\"
  forward-addr: 168.63.129.16
";

/// A program on a host; it ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a program on the machine and waits until it says that it serves. `None` with a printed line where
/// it is not installed.
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn serve(lab: &Lab, program: &str, arguments: &[&str], says: &str) -> Option<Running> {
    let inside = lab.access().of("vm/dns-1").unwrap().inside.clone().unwrap();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = inside.enter(|| command.spawn()).unwrap();
    let mut child = match child {
        Ok(child) => child,
        Err(why) => {
            eprintln!("skipped {program}: it cannot be started here: {why}");
            return None;
        }
    };
    let mut words = BufReader::new(child.stderr.take().unwrap()).lines();
    let running = Running(child);
    let line = words.find(|line| line.as_ref().is_ok_and(|line| line.contains(says)));
    assert!(line.is_some(), "{program} ended before it served");
    // It may go on writing.
    std::thread::spawn(move || words.for_each(drop));
    Some(running)
}

#[test]
fn dnsmasq_forwards_to_azure_dns() {
    let Some(lab) = start(&written("dnsmasq", "healthy", ESTATE)) else { return };
    let arguments = [
        "--keep-in-foreground",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--server=168.63.129.16",
        "--listen-address=10.1.9.4",
        "--bind-interfaces",
        "--pid-file=",
        "--user=",
        "--log-facility=-",
    ];
    let Some(_running) = serve(&lab, "dnsmasq", &arguments, "started") else { return };
    assert_eq!(seen(&lab), "401 at 10.1.2.4");
}

#[test]
fn unbound_forwards_to_azure_dns() {
    let Some(lab) = start(&written("unbound", "healthy", ESTATE)) else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("unbound.conf");
    std::fs::write(&file, UNBOUND).unwrap();
    let arguments = ["-d", "-c", file.to_str().unwrap()];
    let Some(_running) = serve(&lab, "unbound", &arguments, "start of service") else { return };
    assert_eq!(seen(&lab), "401 at 10.1.2.4");
}
