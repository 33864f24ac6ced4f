//! What is played of the guide to the first check? The commands that export an estate, as they stand there.

use super::{Act, OPERATOR, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "zone-not-linked",
    title: "Your own export",
    about: "[Your first check](first-check.md#with-your-configuration) lists the commands that export an estate. Here \
            they run as they stand there, but for those of extensions, which `az` would have to fetch. What `az` \
            printed is read, and says the cause without a word from the network.",
    chaos: None,
    steps: &[
        step("", OPERATOR, "sh export.sh && echo exported", &["exported"], &["exported"]),
        step(
            "",
            "",
            "privpath trace --snapshot snapshot --from vm/app --to https://yourresource.openai.azure.com --quiet",
            &["PUBLIC [DNS003]"],
            &[],
        ),
        step("", "", "privpath audit --snapshot snapshot --format short", &["DNS003"], &[]),
    ],
};
