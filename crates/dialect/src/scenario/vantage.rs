//! Which place does a vantage text mean: `vm/app`, `subnet/spoke-vnet/snet-app`, a resource id?

use super::names::{NameError, one, one_of};
use super::place;
use model::resource::{NetworkInterface, VirtualMachine, WebApp};
use model::{Kind, ResourceId, Snapshot, Vantage};

/// Every form, for messages.
pub const FORMS: &str =
    "vm/NAME, nic/NAME, subnet/NETWORK/NAME, app/NAME, onprem/NAME, internet, here or a whole resource id";

/// Why a text is no vantage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VantageError {
    /// The text has none of the forms.
    #[error("{0:?} is no place to ask from; write {FORMS}")]
    Form(String),
    /// The resource is not of a kind that traffic starts at.
    #[error("no traffic starts at {id}, a {resource_type}; name a virtual machine, NIC, subnet or web app")]
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
        Some(("app", name)) => Vantage::WebApp(one::<WebApp>(snapshot, "web app", name)?),
        Some(("onprem", name)) if !name.is_empty() => Vantage::OnPremises(name.to_owned()),
        Some(("subnet", rest)) => match rest.split_once('/') {
            Some((network, name)) => Vantage::Subnet(place::subnet(snapshot, network, name)?),
            None => return Err(VantageError::Form(text.to_owned())),
        },
        _ => return Err(VantageError::Form(text.to_owned())),
    })
}

fn of_id(id: &ResourceId, snapshot: &Snapshot) -> Result<Vantage, VantageError> {
    let known = snapshot.iter().map(|resource| &resource.id).filter(|known| *known == id);
    let id = one_of("resource", id.as_str(), known)?;
    Ok(match Kind::of_type(&id.resource_type()) {
        Kind::VirtualMachine => Vantage::VirtualMachine(id),
        Kind::NetworkInterface => Vantage::NetworkInterface(id),
        Kind::Subnet => Vantage::Subnet(id),
        Kind::WebApp => Vantage::WebApp(id),
        _ => return Err(VantageError::Kind { resource_type: id.resource_type(), id: id.to_string() }),
    })
}
