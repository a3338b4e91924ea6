//! The configuration applied, with Terraform and Ansible themselves.
