//! Which words do services refuse and deny with, and where were they seen?

use super::reply::{Denial, NotThere, Phrase, Refusal};
use model::{Fact, Mark};

static SWITCH: Fact = Fact {
    id: "reply-public-access-disabled",
    text: "403 `Public access is disabled. Please configure private endpoint.` means that the call arrived at the public side.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-search-openai-demo issue 1157, TabularEditor/TabularEditor3 issue 1557, read 2026-11-22",
};

static RULES: Fact = Fact {
    id: "reply-network-rules",
    text: "403 `Access denied due to Virtual Network/Firewall rules.` means that the network rules do not name the public source.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-sql-db-chatbot issue 3, read 2026-11-22",
};

static ENDPOINT: Fact = Fact {
    id: "reply-not-an-approved-endpoint",
    text: "403 `Traffic is not from an approved private endpoint` means the public side, or an endpoint of somebody else.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/chat-with-your-data-solution-accelerator pull 2188, read 2026-11-22",
};

static REGIONAL: Fact = Fact {
    id: "reply-regional-host",
    text: "403 `A Virtual Network is configured for this resource. Please use the correct endpoint` means that a regional host was called.",
    mark: Mark::Recorded,
    source: "github.com/continuedev/continue issue 12547, read 2026-11-22",
};

static POLICY: Fact = Fact {
    id: "reply-policy-header",
    text: "The header `policy-id: ThrowExceptionDueToTrafficDenied` marks a refusal by network rules.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-sql-db-chatbot issue 3, read 2026-11-22",
};

static PERIMETER: Fact = Fact {
    id: "reply-network-security-perimeter",
    text: "403 `not authorized by network security perimeter` or `nsp-rejected` is a refusal by a network security perimeter.",
    mark: Mark::Recorded,
    source: "one public thread, repository name not recorded, read 2026-11-22",
};

static VAULT_CONNECTION: Fact = Fact {
    id: "reply-vault-forbidden-by-connection",
    text: "403 `ForbiddenByConnection` of Key Vault means that the call came neither by an approved private link nor from an admitted network.",
    mark: Mark::Recorded,
    source: "microsoft/multimodal-ai issue 171, read 2026-11-22",
};

static VAULT_FIREWALL: Fact = Fact {
    id: "reply-vault-forbidden-by-firewall",
    text: "403 `ForbiddenByFirewall` of Key Vault means that its rules do not name the public address of the caller.",
    mark: Mark::Recorded,
    source: "microsoft/AzureTRE issue 3789, read 2026-11-22",
};

static VAULT_ROLE: Fact = Fact {
    id: "reply-vault-forbidden-by-rbac",
    text: "403 `ForbiddenByRbac` of Key Vault means that the call was let in, that the token is good, and that its identity has no role for the call.",
    mark: Mark::Recorded,
    source: "github.com/piyushsachdeva/Terraform_AKS issue 2, pulumi/pulumi-azure-native issue 890, read 2026-11-23",
};

static VAULT_POLICY: Fact = Fact {
    id: "reply-vault-forbidden-by-policy",
    text: "403 `ForbiddenByPolicy` of Key Vault means that the call was let in, that the token is good, and that the access policy of the vault does not allow this caller.",
    mark: Mark::Recorded,
    source: "github.com/SparebankenVest/azure-key-vault-to-kubernetes issue 232, read 2026-11-23",
};

static VAULT_ORDER: Fact = Fact {
    id: "vault-asks-who-calls-before-its-network-rules",
    text: "Key Vault answers a request without a token with 401, whatever its network rules say: its refusals by network rules name the caller, so it has read his token before.",
    mark: Mark::Inferred,
    source: "from the replies in github.com/microsoft/multimodal-ai issue 171 and Azure/azure-cli issue 31406, read 2026-11-23",
};

