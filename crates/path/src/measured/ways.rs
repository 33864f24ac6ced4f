//! By which way does the address that was dialled lead, and where was a wrong way taken?

use super::Reader;
use crate::weigh::{NOWHERE, is_placeless};
use fabric::endpoint::{self, Landing};
use fabric::is_public;
use model::resource::ConnectionState;
use model::{Expect, Known, ResourceId, Stage, Status, Vantage, Way};
use std::net::IpAddr;

impl Reader<'_> {
    /// The way that the dialled address belongs to, and where a wrong one left the private way.
    pub(super) fn way(&mut self, address: IpAddr) -> (Way, Option<Stage>) {
        let Some(snapshot) = self.setting.snapshot else { return self.way_without_snapshot(address) };
        let blame = self.named_by();
        let landing = endpoint::landing(snapshot, self.setting.network, address).outcome;
        match landing {
            Known::Value(Landing::Endpoint(arrival)) => {
                let asked = self.target();
                match (asked, &arrival.target) {
                    (Some(asked), Some(led)) if asked != *led => {
                        self.see(
                            Stage::Dns,
                            Some(Status::Fail),
                            format!("{address} is the endpoint of {}, not of what was asked", led.name()),
                        );
                        (Way::None, Some(blame))
                    }
                    // An address names whatever its endpoint leads to.
                    (None, Some(_)) if self.setting.question.to.host.name().is_none() => {
                        let approved = arrival.state.is(&ConnectionState::Approved);
                        (if approved { Way::Private } else { Way::None }, None)
                    }
                    (None, _) | (_, None) => (Way::Unknown, None),
                    _ => {
                        self.see(
                            Stage::Dns,
                            Some(Status::Pass),
                            format!("{address} is endpoint {}", arrival.endpoint.name()),
                        );
                        let approved = arrival.state.is(&ConnectionState::Approved);
                        (if approved { Way::Private } else { Way::None }, None)
                    }
                }
            }
            Known::Value(Landing::Nothing) if is_public(address) => {
                let shown = self.weighed.stage == Some(Stage::Dns);
                let status = match self.setting.question.expect {
                    Expect::Public => Status::Pass,
                    _ if shown || self.has_private_way() => Status::Fail,
                    _ => Status::Info,
                };
                self.see(Stage::Dns, Some(status), format!("{address} is a public address"));
                (Way::Public, (status == Status::Fail).then_some(blame))
            }
            Known::Value(Landing::Nothing) => {
                self.see(Stage::Dns, Some(Status::Fail), format!("{address} belongs to no NIC in the snapshot"));
                (Way::None, Some(blame))
            }
            Known::Value(Landing::OtherInterface(_)) | Known::Unknown(_) => (Way::Unknown, None),
        }
    }

    fn way_without_snapshot(&mut self, address: IpAddr) -> (Way, Option<Stage>) {
        if is_public(address) {
            let left = self.weighed.stage;
            let status = if left.is_some() { Status::Fail } else { Status::Info };
            self.see(self.named_by(), Some(status), format!("{address} is a public address"));
            return (Way::Public, left);
        }
        let by = self.named_by();
        let text = format!("{address} is not a public address; whose it is, only the endpoint's NIC can tell");
        self.see(by, Some(Status::Unknown), text);
        self.settle.push(format!(
            "{by}: compare {address} with the endpoint's addresses: privpath check --snapshot FOLDER, or az network private-endpoint show --query customDnsConfigs"
        ));
        (Way::Unknown, None)
    }

    fn target(&self) -> Option<ResourceId> {
        let service = fabric::client::service(self.setting.question.to.host.name()?)?;
        fabric::client::target(self.setting.snapshot?, &service).value()?.clone()
    }

    /// Where a public way may come from when nothing tells: without an endpoint to go to, DNS is
    /// right to answer publicly.
    pub(super) fn public_candidates(&self) -> Vec<Stage> {
        if is_placeless(&self.setting) && !self.weighed.candidates.is_empty() {
            return self.weighed.candidates.clone();
        }
        match self.setting.snapshot {
            Some(_) if self.setting.network.is_none() && self.setting.question.from != Vantage::Here => {
                let from = &self.setting.question.from;
                // An app of a platform is in a network or in none by its settings.
                let is_app = matches!(from, Vantage::WebApp(_) | Vantage::ContainerApp(_) | Vantage::ApiManagement(_));
                vec![if is_app { Stage::Route } else { Stage::Client }]
            }
            Some(_) if !self.has_private_way() => vec![Stage::Client, Stage::Endpoint],
            _ => NOWHERE.to_vec(),
        }
    }

    /// True when there is a private way to leave: we are in a network, and the asked resource is
    /// known to have a private endpoint.
    fn has_private_way(&self) -> bool {
        let found = self.setting.snapshot.zip(self.target()).filter(|_| self.setting.network.is_some());
        found.is_some_and(|(snapshot, target)| {
            fabric::client::has_endpoint(snapshot, &target).value().is_some_and(Option::is_some)
        })
    }
}
