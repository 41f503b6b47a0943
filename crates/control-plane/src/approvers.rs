//! Who decides what somebody asks for: the rule that holds there, its people in words, and whether they suffice.

use domain::access::ProductAccess;
use domain::approval::{ApprovalRule, Approver, Step, effective};
use domain::delegation::Delegation;
use domain::person::{Actor, PersonKey, ProjectRole};
use domain::problem::Problem;
use domain::request::Request;
use store::Scope;

use crate::authorize::{Deciders, Where};
use crate::words::any_of;
use crate::{ControlPlane, Error, Result};

/// People that are named before the rest is counted.
const NAMED: usize = 5;

impl ControlPlane {
    /// The same access rules, each with the approval raised to the floors that hold there.
    pub(crate) async fn with_floors(&self, mut access: Vec<ProductAccess>) -> Result<Vec<ProductAccess>> {
        let floors = self.store().approval_floors().await?;
        if floors.is_empty() || access.is_empty() {
            return Ok(access);
        }
        let projects = self.store().projects(&Scope::All).await?;
        for rule in &mut access {
            if let Some(project) = projects.iter().find(|project| project.id == rule.project) {
                rule.approval = effective(&rule.approval, rule.stage, project.data_class, &floors);
            }
        }
        Ok(access)
    }

    /// What keeps a request from being decided, if it were made now: too few people.
    pub(crate) fn too_few(
        &self,
        deciders: &Deciders,
        rule: &ApprovalRule,
        there: Where<'_>,
        requester: &PersonKey,
    ) -> Option<Problem> {
        let missing = deciders.missing(rule, there, requester);
        let short: Vec<String> = rule
            .steps()
            .iter()
            .zip(&missing)
            .filter(|(_, missing)| **missing > 0)
            .map(|(step, missing)| step.who.in_words(*missing))
            .collect();
        let days = self.settings().eligible_lead_max_age.num_days();
        (!short.is_empty()).then(|| {
            Problem::new(
                "Too few people could decide this request.",
                format!(
                    "It has to be approved by {}. Missing: {}. One person counts once, nobody decides their own request, and \
                     who did not sign in within {days} days is not counted on; an admin may take the place of whoever is \
                     missing, and there are too few of them as well.",
                    rule.in_words(),
                    short.join(", ")
                ),
                format!("Ask {} to name more people who decide here.", self.settings().platform_contact),
            )
        })
    }

    /// Refuses what nobody could decide, before anything of it is kept.
    pub(crate) async fn refuse_what_nobody_decides(
        &self,
        rule: &ApprovalRule,
        there: Where<'_>,
        requester: &PersonKey,
    ) -> Result<()> {
        if rule.asks_nobody() {
            return Ok(());
        }
        let deciders = self.deciders_in(there.project).await?;
        match self.too_few(&deciders, rule, there, requester) {
            Some(problem) => Err(Error::Conflict(problem)),
            None => Ok(()),
        }
    }

    /// Who decides the step that an undecided request waits at, in words for everybody who reads its page.
    pub(crate) async fn decides_now(&self, request: &Request) -> Result<String> {
        let (Some(open), true) = (request.open_step(), !request.state.is_final()) else { return Ok(String::new()) };
        let deciders = self.deciders_in(&request.project).await?;
        let asker = self.actor(&request.requester).await?;
        let is_lead = asker.is_some_and(|a| a.has_project_role(&request.project, ProjectRole::Lead));
        let names = names(deciders.left(request, open.step.who));
        let nobody = names.is_empty() && deciders.left(request, Approver::Admin).next().is_none();
        if nobody {
            let contact = &self.settings().platform_contact;
            return Ok(format!(
                "Nobody is left who can decide now: whoever could asked for it, had a part before, or did not sign in lately. \
                 {contact} can name more people."
            ));
        }
        let mut text = of_step(Step { people: open.wanting(), ..open.step }, &names, is_lead);
        if request.is_escalated(self.now()) && !text.contains("an admin decides") && open.step.who != Approver::Admin {
            text.push_str(" It has waited for a week: admins may decide it too.");
        }
        // Said of somebody else on a page that others read too.
        let text = text.replace(
            "You are the only lead of this project, and nobody",
            "The only lead of this project asked, and nobody",
        );
        let delegated = deciders.delegated(request, open.step.who, self.now());
        let names = self.names([], delegated.iter().flat_map(|it| [&it.from, &it.to])).await?;
        let in_place =
            |it: &Delegation| format!("{} decides in the place of {}.", names.person(&it.to), names.person(&it.from));
        let told = std::iter::once(text).chain(delegated.into_iter().take(NAMED).map(in_place));
        Ok(told.collect::<Vec<_>>().join(" "))
    }
}

/// Who decides what the person asks for there, step by step.
pub(crate) fn in_words(rule: &ApprovalRule, deciders: &Deciders, there: Where<'_>, asker: &Actor) -> String {
    let is_lead = asker.has_project_role(there.project, ProjectRole::Lead);
    let of_step = |step: &Step| {
        let others = deciders.of(step.who, there).filter(|actor| actor.person != asker.person);
        of_step(*step, &names(others), is_lead)
    };
    match rule.steps() {
        [] => "No approval is needed.".to_owned(),
        [step] => of_step(step),
        steps => {
            let told: Vec<String> =
                steps.iter().enumerate().map(|(i, step)| format!("Step {}: {}", i + 1, of_step(step))).collect();
            format!("{} steps, one after the other. {}", steps.len(), told.join(" "))
        }
    }
}

fn names<'a>(people: impl Iterator<Item = &'a Actor>) -> Vec<String> {
    people.map(|actor| actor.display_name.clone()).collect()
}

fn of_step(step: Step, names: &[String], asker_is_lead: bool) -> String {
    let group = match step.who {
        Approver::Lead => "leads",
        Approver::DataOwner => "data owners",
        Approver::Admin => "admins",
    };
    let wanted = usize::from(step.people);
    let mut told: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if names.len() > NAMED {
        told.push(format!("{} more", names.len() - NAMED));
    }
    match (names, step.people) {
        ([], _) => match step.who {
            Approver::Lead if asker_is_lead => {
                "You are the only lead of this project, and nobody decides their own request: an admin decides."
                    .to_owned()
            }
            Approver::Lead => "The project has no lead who can decide: an admin decides.".to_owned(),
            Approver::DataOwner => "There is no data owner who can decide: an admin decides.".to_owned(),
            Approver::Admin => "No admin is there who can decide.".to_owned(),
        },
        ([one], 1) => format!("{one} decides."),
        (_, 1) => format!("One of the {group} decides: {}.", any_of(&told)),
        (names, people) if names.len() >= wanted => format!("{people} of the {group} decide: {}.", any_of(&told)),
        (names, people) => {
            let admins = match wanted - names.len() {
                1 => "an admin for the one that is missing".to_owned(),
                absent => format!("{absent} admins for those that are missing"),
            };
            format!("{people} {group} decide: {}, and {admins}.", told.join(", "))
        }
    }
}
