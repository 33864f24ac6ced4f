//! Which resources do accounts and other services stand for, and what does an endpoint to one lead to?

use super::super::file::{AccountEntry, AdmitsTable, EndpointEntry, ServiceEntry};
use super::super::{api_management, databricks};
use super::{ACCOUNT, Builder, Built, STORAGE, account_row, missing, word};
use ipnet::IpNet;
use model::resource::{
    Access, CognitiveServicesAccount, NetworkAcls, PrivateLinkResource, PublicNetworkAccess, VirtualNetworkRule,
};
use model::{Body, Known, ResourceId, ZoneRow, private_link_zones};
use std::net::IpAddr;
use std::sync::Arc;

impl<'e> Builder<'e> {
    /// The network rules of an account; `None` for one that has none.
    pub(super) fn network_acls(&self, entry: &AccountEntry, at: &str) -> Built<Option<NetworkAcls>> {
        let mut acls = entry.admits.as_ref().map(|admits| self.admits(admits, at)).transpose()?;
        if entry.trusted_services {
            let acls = acls.get_or_insert_with(|| NetworkAcls::without_rules(Access::Deny));
            acls.bypass = Some("AzureServices".to_owned());
        }
        Ok(acls)
    }

    /// Network rules that let nobody else in.
    pub(super) fn admits(&self, admits: &AdmitsTable, at: &str) -> Built<NetworkAcls> {
        let mut acls = NetworkAcls::without_rules(Access::Deny);
        for text in &admits.addresses {
            let prefix = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            acls.ip_rules.push(prefix.ok_or_else(|| format!("{at}.admits: {text:?} is no address or prefix"))?);
        }
        let there = admits.subnets.iter().map(|text| (text, "Succeeded"));
        for (text, state) in there.chain(admits.deleted_subnets.iter().map(|text| (text, "NetworkSourceDeleted"))) {
            let subnet = self.subnet_id(text, &format!("{at}.admits"))?;
            let state = Some(state.to_owned());
            acls.virtual_network_rules.push(VirtualNetworkRule { subnet, ignore_missing_endpoint: false, state });
        }
        Ok(acls)
    }

    pub(super) fn account(&mut self, name: &str, entry: &AccountEntry) -> Built {
        let at = format!("estate.account.{name}");
        let public = word(&at, entry.public.as_deref(), PublicNetworkAccess::parse, PublicNetworkAccess::Disabled)?;
        let id = self.id(&entry.group, ACCOUNT, name);
        let account = CognitiveServicesAccount {
            kind: Some(entry.kind.clone().unwrap_or_else(|| "OpenAI".to_owned())),
            custom_subdomain: Some(entry.subdomain.clone().unwrap_or_else(|| name.to_owned())),
            public_network_access: Known::Value(public),
            network_acls: self.network_acls(entry, &at)?,
            disable_local_auth: Known::Value(false),
            agent_subnet: entry.agent_subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?,
            // Azure does not mention it where it was never set.
            restrict_outbound: entry.may_call.as_ref().map(|_| true).into(),
            allowed_hosts: entry.may_call.clone().unwrap_or_default(),
        };
        self.add(id.clone(), Body::CognitiveServicesAccount(account));
        self.identified(entry.identity.as_deref());
        let zones = account_row().map_or(&[][..], |row| &row.zones);
        let resource = PrivateLinkResource {
            group_id: Some("account".to_owned()),
            required_zone_names: zones.iter().map(|zone| (*zone).to_owned()).collect(),
        };
        self.add(id.child("privateLinkResources", "account"), Body::PrivateLinkResource(resource));
        Ok(())
    }

    /// A service that is nothing but its id, its tier and what its document says of its public side.
    pub(super) fn service(&mut self, name: &str, entry: &ServiceEntry) {
        let id = self.id(&entry.group, &entry.resource_type, name);
        let document = entry.document(&id);
        self.add(id, Body::Other);
        if let (Some(resource), Some(document)) = (self.resources.last_mut(), document) {
            resource.document = Arc::from(document);
        }
        if let Some(sku) = &entry.sku {
            self.priced(sku);
        }
    }

    /// The resource group and the type of a service that an endpoint names.
    pub(super) fn typed_service(&self, at: &str, name: &str) -> Built<(&'e str, &'e str)> {
        let services = &self.estate.service;
        let gateway = || Some((self.estate.api_management.get(name)?.group.as_str(), api_management::SERVICE));
        let workspace = || Some((self.estate.databricks.get(name)?.group.as_str(), databricks::WORKSPACE));
        let plain = services.get(name).map(|of| (of.group.as_str(), of.resource_type.as_str()));
        plain.or_else(gateway).or_else(workspace).ok_or_else(|| missing(at, "service", name, services.keys()))
    }

    /// What an endpoint leads to: the resource, the label of its names, and the row of the zone table.
    pub(super) fn served(&self, at: &str, entry: &EndpointEntry) -> Built<(ResourceId, String, &'static ZoneRow)> {
        let row = |kind: &str, group: &str| {
            let fits = |row: &&ZoneRow| row.cloud == "AzureCloud" && row.resource_type == kind && row.group_id == group;
            let found = private_link_zones().iter().find(fits);
            found.ok_or_else(|| format!("{at}: {kind} has no sub-resource {group:?}; write one such as blob or dfs"))
        };
        match (&entry.account, &entry.storage, &entry.service) {
            (Some(name), None, None) => {
                let accounts = &self.estate.account;
                let of = accounts.get(name).ok_or_else(|| missing(at, "account", name, accounts.keys()))?;
                let label = of.subdomain.clone().unwrap_or_else(|| name.clone());
                let row = row(ACCOUNT, entry.sub_resource.as_deref().unwrap_or("account"))?;
                Ok((self.id(&of.group, ACCOUNT, name), label, row))
            }
            (None, None, Some(name)) => {
                let (group, kind) = self.typed_service(at, name)?;
                let row = row(kind, entry.sub_resource.as_deref().unwrap_or_default())?;
                Ok((self.id(group, kind, name), name.clone(), row))
            }
            (None, Some(name), None) => {
                let row = row(STORAGE, entry.sub_resource.as_deref().unwrap_or_default())?;
                Ok((self.id(&entry.group, STORAGE, name), name.clone(), row))
            }
            _ => Err(format!("{at}: write what it leads to, one of account = NAME, storage = NAME and service = NAME")),
        }
    }
}
