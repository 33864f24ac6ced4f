//! What is played on a bad day of the ARM API?

use super::{Act, CHECK, OPERATOR, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "zone-not-linked",
    title: "On a bad day",
    about: "The ARM API throttles, fails and cuts connections (`privpath lab up zone-not-linked --chaos 7`). `az` waits \
            and asks again by itself, and so does privpath.",
    chaos: Some("7"),
    steps: &[
        step(
            "",
            OPERATOR,
            "az network private-dns zone list --query \"[].name\" -o tsv; az network vnet list --query \"[].name\" -o tsv",
            &["hub-vnet", "spoke-vnet"],
            &[],
        ),
        step("", "", CHECK, &["DNS003"], &[]),
    ],
};
