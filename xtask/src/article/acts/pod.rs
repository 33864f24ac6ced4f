//! What is played in a pod?

use super::{ANSWER, Act, CHECK, NAMES, POD, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "pod",
    title: "From a pod",
    about: "The article calls from AKS, too. Nothing is wrong here: the pod's token is exchanged at the sign-in host \
            on the internet (workload identity), and the call takes the endpoint.",
    chaos: None,
    steps: &[
        step("", POD, NAMES, &["10.1.2.4"], ANSWER),
        step("", POD, "env | grep ^AZURE_ | cut -d= -f1 | sort", &["AZURE_FEDERATED_TOKEN_FILE"], &[]),
        step("", POD, "python pod.py", &["This is the privpath lab."], &[]),
        step("", "", CHECK, &["PRIVATE"], &[]),
    ],
};
