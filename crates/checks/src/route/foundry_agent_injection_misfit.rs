//! Can the agents of a Foundry account run in the subnet that was chosen for them?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::resource::{CognitiveServicesAccount, Subnet, VirtualNetwork};
use model::{Because, FactRef, Kind, ResourceId};
use path::route::AGENT_SUBNET;

check! {
    /// ## What it finds
    ///
    /// An account of Azure AI services (Foundry) whose agents are to run in a subnet that is not delegated to
    /// `Microsoft.App/environments`, or that does not exist.
    ///
    /// ## Why it breaks
    ///
    /// The agent service puts its compute into the subnet, on container apps, and needs the delegation for it.
    /// Without it the deployment stays in `Accepted` or agents cannot reach what is private, with errors
    /// about something else, such as `invalid_search_request … Unable to resolve index`.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A delegated subnet whose network does not resolve the names of the agents' stores is a fault of DNS:
    /// ask from the subnet. An account without `networkInjections` runs its agents elsewhere, on purpose.
    ///
    /// ## How to repair
    ///
    /// Delegate a subnet that nothing else uses to `Microsoft.App/environments`. The subnet of an account is
    /// chosen when the account is made: where it is missing, the account and its capability hosts have to be
    /// made again.
    ///
    /// ## Sources
    ///
    /// Azure documentation: foundry/agents/how-to/virtual-networks.md (delegated subnet),
    /// foundry/agents/concepts/agents-networking-deep-dive.md; SDK reference of `NetworkInjection`; read
    /// 2026-11-22. Seen in the foundry-samples repository, issues 246 and 656.
    pub struct FoundryAgentInjectionMisfit = {
        code: "RTE012",
        name: "foundry-agent-injection-misfit",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The agent's subnet is missing, not delegated, or in a range that the platform reserves.",
        needs: [CognitiveServicesAccount, Subnet, VirtualNetwork],
        since: "0.1.0",
    }
}

const DELEGATION: &str = "Microsoft.App/environments";

impl Check for FoundryAgentInjectionMisfit {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, account) in cx.all::<CognitiveServicesAccount>() {
            out.findings.extend(account.agent_subnet.as_ref().and_then(|subnet| misfit(cx, id, subnet)));
        }
    }
}

fn misfit(cx: &Cx<'_>, account: &ResourceId, subnet: &ResourceId) -> Option<Finding> {
    let (name, place) = (account.name(), subnet.name());
    let chosen = FactRef::new(account, "networkInjections.subnetArmId", subnet.as_str());
    let chosen = Evidence::fact(format!("the agents of {name} are to run in {place}"), &chosen);
    let rule = Evidence::of(&Because::default().rule(&AGENT_SUBNET));
    let Some(found) = cx.find::<Subnet>(subnet) else {
        let network = subnet.parent().filter(|network| cx.find::<VirtualNetwork>(network).is_some())?;
        let extent = cx.snapshot().coverage().of_children(&network, Kind::Subnet);
        let text = format!("{} has no subnet {place}", network.name());
        let title = format!("the subnet of the agents of {name} does not exist");
        let remedy = Remedy::manual(
            format!("make the account {name} and its capability hosts again, with a subnet that exists"),
            vec![format!("a subnet of its own, delegated to {DELEGATION}")],
        );
        let evidence = [chosen, Evidence::fact(text, &FactRef::new(&network, "subnets", format!("no {place}")))];
        let found = Finding::new(FoundryAgentInjectionMisfit::META, title).on(account).on(&network);
        return extent.is_whole().then(|| found.shown_by(evidence).shown_by(rule).repaired_by(remedy));
    };
    if found.delegations.iter().any(|delegation| delegation.eq_ignore_ascii_case(DELEGATION)) {
        return None;
    }
    let has = match found.delegations.as_slice() {
        [] => "not delegated".to_owned(),
        others => format!("delegated to {}", others.join(", ")),
    };
    let lacking = FactRef::new(subnet, "delegations", found.delegations.join(", "));
    let remedy = Remedy::manual(
        format!("delegate {place} to {DELEGATION}"),
        vec![
            format!("az network vnet subnet update takes --delegations {DELEGATION}"),
            "nothing else may stand in the subnet: a subnet with machines or another delegation cannot take it"
                .to_owned(),
        ],
    );
    let title = format!("the subnet of the agents of {name} is not delegated to container apps");
    let evidence = [chosen, Evidence::fact(format!("subnet {place} is {has}"), &lacking)];
    let found = Finding::new(FoundryAgentInjectionMisfit::META, title).on(account).on(subnet);
    Some(found.shown_by(evidence).shown_by(rule).repaired_by(remedy))
}
