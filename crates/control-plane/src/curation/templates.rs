//! Templates that are given to the portal: checked against the governance rules, and shown as people read them.

use std::sync::LazyLock;

use domain::action::Action;
use domain::curation::{LONGEST_FILE_NAME, UNNAMED, UploadedTemplate, template_id};
use domain::id::{Region, TemplateId};
use domain::problem::FieldError;
use domain::view::{
    Listing, TemplateFinding, TemplateInput, TemplateOutline, TemplatePage, TemplateRow, TemplateUse, TemplatesPage,
};
use guard_rules::{Rule, RuleError};
use store::Order;
use template::check::{Finding, Unreadable, check, text_of};
use template::outline::outline;

use super::shipped::{proposed, shipped, template_of};
use crate::rows::page_after;
use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

/// They are read once: that takes longer than to hold a template against them.
static RULES: LazyLock<std::result::Result<Vec<Rule>, RuleError>> = LazyLock::new(guard_rules::built_in);

/// What stands for the rule where nothing could be read.
const UNREADABLE: &str = "unreadable";

impl ControlPlane {
    /// The templates that were given to the portal in the last 30 days, newest first.
    pub async fn templates(&self, caller: &Caller, after: &str, draft: &str) -> Result<TemplatesPage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let page = self.store().templates(&page_after(after, Order::NewestFirst)?).await?;
        let names = self.names([], page.items.iter().map(|it| &it.by)).await?;
        let next = page.next.map(|cursor| cursor.to_string());
        let waived = self.store().waived_findings(page.items.iter().map(|it| &it.id), self.now()).await?;
        let row = |it: UploadedTemplate| TemplateRow {
            by: names.person(&it.by),
            waived: waived.get(&it.id).copied().unwrap_or_default(),
            id: it.id,
            file_name: it.file_name,
            at: it.at,
            findings: it.findings,
        };
        Ok(TemplatesPage {
            rows: Listing { items: page.items.into_iter().map(row).collect(), next, filtered: false },
            rules: rules()?.iter().map(|rule| rule.name.clone()).collect(),
            shipped: shipped(),
            allowed: self.administration_allowed(caller).await?,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    /// One template with what is to be mended in it, held against the rules as they are now.
    pub async fn template(&self, caller: &Caller, id: &TemplateId, draft: &str) -> Result<TemplatePage> {
        self.authorize_portal(caller, Action::ViewAdministration).await?;
        let it = self.store().template(id).await?.ok_or_else(|| Error::not_found("template"))?;
        let Looked { findings, outline } = looked_at(it.text.clone()).await?;
        let findings = self.with_waivers(id, findings).await?;
        let allowed = self.administration_allowed(caller).await?;
        Ok(TemplatePage {
            by: self.names([], [&it.by]).await?.person(&it.by),
            id: it.id,
            file_name: it.file_name,
            at: it.at,
            text: it.text,
            uses: if allowed.has(Action::ManageCatalog) && findings.iter().all(|it| it.waived.is_some()) {
                Some(self.template_use(id).await?)
            } else {
                None
            },
            findings,
            outline,
            allowed,
            form: self.form_state(caller, Some(draft)).await?,
        })
    }

    async fn template_use(&self, id: &TemplateId) -> Result<TemplateUse> {
        let portfolios = self.store().portfolios().await?;
        let products = self.store().all_product_names().await?;
        // Of the same name in several regions each says where it is.
        let several = self.settings().regions.len() > 1;
        let named = |name: String, region: &Region| if several { format!("{name} ({region})") } else { name };
        let mut portfolios: Vec<_> = portfolios.into_iter().map(|it| (it.id, named(it.name, &it.region))).collect();
        portfolios.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(TemplateUse {
            has_bucket: self.settings().templates_bucket.is_some(),
            proposed: proposed(id).unwrap_or_default(),
            portfolios,
            // The store has them by name.
            products: products.into_iter().map(|(region, id, name)| (id, named(name, &region))).collect(),
        })
    }

    /// Takes a template and answers its id. What is wrong with it is no reason to refuse it: its page says what.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is no text that could be a template.
    pub async fn check_template(&self, caller: &Caller, input: TemplateInput) -> Result<TemplateId> {
        self.authorize_portal(caller, Action::ManageCatalog).await?;
        if !input.unreadable.is_empty() {
            return Err(Error::field("file", input.unreadable));
        }
        let input = match input.shipped.as_str() {
            "" => input,
            key => {
                let wrong = || Error::field("shipped", "Choose one of the portal's templates.");
                let (text, file_name) = template_of(key).ok_or_else(wrong)?;
                TemplateInput { template: text.to_owned(), file_name, ..input }
            }
        };
        if input.template.trim().is_empty() {
            return Err(Error::field("template", "Choose a file, or paste the template."));
        }
        // As browsers send lines.
        let text = input.template.replace("\r\n", "\n");
        text_of(text.as_bytes()).map_err(|wrong| Error::field("template", wrong.message))?;
        let name = input.file_name.trim();
        let file_name = if name.is_empty() { UNNAMED.to_owned() } else { name.to_owned() };
        if file_name.chars().count() > LONGEST_FILE_NAME {
            let message = format!("At most {LONGEST_FILE_NAME} characters.");
            return Err(Error::Invalid(vec![FieldError::new("file_name", message)]));
        }
        let looked = looked_at(text.clone()).await?;
        let it = UploadedTemplate {
            id: template_id(&text).map_err(|error| Error::internal("A template got no id", &error))?,
            file_name,
            text,
            findings: u32::try_from(looked.findings.len()).unwrap_or(u32::MAX),
            by: caller.actor.person.clone(),
            at: self.now(),
        };
        let mut tx = self.store().begin().await?;
        tx.put_template(&it).await?;
        let event = Event::done(Action::ManageCatalog.as_str(), "template", it.id.as_str())
            .with("name", &it.file_name)
            .with("findings", it.findings.to_string());
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        Ok(it.id)
    }
}

fn rules() -> Result<&'static [Rule]> {
    RULES.as_deref().map_err(|error| Error::internal("A governance rule cannot be read", error))
}

/// What is to be mended, and the outline where there is one.
pub(super) struct Looked {
    pub(super) findings: Vec<TemplateFinding>,
    pub(super) outline: Option<TemplateOutline>,
}

/// Reads it and holds it against the rules, beside what waits for the network: that takes a while.
pub(super) async fn looked_at(text: String) -> Result<Looked> {
    let rules = rules()?;
    let looked = tokio::task::spawn_blocking(move || match check(&text) {
        Ok(mut checked) => {
            guard_rules::check(rules, &mut checked);
            let outline = outline(&checked);
            Looked { findings: checked.findings.into_iter().map(told).collect(), outline: Some(outline) }
        }
        Err(Unreadable { line, column, message }) => {
            let fix = "Give a CloudFormation template in YAML or JSON.".to_owned();
            let rule = UNREADABLE.to_owned();
            let finding = TemplateFinding {
                line: number(line),
                column: number(column),
                rule,
                message,
                fix,
                waivable: false,
                waived: None,
            };
            Looked { findings: vec![finding], outline: None }
        }
    });
    looked.await.map_err(|error| Error::internal("A template could not be looked at", &error))
}

fn told(finding: Finding) -> TemplateFinding {
    let Finding { line, column, rule, message, fix, waivable, .. } = finding;
    TemplateFinding { line: number(line), column: number(column), rule, message, fix, waivable, waived: None }
}

fn number(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
