//! For which of its reasons does Key Vault answer Forbidden?

use crate::admitted::{by_endpoint, called, label, on};
use crate::replied::{denied, told};
use finding::{Check, Cx, Meta, Remedy, Sink, check};
use model::ResourceId;
use path::Trace;
use path::access::{Denial, Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// Key Vault answered 403 `Forbidden`, and the inner code of the reply says why: `ForbiddenByConnection`,
    /// `ForbiddenByFirewall`, `ForbiddenByRbac` or `ForbiddenByPolicy`.
    ///
    /// ## Why it breaks
    ///
    /// One word stands for three faults. `ForbiddenByConnection`: the call came neither by an approved private link nor
    /// from an admitted network, which is about the way. `ForbiddenByFirewall`: the rules of the public side do not name
    /// the address. `ForbiddenByRbac` and `ForbiddenByPolicy`: the call was let in, and the identity of the token may not
    /// do this.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// By the inner code alone, never by the status or the word `Forbidden`. A 401 of a vault says nothing of its network
    /// rules: it asks who calls before it looks at them, so without a token a closed vault looks like an open one. Where
    /// the private way is meant and the call arrived publicly, `ForbiddenByConnection` is a symptom: the fault is what led
    /// it there, and that is told in its place.
    ///
    /// ## How to repair
    ///
    /// For the way: a private endpoint, and DNS that leads to it. For the address: a rule for it, or a private endpoint.
    /// For the identity: a role with data actions, such as Key Vault Secrets User; no network rule helps.
    ///
    /// ## Sources
    ///
    /// github.com/microsoft/multimodal-ai issue 171, microsoft/AzureTRE issue 3789, piyushsachdeva/Terraform_AKS issue 2,
    /// SparebankenVest/azure-key-vault-to-kubernetes issue 232.
    pub struct KvThreeForbidden = {
        code: "ACC014",
        name: "kv-three-forbidden",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "Key Vault refuses for one of three reasons; only the inner code says which.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for KvThreeForbidden {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    /// The way and the address.
    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let from = &trace.question.from;
        let name = label(trace);
        let vault = called(cx, trace);
        let finding = match trace.heard.reply {
            Some(Reading::NetworkRefusal(Refusal::VaultConnection, fact)) => {
                let title = format!("{name} takes no public calls: ForbiddenByConnection");
                told(Self::META, title, fact)
            }
            Some(Reading::NetworkRefusal(Refusal::VaultAddress, fact)) => {
                let title = format!("{name} does not admit {from}: ForbiddenByFirewall");
                told(Self::META, title, fact).repaired_by(admitting(trace, vault.as_ref()))
            }
            _ => return,
        };
        let private = by_endpoint(cx, trace, vault.as_ref(), "vault");
        out.push(on(vault.as_ref(), finding.repaired_by(private)));
    }

    /// The identity, by whichever way the call arrived.
    fn arrived(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let name = label(trace);
        let vault = called(cx, trace);
        let scope = vault.as_ref().map_or("VAULT_ID", ResourceId::as_str);
        let finding = if let Some(fact) = denied(trace, Denial::VaultRole) {
            let words = vec![
                format!(
                    "az role assignment create --role 'Key Vault Secrets User' --assignee PRINCIPAL --scope {scope}"
                ),
                "PRINCIPAL is the oid that the reply names; keys and certificates have roles of their own".to_owned(),
                "grants take minutes to apply; no network rule helps".to_owned(),
            ];
            told(Self::META, format!("the identity has no role for this call on {name}: ForbiddenByRbac"), fact)
                .repaired_by(Remedy::manual("give the identity that calls a role with data actions", words))
        } else if let Some(fact) = denied(trace, Denial::VaultPolicy) {
            let words = vec!["the message says which caller and what is missing; no network rule helps".to_owned()];
            told(Self::META, format!("the access policy of {name} does not allow this call: ForbiddenByPolicy"), fact)
                .repaired_by(Remedy::manual("change the access policy of the vault", words))
        } else {
            return;
        };
        out.push(on(vault.as_ref(), finding));
    }
}

/// A rule for the public address.
fn admitting(trace: &Trace, vault: Option<&ResourceId>) -> Remedy {
    let name = vault.map_or_else(|| label(trace), |vault| vault.name().to_owned());
    let address = trace.heard.source.map_or_else(|| "ADDRESS".to_owned(), |address| address.to_string());
    Remedy::manual(
        "let its public address in",
        vec![
            format!("az keyvault network-rule add --name {name} --ip-address {address}"),
            "whoever else leaves from this address is let in too; a rule for a private address has no effect"
                .to_owned(),
        ],
    )
}