static WEB_APP: Fact = Fact {
    id: "reply-web-app-blocked",
    text: "403 `The web app you have attempted to reach has blocked your access` means that the call arrived at the public side of the app, which does not let it in. The title `Web App - Unavailable` alone says nothing: the page of a stopped app has it as well.",
    mark: Mark::Recorded,
    source: "github.com/MicrosoftDocs/azure-docs issue 85976, microsoft/clarity issue 1133, SchemaStore/schemastore issue 1223 (a stopped app), read 2026-11-23",
};

static REGISTRY_ORDER: Fact = Fact {
    id: "registry-asks-for-a-token-before-its-network-rules",
    text: "A container registry answers a request without a token with 401 and tells where tokens are had, whatever its network rules say: a client of a closed registry is refused when it asks there.",
    mark: Mark::Inferred,
    source: "from CONNECTIVITY_REFRESH_TOKEN_ERROR, which needs that 401 before it, in github.com/Azure/azure-cli issue 17137 and MicrosoftDocs/azure-docs issue 85239, read 2026-11-23",
};

static COSMOS: Fact = Fact {
    id: "reply-cosmos-public-internet",
    text: "403 `Request originated from IP … through public internet` of Cosmos DB means that the call arrived publicly and its rules do not name the address.",
    mark: Mark::Recorded,
    source: "microsoft/vscode-cosmosdb issue 2291, read 2026-11-22",
};

static REGISTRY: Fact = Fact {
    id: "reply-registry-client-address",
    text: "403 `client with IP '…' is not allowed access` of a container registry means that the call arrived publicly from this address, and that the public side is closed or its rules do not name it.",
    mark: Mark::Recorded,
    source: "github.com/Azure/acr issue 633, docker/build-push-action issue 1214, Azure/azure-cli issue 27253 and a lab with captured replies, read 2026-11-23",
};

static MESSAGING: Fact = Fact {
    id: "reply-messaging-refuses-with-401",
    text: "Event Hubs and Service Bus refuse by network rules with 401 `Ip has been prevented to connect to the endpoint`.",
    mark: Mark::Recorded,
    source: "public threads with this reply, repository names not recorded, read 2026-11-22",
};

static KEY: Fact = Fact {
    id: "reply-key-not-accepted",
    text: "401 `invalid subscription key or wrong API endpoint` means that the service was reached and that the key is not one of this resource.",
    mark: Mark::Recorded,
    source: "SciSharp/BotSharp issue 386, microsoft/microsoft-foundry-for-vscode issue 172, read 2026-11-22",
};

static TOKEN: Fact = Fact {
    id: "reply-token-not-accepted",
    text: "401 `Access token is missing, invalid, audience is incorrect, or have expired` means that the service was reached without a token that it takes.",
    mark: Mark::Recorded,
    source: "Azure-Samples/azure-search-openai-demo issue 458, FlowiseAI/Flowise issue 710, read 2026-11-22",
};

static ROLE: Fact = Fact {
    id: "reply-role-missing",
    text: "401 `Principal does not have access to API/Operation` or `lacks the required data action` means that the token is good and its identity has no role for the call.",
    mark: Mark::Recorded,
    source: "Azure-Samples/azure-search-openai-demo issues 1303 and 1837, microsoft/microsoft-foundry-for-vscode issue 205, read 2026-11-22",
};

static KEYS_DISABLED: Fact = Fact {
    id: "reply-keys-disabled",
    text: "403 `AuthenticationTypeDisabled` means that keys are switched off for the account: it is about who calls and not about the network.",
    mark: Mark::Recorded,
    source: "microsoft/sample-app-aoai-chatGPT issue 1000, Azure-Samples/azure-search-openai-demo issue 1617, read 2026-11-22",
};

static SUBDOMAIN: Fact = Fact {
    id: "reply-token-needs-subdomain",
    text: "400 `Please provide a custom subdomain for token authentication` means that a token was sent to an account without a custom subdomain, or to a regional host.",
    mark: Mark::Recorded,
    source: "Azure/azure-sdk-for-net issue 12789, read 2026-11-22",
};

static DEPLOYMENT: Fact = Fact {
    id: "reply-deployment-missing",
    text: "404 `DeploymentNotFound` means that the service was reached and has no deployment of this name.",
    mark: Mark::Recorded,
    source: "chatboxai/chatbox issue 646, assafelovic/gpt-researcher issue 980, read 2026-11-22",
};

