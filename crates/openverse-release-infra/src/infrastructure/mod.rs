//! The configuration of live environments in a checkout, and the programs that apply it, behind the
//! ports.

mod apply_ansible;
mod apply_terraform;
mod branch;
mod config;
mod configuration;
mod dag_checkout;
mod error;
mod file;
mod follow;
mod foreseen;
mod lock;
mod provisioning;
mod secrets;
mod site;
mod variables;

use crate::{Ansible, Checkout, Terraform};

pub use config::{InfrastructureConfig, TimeLimits};
pub use dag_checkout::DagCheckout;

/// The configuration of live environments in a checkout of the infrastructure repository, and the
/// programs that apply it.
///
/// Several processes may use one checkout: each waits for the others while it reads and changes
/// files.
#[derive(Debug)]
pub struct Infrastructure {
    config: InfrastructureConfig,
    checkout: Checkout,
}

impl Infrastructure {
    /// Returns the infrastructure that a checkout describes. Nothing is looked at yet.
    pub fn new(config: InfrastructureConfig) -> Self {
        let checkout = Checkout::new(&config.checkout, &config.protocols).under(config.limits.git);
        Self { config, checkout }
    }

    fn terraform(&self, folder: &str) -> Terraform {
        let terraform = Terraform::at(&self.config.terraform, self.config.checkout.join(folder));
        let given = self.config.environment.iter();
        given.fold(terraform.under(self.config.limits.terraform), |terraform, (name, value)| {
            terraform.with(name, value)
        })
    }

    fn ansible(&self) -> Ansible {
        let ansible = Ansible::at(&self.config.ansible, &self.config.checkout);
        let given = self.config.environment.iter();
        given.fold(ansible.under(self.config.limits.ansible), |ansible, (name, value)| {
            ansible.with(name, value)
        })
    }
}
