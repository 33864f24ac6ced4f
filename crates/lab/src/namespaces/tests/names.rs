//! Do questions travel to DNS servers, and from server to server, as packets?

use super::*;

/// The spoke asks a server in the hub; the zones are linked to the hub alone.
const HUB_SERVER: &str = "
[estate.network.spoke-vnet]
group = 'rg-app'
space = '10.2.0.0/16'
dns = ['10.1.9.4']
subnet.snet-app = { prefix = '10.2.1.0/24', nsg = 'nsg-app' }
subnet.snet-app-service = { prefix = '10.2.2.0/24', delegate = 'Microsoft.Web/serverFarms' }
[estate.zone]
'privatelink.openai.azure.com' = { group = 'rg-networking', links = ['hub-vnet'] }
";

fn asked(name: &str, changes: &str, tables: &str) -> Option<(String, Vec<String>)> {
    played(name, &format!("changes = [{changes}]\n{HUB_SERVER}\n[estate.dns-server]\n{tables}"))
}

#[test]
fn a_server_answers_from_where_it_stands() {
    let hub = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '168.63.129.16' } }";
    let Some((seen, _)) = asked("in the hub", "", hub) else { return };
    assert_eq!(seen, "401 at 10.1.2.4");
    // It asks a resolver on the internet, which knows no private zone.
    let public = hub.replace("168.63.129.16", "8.8.8.8");
    assert_eq!(asked("public upstream", "", &public).unwrap().0, "403 at 203.0.113.10");
    // One domain goes elsewhere.
    let mixed = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '168.63.129.16', \
                 'openai.azure.com' = '8.8.8.8' } }";
    assert_eq!(asked("conditional", "", mixed).unwrap().0, "403 at 203.0.113.10");
}

#[test]
fn a_server_that_is_not_reached_is_silent() {
    let hub = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '168.63.129.16' } }";
    let cut = "'set peering/spoke-vnet/hub-vnet peeringState = Disconnected'";
    let Some((seen, dropped)) = asked("no peering", cut, hub) else { return };
    assert_eq!(seen, "silence from 10.1.9.4");
    assert_eq!(dropped, ["spoke-vnet router of spoke-vnet no route"]);
    let closed = "'rule nsg-app no-dns 200 deny outbound udp from * to 10.1.9.4 port 53'";
    let (seen, dropped) = asked("group", closed, hub).unwrap();
    assert_eq!(seen, "silence from 10.1.9.4");
    assert_eq!(dropped, ["spoke-vnet Outbound nsg-app 200 no-dns"]);
}

#[test]
fn servers_ask_servers_and_pass_over_silent_ones() {
    let chain = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = ['10.1.9.99', '10.1.9.5'] } }\n\
                 d2 = { address = '10.1.9.5', network = 'hub-vnet', forward = { '.' = ['10.66.0.1', '168.63.129.16'] } }";
    let Some((seen, dropped)) = asked("chain", "", chain) else { return };
    assert_eq!(seen, "401 at 10.1.2.4");
    assert_eq!(dropped, ["hub-vnet router of hub-vnet nobody has the address", "hub-vnet router of hub-vnet no route"]);
    let circle = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '10.1.9.5' } }\n\
                  d2 = { address = '10.1.9.5', network = 'hub-vnet', forward = { '.' = '10.1.9.4' } }";
    assert_eq!(asked("circle", "", circle).unwrap().0, "Server Failure");
}

#[test]
fn a_ruleset_forwards_from_the_network_of_its_resolver() {
    let text = |target: &str| {
        format!(
            "[estate.resolver.r]\ngroup = 'rg-networking'\nnetwork = 'hub-vnet'\ninbound = '10.1.8.4'\n\
             [estate.ruleset.rules]\ngroup = 'rg-networking'\nresolver = 'r'\nlinks = ['spoke-vnet']\n\
             rules = {{ 'openai.azure.com' = {target} }}\n\
             [estate.zone]\n'privatelink.openai.azure.com' = {{ group = 'rg-networking', links = ['hub-vnet'] }}\n"
        )
    };
    // The spoke need not reach the inbound endpoint: the question leaves from the hub.
    let cut = "changes = ['rule nsg-app no-resolver 200 deny outbound any from * to 10.1.8.4 port *']\n";
    let Some((seen, dropped)) = played("inbound", &format!("{cut}{}", text("'10.1.8.4'"))) else { return };
    assert_eq!((seen.as_str(), dropped.len()), ("401 at 10.1.2.4", 0));
    assert_eq!(played("passed over", &text("['10.66.0.1', '10.1.8.4']")).unwrap().0, "401 at 10.1.2.4");
    assert_eq!(played("public", &text("'8.8.8.8'")).unwrap().0, "403 at 203.0.113.10");
    assert_eq!(played("silent", &text("'10.66.0.1'")).unwrap().0, "Server Failure");
}

#[test]
fn long_answers_come_over_tcp_between_servers() {
    let many: Vec<String> = (1..=200).map(|last| format!("10.9.0.{last}")).collect();
    let change = format!("'record privatelink.openai.azure.com many A {}'", many.join(","));
    let hub = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '168.63.129.16' } }";
    let text = format!("changes = [{change}]\n{HUB_SERVER}\n[estate.dns-server]\n{hub}");
    let Some(lab) = start(&written("long", "healthy", &text)) else { return };
    let vantage = lab.access().of("vm/app").unwrap();
    let inside = vantage.inside.as_ref().unwrap();
    let asked = crate::VantageAccess { dns: inside.dns_servers[0], ..vantage.clone() };
    let answer = inside.enter(|| crate::tests::client::dig_tcp(&asked, "many.privatelink.openai.azure.com")).unwrap();
    assert_eq!(answer.answers.len(), 200);
}

#[test]
fn the_server_of_a_machine_stays_when_the_estate_changes() {
    let machine = "[estate.vm.dns-1]\ngroup = 'rg-networking'\nsubnet = 'hub-vnet/snet-private-endpoints'\n\
                   address = '10.1.9.4'\n";
    let hub = "d1 = { address = '10.1.9.4', network = 'hub-vnet', forward = { '.' = '168.63.129.16' } }";
    let text = format!("{HUB_SERVER}\n{machine}\n[estate.dns-server]\n{hub}");
    let Some(lab) = start(&written("machine", "healthy", &text)) else { return };
    assert_eq!(seen(&lab), "401 at 10.1.2.4");
    for access in ["Deny", "Allow"] {
        put_rule(&lab, "nsg-app", access);
        assert_eq!(seen(&lab), if access == "Deny" { "silence from 10.1.9.4" } else { "401 at 10.1.2.4" });
    }
}
