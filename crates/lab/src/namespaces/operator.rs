//! Where do clients of the ARM API run, and how do programs on hosts get tokens?
//!
//! The operator's host has nothing but a loopback interface, and the ARM API and the token endpoints are on it,
//! at the addresses that its hosts file gives their real names. So real clients run as they are, and nothing
//! that they send can go anywhere else.
#![allow(clippy::disallowed_types, reason = "these sockets are the lab's servers, in namespaces of its own")]

use super::built::interfaces;
use super::namespace::{Namespace, Role};
use crate::address_plan::{APP_TOKENS, CONTROL_PLANE, INSTANCE_METADATA, LOGIN, MANAGEMENT};
use crate::arm::identity::HeardBy;
use crate::loopback::serve_tokens;
use crate::state::Shared;
use crate::{Inside, LabError, OperatorAccess};
use model::Vantage;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// The operator's host.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(super) namespace: Namespace,
}

impl Operator {
    /// A host of its own, with the token endpoints that every host has.
    pub(crate) fn new(shared: &Shared) -> Result<Self, LabError> {
        let namespace = Namespace::new(Role::Host)?;
        give_tokens(&namespace, None, shared)?;
        namespace.ip(&format!("addr add {CONTROL_PLANE}/32 dev lo\n"))?;
        if let Some(name) = namespace.enter(interfaces)??.first() {
            let words = format!("the operator's host has an interface `{name}` that leads out of it");
            return Err(LabError::Machine(words));
        }
        Ok(Self { namespace })
    }

    /// Where the ARM API and the token endpoints of the tenant listen.
    pub(crate) fn control_plane(&self) -> Result<tokio::net::TcpListener, LabError> {
        listener(&self.namespace, CONTROL_PLANE, 443)
    }

    /// How it is entered. It asks no DNS server: there is none, and its hosts file has all that it reaches.
    pub(crate) fn access(&self) -> OperatorAccess {
        let hosts = [MANAGEMENT, LOGIN].map(|name| (name.to_owned(), CONTROL_PLANE.into()));
        OperatorAccess {
            inside: Inside {
                namespace: self.namespace.path(),
                dns_servers: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 53))],
                address: CONTROL_PLANE.into(),
            },
            hosts: hosts.into(),
        }
    }
}

/// Starts the token endpoints of a host: that of virtual machines, and that of web apps. They live as long as
/// the event loop.
pub(crate) fn give_tokens(namespace: &Namespace, vantage: Option<&Vantage>, shared: &Shared) -> Result<(), LabError> {
    namespace.ip(&format!("link set lo up\naddr add {INSTANCE_METADATA}/32 dev lo\n"))?;
    for (address, port) in [(INSTANCE_METADATA, 80), (Ipv4Addr::LOCALHOST, APP_TOKENS)] {
        tokio::spawn(serve_tokens(
            listener(namespace, address, port)?,
            vantage.cloned(),
            HeardBy::Host,
            shared.clone(),
        ));
    }
    Ok(())
}

fn listener(namespace: &Namespace, address: Ipv4Addr, port: u16) -> Result<tokio::net::TcpListener, LabError> {
    let address = SocketAddr::from((address, port));
    let failed = |why: std::io::Error| LabError::machine(&format!("{address} cannot be served"), why);
    let socket = namespace.enter(|| {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    tokio::net::TcpListener::from_std(socket.map_err(failed)?).map_err(failed)
}