static PATH: Fact = Fact {
    id: "reply-path-unknown",
    text: "404 `Resource not found` means that the service was reached and has nothing under this path or api-version.",
    mark: Mark::Recorded,
    source: "langchain-ai/langchainjs issue 5754, BerriAI/litellm issue 8572, read 2026-11-22",
};

/// Types of services that ask who calls before they look at their network rules: a 401 says nothing of these.
pub(super) static ASKING_FIRST: &[(&str, &Fact)] =
    &[("Microsoft.KeyVault/vaults", &VAULT_ORDER), ("Microsoft.ContainerRegistry/registries", &REGISTRY_ORDER)];

/// What the header `policy-id` of a refusal means.
pub(super) const POLICY_REPLY: &Fact = &POLICY;

const fn refusal(status: u16, words: &'static [&'static str], means: Refusal, fact: &'static Fact) -> Phrase<Refusal> {
    Phrase { status, words, means, fact }
}

/// Refusals by network rules.
pub(super) static REFUSALS: &[Phrase<Refusal>] = &[
    refusal(403, &["public access is disabled"], Refusal::PublicSide, &SWITCH),
    refusal(403, &["access denied due to virtual network/firewall rules"], Refusal::Rules, &RULES),
    refusal(403, &["traffic is not from an approved private endpoint"], Refusal::NotApproved, &ENDPOINT),
    refusal(403, &["a virtual network is configured for this resource"], Refusal::RegionalHost, &REGIONAL),
    refusal(403, &["not authorized by network security perimeter", "nsp-rejected"], Refusal::Perimeter, &PERIMETER),
    refusal(403, &["forbiddenbyconnection"], Refusal::VaultConnection, &VAULT_CONNECTION),
    refusal(403, &["forbiddenbyfirewall"], Refusal::VaultAddress, &VAULT_FIREWALL),
    refusal(403, &["has blocked your access"], Refusal::WebApp, &WEB_APP),
    refusal(403, &["request originated from ip"], Refusal::Rules, &COSMOS),
    refusal(403, &["client with ip '"], Refusal::Registry, &REGISTRY),
    refusal(401, &["ip has been prevented to connect to the endpoint"], Refusal::Rules, &MESSAGING),
];

/// Denials of who calls.
pub(super) static DENIALS: &[Phrase<Denial>] = &[
    Phrase { status: 401, words: &["invalid subscription key"], means: Denial::Key, fact: &KEY },
    Phrase { status: 401, words: &["access token is missing"], means: Denial::Token, fact: &TOKEN },
    Phrase {
        status: 401,
        words: &["principal does not have access to api/operation", "lacks the required data action"],
        means: Denial::Role,
        fact: &ROLE,
    },
    Phrase { status: 403, words: &["authenticationtypedisabled"], means: Denial::KeysDisabled, fact: &KEYS_DISABLED },
    Phrase { status: 403, words: &["forbiddenbyrbac"], means: Denial::VaultRole, fact: &VAULT_ROLE },
    Phrase { status: 403, words: &["forbiddenbypolicy"], means: Denial::VaultPolicy, fact: &VAULT_POLICY },
    Phrase {
        status: 400,
        words: &["please provide a custom subdomain for token authentication"],
        means: Denial::NoSubdomain,
        fact: &SUBDOMAIN,
    },
];

/// What is not there.
pub(super) static NOT_THERE: &[Phrase<NotThere>] = &[
    Phrase { status: 404, words: &["deploymentnotfound"], means: NotThere::Deployment, fact: &DEPLOYMENT },
    Phrase {
        status: 404,
        words: &["\"code\":\"404\",\"message\":\"resource not found\""],
        means: NotThere::Path,
        fact: &PATH,
    },
];

/// Words before the address that a service saw the call come from.
pub(super) static ADDRESS: &[&str] =
    &["your ip address is ", "client address: ", "client with ip '", "request originated from ip "];
