//! What is played where the network asks a DNS server of its own?

use super::{ANSWER, Act, CALL, CHECK, NAMES, OPERATOR, VM, server, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "healthy",
    title: "Gotcha 1, with a DNS server of your own",
    about: "The spoke shall ask a DNS server of its own, on the machine 10.2.1.4. `unbound` runs there and forwards to \
            a resolver on the internet, which knows no private zone.",
    chaos: None,
    steps: &[
        step(
            "",
            OPERATOR,
            "az network vnet update -g rg-app -n spoke-vnet --dns-servers 10.2.1.4 --query dhcpOptions.dnsServers -o tsv",
            &["10.2.1.4"],
            &[],
        ),
        server("", VM, "unbound -d -c unbound.conf", &["start of service"]),
        step("The symptom:", VM, NAMES, &["203.0.113.10"], ANSWER),
        step("", VM, CALL, &["403", "Public access is disabled"], &[]),
        step("What privpath says:", "", CHECK, &["PUBLIC", "dns"], &[]),
        step(
            "No Azure API tells what a server forwards. The whole report names the server, and what it was seen to say:",
            "",
            "privpath check --lab article",
            &["names are asked at 10.2.1.4"],
            &["10.2.1.4", "203.0.113.10 is a public"],
        ),
        step(
            "The fix, as the article has it: the server forwards to Azure's own, which hears it inside the network.",
            VM,
            "sed -i s/203.0.113.53/168.63.129.16/ unbound.conf && tail -1 unbound.conf",
            &["168.63.129.16"],
            &[],
        ),
        server("", VM, "unbound -d -c unbound.conf", &["start of service"]),
        step("And the symptom is gone:", VM, NAMES, &["10.1.2.4"], ANSWER),
        step("", VM, CALL, &["This is the privpath lab."], &[]),
        step("", "", CHECK, &["PRIVATE"], &[]),
    ],
};
