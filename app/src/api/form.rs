//! The form that a post came from: where to send the person back to, and what was typed.

use std::collections::{BTreeMap, BTreeSet};

use domain::draft::{RETYPE, RETYPE_FIELD};
use domain::problem::FieldError;
use domain::view::PolicyChangeInput;
use serde::Serialize;
use serde_json::Value;

use crate::pages::problem::Unkept;
use crate::pages::url::{encode, with_query};

/// The field that names the fields whose values are `NoEcho`, separated by commas.
const SECRETS: &str = "noecho";
/// A ticked box of this name with the key of a secret: after all, the template's default.
const KEEP_DEFAULT: &str = "keep_default[";

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The path of the page that the form stands on.
    pub path: String,
    /// What chooses the form on that page, kept in its address.
    query: Vec<(&'static str, String)>,
    /// What was typed, without secrets; empty for a form that is only a button.
    pub fields: BTreeMap<String, String>,
    /// The fields that are secrets.
    secrets: Vec<String>,
}

impl Form {
    pub(super) fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }

    /// On the page of one thing, whose identifier comes out of the post.
    pub(super) fn of(list: &str, id: &str) -> Self {
        Self::at(format!("{list}/{}", encode(id)))
    }

    /// What was posted to a form that is more than a button, with the page that such a form stands on; `None` for buttons.
    pub fn posted(endpoint: &str, fields: BTreeMap<String, String>) -> Option<Self> {
        let value = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let form = match endpoint {
            "/api/submit_request" | "/api/show_request_form" => {
                Self::of_request(&value("product"), &value("artifact"), &value("target"))
            }
            "/api/submit_update" | "/api/show_update_form" => Self::of_update(&value("id"), &value("artifact")),
            "/api/decide_request" | "/api/question_request" | "/api/answer_request" => {
                Self::of("/requests", &value("id"))
            }
            "/api/delegate_decisions" => Self::at("/approvals/delegations"),
            "/api/decide_requests" => Self::of_decisions(&value("chosen")),
            "/api/act_on_environments" => Self::of_environments(&value("act"), &value("chosen")),
            "/api/terminate_environment"
            | "/api/request_extension"
            | "/api/hold_environment"
            | "/api/hand_over_environment"
            | "/api/transfer_environment"
            | "/api/mark_running_job"
            | "/api/push_tags" => Self::of("/environments", &value("id")),
            "/api/adopt_product" => Self::of("/admin/unmanaged", &value("id")),
            "/api/revoke_access" => Self::of_revocation(&value("environment"), &value("person")),
            "/api/save_approval_floor" => Self::at("/admin/approvals").named("floor"),
            "/api/add_approver" => Self::at("/admin/approvals").named("approver"),
            "/api/add_group_mapping" => Self::at("/admin/mappings"),
            "/api/save_project" if value("version").is_empty() => Self::at("/admin/projects"),
            "/api/save_project" => Self::of("/admin/projects", &value("id")),
            "/api/save_project_account" => Self::of("/admin/projects", &value("project")).named("account"),
            "/api/save_product_access" => Self::of("/admin/products", &value("product")).named("access"),
            "/api/save_product_settings" => Self::of("/admin/products", &value("product")).named("settings"),
            "/api/preview_policy_change" => Self::of_policy_change(&PolicyChangeInput {
                kind: value("kind"),
                policy: value("policy"),
                node: value("node"),
                from: value("from"),
                ..PolicyChangeInput::default()
            }),
            "/api/save_idle_rule" => Self::at("/admin/idle"),
            "/api/enter_blueprint" | "/api/apply_blueprint" => Self::at("/organization/blueprint"),
            "/api/adopt_catalog_drift" | "/api/put_catalog_drift_back" => Self::at("/admin/drift"),
            "/api/plan_catalog" => Self::at("/admin/catalog-files"),
            "/api/save_tag_rule" => Self::at("/admin/tag-policy"),
            "/api/add_product" => Self::of("/admin/templates", &value("template")).named("product"),
            "/api/add_version" => Self::of("/admin/templates", &value("template")).named("version"),
            "/api/waive_finding" => Self::of("/admin/templates", &value("template")).named("waive"),
            "/api/set_product" => Self::of("/admin/products", &value("product")).named("text"),
            "/api/copy_product" => Self::of("/admin/products", &value("product")).named("copy"),
            "/api/associate_product" if value("from") == "portfolio" => {
                Self::of("/admin/portfolios", &value("portfolio")).named("associate")
            }
            "/api/associate_product" => Self::of("/admin/products", &value("product")).named("associate"),
            "/api/add_portfolio" => Self::at("/admin/portfolios"),
            "/api/set_portfolio" => Self::of("/admin/portfolios", &value("portfolio")).named("text"),
            "/api/associate_principal" => Self::of("/admin/portfolios", &value("portfolio")).named("principal"),
            "/api/add_share" => Self::of("/admin/portfolios", &value("portfolio")).named("share"),
            "/api/save_constraint" | "/api/try_constraint" => {
                Self::of_constraint(&value("product"), &value("portfolio"), &value("kind"))
            }
            "/api/add_tag_option" => Self::at("/admin/tags").named("new"),
            "/api/associate_tag_option" => Self::of("/admin/tags", &value("tag_option")).named("put"),
            "/api/check_template" => Self::at("/admin/templates"),
            "/api/save_webhook" => Self::of_webhook(),
            "/api/save_parameter_binding" => Self::of("/admin/products", &value("product")).named("binding"),
            _ => return None,
        };
        Some(form.keep(fields))
    }

    /// The form to request a product.
    pub(super) fn of_request(product: &str, artifact: &str, target: &str) -> Self {
        Self::at(format!("/catalog/{}/request", encode(product)))
            .with_query("artifact", artifact)
            .with_query("target", target)
    }

    /// The form to update an environment.
    pub(super) fn of_update(environment: &str, artifact: &str) -> Self {
        Self::at(format!("/environments/{}/update", encode(environment))).with_query("artifact", artifact)
    }

    /// The page of what holds for a product in a portfolio.
    pub(super) fn of_constraints(product: &str, portfolio: &str) -> Self {
        Self::at(format!("/admin/products/{}/constraints", encode(product))).with_query("portfolio", portfolio)
    }

    /// The form of a kind of constraint on it.
    pub(super) fn of_constraint(product: &str, portfolio: &str, kind: &str) -> Self {
        Self::of_constraints(product, portfolio).named(kind)
    }

    /// The form that decides several requests: `id:version` of each, with commas between them.
    pub(super) fn of_decisions(chosen: &str) -> Self {
        let ids = chosen.split(',').filter_map(|one| one.split(':').next()).filter(|id| !id.is_empty());
        ids.fold(Self::at("/approvals/decide"), |form, id| form.with_query("id", id))
    }

    /// The form that acts on several environments: `id:version:end` of each, with commas between them.
    pub(super) fn of_environments(act: &str, chosen: &str) -> Self {
        let ids = chosen.split(',').filter_map(|one| one.split(':').next()).filter(|id| !id.is_empty());
        let form = Self::at("/environments/together").with_query("act", act);
        ids.fold(form, |form, id| form.with_query("id", id))
    }

    /// The form to cut somebody off.
    pub(super) fn of_revocation(environment: &str, person: &str) -> Self {
        let form = Self::at("/revoke");
        if environment.is_empty() {
            form.with_query("person", person)
        } else {
            form.with_query("environment", environment)
        }
    }

    /// The form of a webhook: where it leads to is a secret, whatever the browser says.
    pub(super) fn of_webhook() -> Self {
        let secrets = ["url", "secret"].map(str::to_owned).to_vec();
        Self { secrets, ..Self::at("/admin/notifications") }
    }

    /// A form that changes a service control policy: on the page of the policy, of a node, or of all policies.
    pub(super) fn of_policy_change(input: &PolicyChangeInput) -> Self {
        match (input.kind.as_str(), input.from.as_str()) {
            ("create", _) => Self::at("/organization/policies"),
            ("edit", _) => Self::of("/organization/policies", &input.policy).named("edit"),
            (_, "node") => Self::of("/organization", &input.node),
            _ => Self::of("/organization/policies", &input.policy),
        }
    }

    pub(super) fn with_query(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }

    /// Keeps what was typed, under the names of the fields.
    pub(super) fn with_fields(self, input: &impl Serialize) -> Self {
        let mut fields = BTreeMap::new();
        if let Ok(Value::Object(input)) = serde_json::to_value(input) {
            for (name, value) in input {
                match value {
                    Value::String(text) => {
                        fields.insert(name, text);
                    }
                    Value::Object(inner) => {
                        fields.extend(
                            inner.into_iter().filter_map(|(key, value)| {
                                Some((format!("{name}[{key}]"), value.as_str()?.to_owned()))
                            }),
                        );
                    }
                    _ => {}
                }
            }
        }
        self.keep(fields)
    }

    /// Keeps a field that is no part of the input.
    pub(super) fn with_field(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Tells the forms of one page apart.
    pub(super) fn named(mut self, name: &str) -> Self {
        self.fields.insert("form".to_owned(), name.to_owned());
        self
    }

    /// Takes the values of secrets out, and remembers which were typed.
    fn keep(mut self, mut fields: BTreeMap<String, String>) -> Self {
        let names = |list: Option<String>| {
            let list = list.unwrap_or_default();
            list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let mut secrets = names(fields.remove(SECRETS));
        secrets.extend(self.secrets.iter().cloned());
        let mut retype = names(fields.remove(RETYPE_FIELD));
        retype.retain(|name| {
            let key = name.split_once('[').map_or(name.as_str(), |(_, key)| key);
            secrets.contains(name) && !fields.contains_key(&format!("{KEEP_DEFAULT}{key}"))
        });
        for name in &secrets {
            if fields.remove(name).is_some_and(|typed| !typed.is_empty()) {
                retype.insert(name.clone());
            }
        }
        if !retype.is_empty() {
            fields.insert(RETYPE_FIELD.to_owned(), retype.into_iter().collect::<Vec<_>>().join(","));
        }
        // The draft before this one, and boxes, say nothing of the next form.
        fields.remove("draft");
        fields.retain(|name, _| !name.starts_with(KEEP_DEFAULT));
        self.fields.extend(fields);
        self.secrets = secrets.into_iter().collect();
        self
    }

    /// The mistakes, and at each secret that was typed that it is not kept.
    pub fn errors(&self, mut mistakes: Vec<FieldError>) -> Vec<FieldError> {
        let retype = self.fields.get(RETYPE_FIELD).map(String::as_str).unwrap_or_default();
        for name in retype.split(',').filter(|name| !name.is_empty()) {
            match mistakes.iter_mut().find(|mistake| mistake.field == name) {
                Some(mistake) if mistake.message == RETYPE => {}
                Some(mistake) => mistake.message = format!("{}. {RETYPE}", mistake.message.trim_end_matches('.')),
                None => mistakes.push(FieldError::new(name, RETYPE)),
            }
        }
        mistakes
    }

    /// The address of the form; with a draft, showing what was typed.
    pub fn address(&self, draft: Option<&str>) -> String {
        let mut pairs: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.push(("draft", draft.unwrap_or_default()));
        with_query(&self.path, &pairs)
    }

    /// The same, at the list of what is wrong with it.
    pub(super) fn address_of_errors(&self, draft: &str) -> String {
        format!("{}#{}", self.address(Some(draft)), crate::components::ERRORS_ID)
    }

    /// The form as a page that could not keep it holds it.
    pub fn unkept(self, endpoint: &str, mistakes: Vec<FieldError>, why: impl Into<String>) -> Unkept {
        let errors = self.errors(mistakes);
        Unkept { endpoint: endpoint.to_owned(), fields: self.fields, secrets: self.secrets, errors, why: why.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn requested(pairs: &[(&str, &str)]) -> Form {
        Form::posted("/api/submit_request", fields(pairs)).unwrap()
    }

    #[test]
    fn v14_2_4_secrets_are_not_kept_and_have_to_be_typed_again_where_they_were_typed() {
        let form = requested(&[
            ("noecho", "param[Token],param[Key]"),
            ("param[Token]", "hush"),
            ("param[Key]", ""),
            ("param[Size]", "20"),
            ("draft", "before"),
        ]);
        assert_eq!(form.fields, fields(&[("param[Size]", "20"), ("retype", "param[Token]")]));
        assert_eq!(form.errors(Vec::new()), [FieldError::new("param[Token]", RETYPE)]);
        let short = vec![FieldError::new("param[Token]", "Too short.")];
        assert_eq!(form.errors(short), [FieldError::new("param[Token]", format!("Too short. {RETYPE}"))]);
    }

    #[test]
    fn a_secret_stays_to_be_typed_again_until_it_is_typed_or_left_to_its_default() {
        let again = [("noecho", "param[Token]"), ("retype", "param[Token]"), ("param[Token]", "")];
        assert_eq!(requested(&again).fields, fields(&[("retype", "param[Token]")]));
        let by_default = [&again[..], &[("keep_default[Token]", "yes")]].concat();
        assert_eq!(requested(&by_default).fields, fields(&[]));
    }

    #[test]
    fn v14_2_4_where_a_webhook_leads_to_is_in_no_draft() {
        let posted =
            [("name", "ops"), ("url", "https://hooks.example.com/T/B/x"), ("secret", "whsec_x"), ("noecho", "")];
        let form = Form::posted("/api/save_webhook", fields(&posted)).unwrap();
        assert_eq!(form.fields, fields(&[("name", "ops"), ("retype", "secret,url")]));
    }

    #[test]
    fn a_post_without_a_referrer_knows_its_page() {
        let address = |endpoint: &str, pairs: &[(&str, &str)]| {
            Form::posted(endpoint, fields(pairs)).map(|form| form.address(Some("d")))
        };
        assert_eq!(
            address("/api/submit_request", &[("product", "prod-1"), ("artifact", "pa-1"), ("target", "a/b")]).unwrap(),
            "/catalog/prod-1/request?artifact=pa-1&target=a%2Fb&draft=d"
        );
        assert_eq!(
            address("/api/submit_update", &[("id", "e"), ("artifact", "pa-1")]).unwrap(),
            "/environments/e/update?artifact=pa-1&draft=d"
        );
        assert_eq!(address("/api/decide_request", &[("id", "r")]).unwrap(), "/requests/r?draft=d");
        assert_eq!(address("/api/answer_request", &[("id", "r")]).unwrap(), "/requests/r?draft=d");
        let many = address("/api/decide_requests", &[("chosen", "a:1,b&c:2,")]).unwrap();
        assert_eq!(many, "/approvals/decide?id=a&id=b%26c&draft=d");
        let several = address("/api/act_on_environments", &[("act", "stop"), ("chosen", "a:1:2,b:1:3")]).unwrap();
        assert_eq!(several, "/environments/together?act=stop&id=a&id=b&draft=d");
        assert_eq!(address("/api/save_project", &[("id", "p")]).unwrap(), "/admin/projects?draft=d");
        assert_eq!(
            address("/api/save_project", &[("id", "p"), ("version", "1")]).unwrap(),
            "/admin/projects/p?draft=d"
        );
        let change = |kind: &str, from: &str| {
            let fields = [("kind", kind), ("from", from), ("policy", "p-1"), ("node", "ou-1")];
            address("/api/preview_policy_change", &fields).unwrap()
        };
        assert_eq!(change("create", ""), "/organization/policies?draft=d");
        assert_eq!(change("edit", "policy"), "/organization/policies/p-1?draft=d");
        assert_eq!(change("detach", "policy"), "/organization/policies/p-1?draft=d");
        assert_eq!(change("attach", "node"), "/organization/ou-1?draft=d");
        assert_eq!(address("/api/withdraw_request", &[("id", "r")]), None);
    }

    #[test]
    fn v1_2_2_nothing_posted_breaks_out_of_the_address() {
        let form = Form::of("/requests", "../x?y#z\r\nLocation: //evil").with_query("target", "a/b&c");
        assert_eq!(
            form.address(Some("d1")),
            "/requests/..%2Fx%3Fy%23z%0D%0ALocation%3A%20%2F%2Fevil?target=a%2Fb%26c&draft=d1"
        );
    }
}
