//! Do rules match the members of application security groups, and the service tags that the lab knows?

use super::*;

const RULE: &str = "spoke-vnet Outbound nsg-app 150 all";

#[test]
fn a_group_is_its_members() {
    let Some(lab) = lab("healthy") else { return };
    let network =
        format!("/subscriptions/{}/resourceGroups/rg-app/providers/Microsoft.Network", lab.access().subscription);
    let group = format!("{{\"id\": \"{network}/applicationSecurityGroups/asg-app\"}}");
    let source = format!("\"sourceApplicationSecurityGroups\": [{group}], \"destinationAddressPrefix\": \"*\"");
    put_rule_with(&lab, "nsg-app", "Deny", &source);
    // Nobody is a member yet.
    assert_eq!(seen(&lab), "401 at 10.1.2.4");
    let card = format!("{network}/networkInterfaces/app-nic?api-version=2025-05-01");
    let document = arm(lab.access(), "GET", &card, "").body;
    let member = format!("\"applicationSecurityGroups\": [{group}], \"privateIPAddress\"");
    let reply = arm(lab.access(), "PUT", &card, &document.replacen("\"privateIPAddress\"", &member, 1));
    assert!(reply.status < 300, "{}", reply.body);
    assert_eq!(seen(&lab), "timed out at 10.1.2.4");
    assert_eq!(dropped(&lab), [RULE]);
}

#[test]
fn a_service_tag_holds_what_the_lab_has_of_it_or_is_said_to_be_unknown() {
    let Some(lab) = lab("zone-not-linked") else { return };
    let to = |tag: &str| format!("\"sourceAddressPrefix\": \"*\", \"destinationAddressPrefix\": \"{tag}\"");
    put_rule_with(&lab, "nsg-app", "Deny", &to("CognitiveServicesManagement"));
    assert_eq!(seen(&lab), "timed out at 203.0.113.10");
    assert_eq!(dropped(&lab), [RULE]);
    put_rule_with(&lab, "nsg-app", "Deny", &to("Storage.EastUS"));
    assert_eq!(seen(&lab), "403 at 203.0.113.10");
    drop(lab);
    let unknown =
        written("unknown", "healthy", "changes = ['rule nsg-app x 150 deny outbound any from * to NoSuchTag port *']");
    let lab = start(&unknown).unwrap();
    let limits = lab.access().of("vm/app").unwrap().limits.clone().unwrap_or_default();
    assert!(limits.contains("NoSuchTag") && limits.contains("rule x of nsg-app"), "{limits}");
}
