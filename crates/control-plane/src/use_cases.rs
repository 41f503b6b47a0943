//! The signatures of the use cases.
#![allow(unused_variables, clippy::unused_async, missing_debug_implementations)]
use domain::audit::AuditEvent;
use domain::draft::Draft;
use domain::id::{
    AccountId, DraftId, EnvironmentId, GroupMappingId, ParameterBindingId, ProductAccessId, ProductId, ProjectId,
    Region, RequestId,
};
use domain::person::{Actor, PersonKey};
use domain::problem::FieldError;
use domain::studio::PresignedUrl;
use domain::view::*;
use futures::Stream;
use std::collections::BTreeMap;

use crate::{Caller, ControlPlane, Error, Result};

/// What a verified ID token says, at a sign-in.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    /// `None`: the claim is missing from the token.
    pub groups: Option<Vec<String>>,
    pub request_id: String,
}

/// One line of `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub ok: bool,
    pub detail: String,
    /// Empty when it is well.
    pub what_to_do: String,
}

fn pending<T>() -> Result<T> {
    Err(Error::NotFound { what: "page".into() })
}

impl ControlPlane {
    pub async fn sign_in(&self, sign_in: SignIn) -> Result<()> { pending() }
    /// The person with the roles that hold now; `None` when they never signed in.
    pub async fn actor(&self, person: &PersonKey) -> Result<Option<Actor>> { pending() }
    pub async fn profile(&self, caller: &Caller) -> Result<ProfilePage> { pending() }
    pub async fn end_session(&self, caller: &Caller, handle: &str) -> Result<()> { pending() }
    pub async fn end_sessions_of(&self, caller: &Caller, person: &PersonKey) -> Result<u64> { pending() }

    pub async fn shell(&self, caller: &Caller) -> Result<Shell> { pending() }
    pub async fn set_flash(&self, caller: &Caller, flash: Flash) -> Result<()> { pending() }
    pub async fn home(&self, caller: &Caller) -> Result<HomePage> { pending() }

    pub async fn catalog(&self, caller: &Caller, query: CatalogQuery) -> Result<CatalogPage> { pending() }
    pub async fn product(&self, caller: &Caller, id: &ProductId) -> Result<ProductPage> { pending() }
    pub async fn refresh_catalog(&self, caller: &Caller) -> Result<()> { pending() }
    pub async fn request_form(&self, caller: &Caller, id: &ProductId, query: RequestFormQuery) -> Result<RequestFormPage> { pending() }

    pub async fn submit_request(&self, caller: &Caller, input: RequestInput) -> Result<RequestId> { pending() }
    pub async fn requests(&self, caller: &Caller, query: RequestsQuery) -> Result<RequestsPage> { pending() }
    pub async fn request(&self, caller: &Caller, id: &RequestId, draft: Option<&str>) -> Result<RequestPage> { pending() }
    pub async fn withdraw_request(&self, caller: &Caller, id: &RequestId, version: i64) -> Result<()> { pending() }

    pub async fn approvals(&self, caller: &Caller, after: &str) -> Result<ApprovalsPage> { pending() }
    pub async fn decide_request(&self, caller: &Caller, id: &RequestId, input: DecisionInput) -> Result<()> { pending() }

    pub async fn environments(&self, caller: &Caller, query: EnvironmentsQuery) -> Result<EnvironmentsPage> { pending() }
    pub async fn environment(&self, caller: &Caller, id: &EnvironmentId, draft: Option<&str>) -> Result<EnvironmentPage> { pending() }
    pub async fn progress(&self, caller: &Caller, id: &EnvironmentId) -> Result<Progress> { pending() }
    pub async fn watch(&self, caller: &Caller, id: &EnvironmentId) -> Result<impl Stream<Item = Progress> + Send + use<>> {
        pending::<()>()?;
        Ok(futures::stream::empty())
    }
    pub async fn terminate_environment(&self, caller: &Caller, id: &EnvironmentId, input: TerminateInput) -> Result<()> { pending() }
    pub async fn retry_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<()> { pending() }
    pub async fn launch_environment(&self, caller: &Caller, id: &EnvironmentId) -> Result<PresignedUrl> { pending() }

    pub async fn audit(&self, caller: &Caller, query: AuditQuery) -> Result<AuditPage> { pending() }
    pub async fn audit_export(&self, caller: &Caller, query: AuditQuery) -> Result<impl Stream<Item = Result<AuditRow>> + Send + use<>> {
        pending::<()>()?;
        Ok(futures::stream::empty())
    }

    pub async fn save_draft(&self, owner: &PersonKey, form: &str, fields: BTreeMap<String, String>, errors: Vec<FieldError>) -> Result<DraftId> { pending() }
    pub async fn draft(&self, caller: &Caller, id: &str) -> Result<Option<Draft>> { pending() }

    pub async fn admin_projects(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminProjectsPage> { pending() }
    pub async fn admin_project(&self, caller: &Caller, id: &ProjectId, draft: Option<&str>) -> Result<AdminProjectPage> { pending() }
    pub async fn save_project(&self, caller: &Caller, input: ProjectInput) -> Result<ProjectId> { pending() }
    pub async fn save_project_account(&self, caller: &Caller, input: ProjectAccountInput) -> Result<()> { pending() }
    pub async fn remove_project_account(&self, caller: &Caller, project: &ProjectId, account: &AccountId, region: &Region) -> Result<()> { pending() }
    pub async fn admin_mappings(&self, caller: &Caller, draft: Option<&str>) -> Result<AdminMappingsPage> { pending() }
    pub async fn add_group_mapping(&self, caller: &Caller, input: GroupMappingInput) -> Result<GroupMappingId> { pending() }
    pub async fn remove_group_mapping(&self, caller: &Caller, id: &GroupMappingId) -> Result<()> { pending() }
    pub async fn admin_products(&self, caller: &Caller) -> Result<AdminProductsPage> { pending() }
    pub async fn admin_product(&self, caller: &Caller, id: &ProductId, draft: Option<&str>) -> Result<AdminProductPage> { pending() }
    pub async fn save_product_access(&self, caller: &Caller, input: ProductAccessInput) -> Result<ProductAccessId> { pending() }
    pub async fn remove_product_access(&self, caller: &Caller, id: &ProductAccessId) -> Result<()> { pending() }
    pub async fn save_parameter_binding(&self, caller: &Caller, input: ParameterBindingInput) -> Result<ParameterBindingId> { pending() }
    pub async fn remove_parameter_binding(&self, caller: &Caller, id: &ParameterBindingId) -> Result<()> { pending() }
    /// Takes over every proposed binding; answers how many.
    pub async fn accept_binding_proposals(&self, caller: &Caller, id: &ProductId) -> Result<u32> { pending() }

    /// Runs every worker until `shutdown`; leases are finished or released before it returns.
    pub async fn run_workers(&self, shutdown: tokio_util::sync::CancellationToken) {}
    /// One round of every worker, ended when nothing is due. Answers whether anything was done.
    pub async fn tick(&self) -> Result<bool> { pending() }
    pub async fn doctor(&self) -> Vec<Check> { Vec::new() }
}

#[allow(dead_code)]
fn uses(_: &AuditEvent) {}
