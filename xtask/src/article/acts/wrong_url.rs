//! What is played where the client has the wrong URL?

use super::{Act, CALL, CHECK, VM, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "wrong-endpoint",
    title: "Gotcha 4: the client has the wrong URL",
    about: "The endpoint setting names the host of the region, which no private endpoint serves.",
    chaos: None,
    steps: &[
        step("", VM, "python -c 'import os; print(os.environ.get(\"AZURE_OPENAI_ENDPOINT\"))'", &["eastus.api"], &[]),
        step("", VM, CALL, &["custom subdomain"], &[]),
        step("", "", CHECK, &["CLN004"], &[]),
        step(
            "The fix is in the application's settings; in the lab, one line:",
            "",
            "privpath lab change --lab article 'env AZURE_OPENAI_ENDPOINT=https://yourresource.openai.azure.com'",
            &["AZURE_OPENAI_ENDPOINT"],
            &[],
        ),
        step("", VM, CALL, &["This is the privpath lab."], &[]),
        step("", "", "privpath check https://yourresource.openai.azure.com --lab article --quiet", &["PRIVATE"], &[]),
    ],
};
