//! How long does a lab in namespaces take, for one estate and for many beside each other?

use super::*;
use std::fmt::Write;
use std::time::Instant;

/// The article's estate, by itself and with twenty others: 60 networks and 140 hosts.
#[test]
#[ignore = "prints how long a lab takes; run it by itself: cargo test -p lab --release how_long -- --ignored --nocapture"]
#[expect(clippy::print_stderr, reason = "a measurement")]
fn how_long_a_lab_takes() {
    for copies in [0, 1, 5, 20] {
        let scenario = written("many", "healthy", &beside(copies));
        let began = Instant::now();
        let Some(lab) = start(&scenario) else { return };
        let (up, began) = (began.elapsed(), Instant::now());
        lab.counters().unwrap();
        let (counted, began) = (began.elapsed(), Instant::now());
        drop(lab);
        eprintln!("{copies} estates more: up in {up:?}, counters in {counted:?}, down in {:?}", began.elapsed());
    }
}

/// Estates of three networks, with a DNS server, an appliance and three endpoints each.
fn beside(copies: usize) -> String {
    let (mut tables, mut servers) = (String::new(), "[estate.dns-server]\n".to_owned());
    for copy in 1..=copies {
        let (hub, spoke) = (2 * copy + 9, 2 * copy + 10);
        let _ = write!(
            tables,
            "[estate.network.hub-{copy}]\ngroup = 'rg'\nspace = '10.{hub}.0.0/16'\n\
             peers = ['spoke-{copy}', 'third-{copy}']\nsubnet.a = {{ prefix = '10.{hub}.1.0/24', nsg = 'nsg-app' }}\n\
             [estate.network.spoke-{copy}]\ngroup = 'rg'\nspace = '10.{spoke}.0.0/16'\ndns = ['10.{hub}.9.4']\n\
             subnet.a = {{ prefix = '10.{spoke}.1.0/24', nsg = 'nsg-app', route-table = 'rt-{copy}' }}\n\
             [estate.network.third-{copy}]\ngroup = 'rg'\nspace = '172.16.{copy}.0/24'\n\
             subnet.a = {{ prefix = '172.16.{copy}.0/25' }}\n\
             [estate.route-table.rt-{copy}]\ngroup = 'rg'\n\
             routes = {{ r = '10.{hub}.0.0/16 VirtualAppliance 10.{hub}.1.5' }}\n\
             [estate.vm.a-{copy}]\ngroup = 'rg'\nsubnet = 'spoke-{copy}/a'\naddress = '10.{spoke}.1.4'\n\
             [estate.vm.b-{copy}]\ngroup = 'rg'\nsubnet = 'hub-{copy}/a'\naddress = '10.{hub}.1.5'\nforwards = 'plain'\n\
             [estate.vm.c-{copy}]\ngroup = 'rg'\nsubnet = 'third-{copy}/a'\naddress = '172.16.{copy}.4'\n"
        );
        for number in 1..=3 {
            let _ = write!(
                tables,
                "[estate.account.account-{copy}-{number}]\ngroup = 'rg'\n\
                 [estate.endpoint.pe-{copy}-{number}]\ngroup = 'rg'\nsubnet = 'hub-{copy}/a'\n\
                 address = '10.{hub}.1.{}'\naccount = 'account-{copy}-{number}'\n",
                number + 20
            );
        }
        let _ = writeln!(
            servers,
            "d-{copy} = {{ address = '10.{hub}.9.4', network = 'hub-{copy}', forward = {{ '.' = '168.63.129.16' }} }}"
        );
    }
    tables + &servers
}
