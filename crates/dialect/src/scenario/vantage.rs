//! Which place does a vantage text mean: `vm/app`, `subnet/spoke-vnet/snet-app`, a resource id?

use super::names::{NameError, one, one_of};
use super::place;
use model::resource::{
    ApiManagement, CognitiveServicesAccount, ContainerApp, ManagedCluster, NetworkInterface, SearchService,
    VirtualMachine, WebApp,
};
use model::{Kind, ResourceId, Snapshot, Vantage};

/// Every form, for messages.
pub const FORMS: &str = "vm/NAME, nic/NAME, subnet/NETWORK/NAME, vnet/NAME, apim/NAME, app/NAME, containerapp/NAME, aks/NAME, search/NAME, account/NAME, onprem/NAME, \
     internet, here or a whole resource id";

/// Why a text is no vantage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VantageError {
    /// The text has none of the forms.
    #[error("{0:?} is no place to ask from; write {FORMS}")]
    Form(String),
    /// The resource is not of a kind that traffic starts at.
    #[error(
        "no traffic starts at {id}, a {resource_type}; name a virtual machine, NIC, subnet, virtual network, web app, container app, API Management service, AKS cluster, search service or AI services account"
    )]
    Kind {
        /// The resource.
        id: String,
        /// Its type.
        resource_type: String,
    },
    /// The name is not there, or there several times.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// Reads a vantage.
pub fn parse(text: &str, snapshot: &Snapshot) -> Result<Vantage, VantageError> {
    let text = text.trim();
    if let Some(id) = ResourceId::parse(text) {
        return of_id(&id, snapshot);
    }
    Ok(match text.split_once('/') {
        None if text.eq_ignore_ascii_case("internet") => Vantage::Internet,
        None if text.eq_ignore_ascii_case("here") => Vantage::Here,
        Some(("vm", name)) => Vantage::VirtualMachine(one::<VirtualMachine>(snapshot, "virtual machine", name)?),
        Some(("nic", name)) => Vantage::NetworkInterface(one::<NetworkInterface>(snapshot, "network interface", name)?),
        Some(("vnet", name)) => Vantage::VirtualNetwork(place::network(snapshot, name)?),
        Some(("app", name)) => Vantage::WebApp(one::<WebApp>(snapshot, "web app", name)?),
        Some(("apim", name)) => Vantage::ApiManagement(one::<ApiManagement>(snapshot, "API Management service", name)?),
        Some(("containerapp", name)) => Vantage::ContainerApp(one::<ContainerApp>(snapshot, "container app", name)?),
        Some(("aks", name)) => Vantage::Cluster(one::<ManagedCluster>(snapshot, "AKS cluster", name)?),
        Some(("search", name)) => Vantage::Service(one::<SearchService>(snapshot, "search service", name)?),
        Some(("account", name)) => Vantage::Service(one::<CognitiveServicesAccount>(snapshot, "account", name)?),
        Some(("onprem", name)) if is_plain(name) => Vantage::OnPremises(site(snapshot, name)?),
        Some(("subnet", rest)) => match rest.split_once('/') {
            Some((network, name)) => Vantage::Subnet(place::subnet(snapshot, network, name)?),
            None => return Err(VantageError::Form(text.to_owned())),
        },
        _ => return Err(VantageError::Form(text.to_owned())),
    })
}

/// True for a name that can be shown as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && model::visible(name) == name
}

/// A place outside of Azure. Any name will do as long as no place is declared.
fn site(snapshot: &Snapshot, name: &str) -> Result<String, NameError> {
    let known = &snapshot.client().on_premises;
    if known.is_empty() {
        return Ok(name.to_owned());
    }
    let found = known.keys().find(|site| site.eq_ignore_ascii_case(name));
    found.cloned().ok_or_else(|| NameError {
        what: "place on premises",
        name: name.to_owned(),
        candidates: known.keys().cloned().collect(),
        ambiguous: false,
    })
}

fn of_id(id: &ResourceId, snapshot: &Snapshot) -> Result<Vantage, VantageError> {
    let known = snapshot.iter().map(|resource| &resource.id).filter(|known| *known == id);
    let id = one_of("resource", id.as_str(), known)?;
    Ok(match Kind::of_type(&id.resource_type()) {
        Kind::VirtualMachine => Vantage::VirtualMachine(id),
        Kind::NetworkInterface => Vantage::NetworkInterface(id),
        Kind::Subnet => Vantage::Subnet(id),
        Kind::VirtualNetwork => Vantage::VirtualNetwork(id),
        Kind::WebApp => Vantage::WebApp(id),
        Kind::ApiManagement => Vantage::ApiManagement(id),
        Kind::ContainerApp => Vantage::ContainerApp(id),
        Kind::ManagedCluster => Vantage::Cluster(id),
        Kind::SearchService | Kind::CognitiveServicesAccount => Vantage::Service(id),
        _ => return Err(VantageError::Kind { resource_type: id.resource_type(), id: id.to_string() }),
    })
}
