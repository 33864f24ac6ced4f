//! What is played where App Service does not route into the network?

use super::{ANSWER, APP, Act, CALL, CHECK, NAMES, OPERATOR, VM, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "route-all-off",
    title: "Gotcha 2: App Service does not route into the network",
    about: "The article says that route-all is needed for private endpoints. Addresses of RFC 1918 go into the network \
            without it; it is needed for an endpoint elsewhere, such as this one in 100.64.0.0/10.",
    chaos: None,
    steps: &[
        step("The name is right, and the virtual machine is answered:", VM, CALL, &["This is the privpath lab."], &[]),
        step("The app is not:", APP, NAMES, &["100.64.2.4"], ANSWER),
        step("", APP, CALL, &["timed out"], &[]),
        step("", "", CHECK, &["RTE"], &[]),
        step(
            "The fix, word for word:",
            OPERATOR,
            "az webapp config set \\\n  --resource-group rg-app \\\n  --name your-app-service \\\n  --generic-configurations '{\"vnetRouteAllEnabled\": true}'",
            &["\"vnetRouteAllEnabled\": true"],
            &["vnetRouteAllEnabled"],
        ),
        step(
            "",
            OPERATOR,
            "az webapp show --resource-group rg-app --name your-app-service --query siteConfig.vnetRouteAllEnabled",
            &["true"],
            &[],
        ),
        step("", APP, CALL, &["This is the privpath lab."], &[]),
        step("", "", CHECK, &["PRIVATE"], &[]),
    ],
};
