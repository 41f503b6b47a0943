//! From an event of the audit log to the words of a notification, and for whom it is.

use chrono::{DateTime, Utc};
use domain::action::Action;
use domain::audit::{AuditActor, AuditEvent, Outcome};
use domain::environment::Environment;
use domain::id::ProjectId;
use domain::lease::last_day;
use domain::notification::{Notice, Topic};
use domain::operation::Subject;
use domain::person::PersonKey;
use domain::question::MessageKind;
use domain::request::{Decision, Request, RequestKind, RequestState};
use domain::revocation::Reach;

use crate::{ControlPlane, Result};

/// Whom a notice is for, before it is looked up who that is now.
#[derive(Clone, Debug)]
pub(crate) enum To {
    Person(PersonKey),
    /// Whoever may decide the request.
    Deciders(Box<Request>),
    /// The leads of a project.
    Leads(ProjectId),
    Admins,
}

/// A notice and whom it is for.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) notice: Notice,
    /// What webhooks are told, where another page has the rest for whoever reads it there.
    pub(crate) elsewhere: Option<Notice>,
    pub(crate) to: Vec<To>,
    pub(crate) project: Option<ProjectId>,
}

impl ControlPlane {
    /// What is told of an event; `None` of most.
    pub(crate) async fn told_of(&self, event: &AuditEvent) -> Result<Option<Told>> {
        match event.resource_kind.as_str() {
            "request" => self.told_of_request(event).await,
            "environment" => self.told_of_environment(event).await,
            Subject::RUNNING => self.told_of_idle_stop(event).await,
            "revocation" => self.told_of_revocation(event).await,
            "rollout" => self.told_of_rollout(event).await,
            "delegation" => self.told_of_delegation(event).await,
            "person" if event.action == "notice_leaver" => Ok(told_of_leaver(event)),
            _ => Ok(None),
        }
    }

    async fn told_of_request(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let (Ok(id), Outcome::Succeeded) = (event.resource_id.parse(), event.outcome) else { return Ok(None) };
        let Some(request) = self.store().request(&id).await? else { return Ok(None) };
        // Of the many requests of a rollout that is told once.
        let is_one_of_many = request.kind == RequestKind::Update
            && matches!(event.action.as_str(), "submit_request" | "approve_request")
            && self.store().rollout_of(&id).await?.is_some();
        if is_one_of_many {
            return Ok(None);
        }
        let told = match event.action.as_str() {
            // One that nobody has to decide is decided by now; what opened another step is told to those who decide that.
            "submit_request" | "approve_step" if is_opened_by(event, &request) => {
                let names = self.names([&request.product], [&request.requester]).await?;
                let what = match request.kind {
                    RequestKind::Provision => names.product(&request.product),
                    RequestKind::Update => "an update".to_owned(),
                    RequestKind::Extension => "more time".to_owned(),
                };
                let who = names.person(&request.requester);
                let title = format!("{who} asks for {what}: {}", request.name);
                let text = format!(
                    "In {}, stage {}. {}\nIt waits for a decision until {}.",
                    request.project,
                    request.stage.label(),
                    request.justification,
                    request.expires_at().format("%-d %B %Y")
                );
                let to = To::Deciders(Box::new(request.clone()));
                told(Topic::RequestWaiting, &title, &text, &request, to)
            }
            "remind_of_request" if request.state == RequestState::Submitted => {
                return Ok(Some(self.reminder(event, &request).await?));
            }
            "question_request" | "answer_request" => return self.message(event, &request).await,
            "approve_request" | "deny_request" | "expire_request" | "lapse_request" | "void_request" => {
                let Some((title, text)) = self.decision_in_words(&request).await? else { return Ok(None) };
                let to = To::Person(request.requester.clone());
                told(Topic::RequestDecided, &title, &text, &request, to)
            }
            _ => return Ok(None),
        };
        Ok(Some(told))
    }

    async fn reminder(&self, event: &AuditEvent, request: &Request) -> Result<Told> {
        let who = self.names([], [&request.requester]).await?.person(&request.requester);
        let waits = event.detail.get("waits").map_or("a while", String::as_str);
        let title = format!("{who} has waited {waits} for a decision: {}", request.name);
        let mut text = format!(
            "In {}, stage {}. {}\nWithout a decision it expires on {}.",
            request.project,
            request.stage.label(),
            request.justification,
            request.expires_at().format("%-d %B %Y at %H:%M UTC")
        );
        if event.detail.contains_key("open_to") {
            text.push_str("\nAdmins may decide it by now, in place of those whom its step names.");
        }
        let mut reminder = told(Topic::RequestWaiting, &title, &text, request, To::Deciders(Box::new(request.clone())));
        // Whoever asked learns in time that it comes to nothing.
        if event.detail.get("number").map(String::as_str) == Some("3") {
            reminder.to.push(To::Person(request.requester.clone()));
        }
        Ok(reminder)
    }

    async fn message(&self, event: &AuditEvent, request: &Request) -> Result<Option<Told>> {
        let AuditActor::Person { person: by, .. } = &event.actor else { return Ok(None) };
        let who = self.names([], [by]).await?.person(by);
        let text = event.detail.get("comment").map(String::as_str).unwrap_or_default();
        let name = &request.name;
        if event.action == Action::QuestionRequest.as_str() {
            let title = format!("{who} asks about the request for {name}");
            let to = To::Person(request.requester.clone());
            return Ok(Some(told(Topic::RequestQuestion, &title, text, request, to)));
        }
        let mut answer = told(
            Topic::RequestQuestion,
            &format!("{who} answers about the request for {name}"),
            text,
            request,
            To::Person(by.clone()),
        );
        // Whoever asked, and not whoever answers.
        let asked = self.store().request_messages(&request.id).await?;
        answer.to = asked
            .into_iter()
            .filter(|message| message.kind == MessageKind::Question)
            .map(|message| To::Person(message.by))
            .collect();
        Ok(Some(answer))
    }

    async fn decision_in_words(&self, request: &Request) -> Result<Option<(String, String)>> {
        let name = &request.name;
        let what = match request.kind {
            RequestKind::Provision => format!("The request for {name}"),
            RequestKind::Update => format!("The request to update {name}"),
            RequestKind::Extension => format!("The request for more time for {name}"),
        };
        Ok(match &request.decision {
            Some(Decision::Approve { by: Some(by), comment, .. }) => {
                let who = self.names([], [by]).await?.person(by);
                Some((format!("{who} approved {}", lower_first(&what)), comment.clone()))
            }
            Some(Decision::Deny { by, comment, .. }) => {
                let who = self.names([], [by]).await?.person(by);
                Some((format!("{who} denied {}", lower_first(&what)), comment.clone()))
            }
            Some(Decision::Expire) => Some((
                format!("{what} has expired"),
                "Nobody decided it in time. Its page has the way to ask again.".to_owned(),
            )),
            Some(Decision::Lapse) => Some((
                format!("{what} was closed"),
                "You may no longer ask for it: your groups have no part in the project.".to_owned(),
            )),
            Some(Decision::Void) => Some((
                format!("{what} was closed"),
                "The environment is terminated: there is nothing left to decide.".to_owned(),
            )),
            // Whoever asked did it, or was there when the rule did.
            Some(Decision::Approve { by: None, .. } | Decision::Withdraw { .. } | Decision::Close { .. }) | None => {
                None
            }
        })
    }

    async fn told_of_environment(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let Ok(id) = event.resource_id.parse() else { return Ok(None) };
        let Some(it) = self.store().environment(&id).await? else { return Ok(None) };
        let owner = To::Person(it.owner.clone());
        let of = |topic, title: String, text: &str, to| Some(told_of_it(topic, &title, text, &it, to));
        let detail = |name: &str| event.detail.get(name).map(String::as_str);
        let reason = detail("reason").unwrap_or_default();
        let name = &it.name;
        let succeeded = event.outcome == Outcome::Succeeded;
        // An operation's last event says in which state it left the environment; those of its steps do not.
        let is_last = detail("state").is_some();
        Ok(match event.action.as_str() {
            "provision" if is_last && succeeded => {
                let opens = "Its page has the button that opens it.";
                let text = if it.launch_target.is_some() { opens } else { "Its page has what was made." };
                of(Topic::EnvironmentReady, format!("{name} is ready"), text, vec![owner])
            }
            "provision" if is_last => {
                of(Topic::EnvironmentFailed, format!("{name} could not be brought up"), reason, vec![owner])
            }
            "update" if is_last && succeeded => {
                let text = "It runs in the version, and with the values, that were asked for.";
                of(Topic::EnvironmentReady, format!("{name} is updated"), text, vec![owner])
            }
            "update" if is_last => {
                of(Topic::EnvironmentFailed, format!("The update of {name} failed"), reason, vec![owner])
            }
            "transfer" if is_last && succeeded => {
                let text = "Its page has the button that opens it, and what is in it.";
                of(Topic::EnvironmentReady, format!("{name} is yours now"), text, vec![owner])
            }
            "transfer" if is_last => {
                let to = vec![To::Leads(it.project.clone())];
                of(Topic::EnvironmentFailed, format!("The transfer of {name} failed"), reason, to)
            }
            "terminate" if is_last && succeeded => {
                let kept = it
                    .homes
                    .kept()
                    .next()
                    .map_or("", |_| " The home directories were kept. Its page says where they are.");
                let by = match &event.actor {
                    AuditActor::Person { person, .. } | AuditActor::SystemFor { person } if !person.is_portal() => {
                        format!("Asked for by {}.", self.names([], [person]).await?.person(person))
                    }
                    _ => String::new(),
                };
                let to = not_by_themselves(event, owner);
                of(Topic::EnvironmentEnded, format!("{name} is terminated"), format!("{by}{kept}").trim(), to)
            }
            "terminate" if is_last => {
                let to = vec![owner, To::Leads(it.project.clone())];
                of(Topic::EnvironmentFailed, format!("{name} could not be terminated"), reason, to)
            }
            "observe" if matches!(detail("state"), Some("tainted" | "error")) => {
                let title = format!("{name} is not as it was left in AWS");
                of(Topic::EnvironmentFailed, title, reason, vec![owner])
            }
            "terminate_environment" if detail("because") == Some("the lease is over") => {
                let text = "Its lease and the grace period are over, and nobody holds it.";
                let to = vec![owner, To::Leads(it.project.clone())];
                of(Topic::EnvironmentEnded, format!("{name} is being taken down"), text, to)
            }
            // One that was put off meanwhile ends at another time.
            "warn_of_lease_end" if detail("lease_ends") == Some(&it.lease_ends_at.to_rfc3339()) => {
                let title = format!("The lease of {name} ends in {}", detail("left").unwrap_or("a while"));
                let kept = it.homes.kept().next().map_or("", |_| "; the home directories are kept");
                let text = format!(
                    "It ends on {}. After that the environment is not opened any more, and a grace period later it is \
                     terminated with what is in it{kept}. Its page has what puts that off.",
                    it.lease_ends_at.format("%-d %B %Y at %H:%M UTC")
                );
                of(Topic::LeaseEnding, title, &text, vec![owner])
            }
            // By the event alone: it may be another's when it is told.
            action if action == Action::TransferEnvironment.as_str() => {
                let (Some(from), Some(to)) = (detail("from"), detail("to").filter(|to| detail("from") != Some(*to)))
                else {
                    return Ok(None);
                };
                let former = self.store().person_by_studio_user_id(from).await?;
                let next = self.store().person_by_studio_user_id(to).await?;
                let (Some(former), Some(next)) = (former, next) else { return Ok(None) };
                let to = not_by_themselves(event, To::Person(former.person));
                let title = format!("{name} is being given to {}", next.display_name);
                of(Topic::EnvironmentEnded, title, reason, to)
            }
            action if action == Action::HoldEnvironment.as_str() => {
                let Some((title, text)) = told_of_hold(event, name) else { return Ok(None) };
                of(Topic::LeaseEnding, title, &text, not_by_themselves(event, owner))
            }
            action if action == Action::HandOverEnvironment.as_str() && detail("note").is_some() => {
                let title = format!("{name} is handed over to the platform team");
                of(Topic::HandedOver, title, detail("note").unwrap_or_default(), vec![To::Admins])
            }
            _ => None,
        })
    }

    /// What runs was stopped for being idle: the end of such a stop says so, once.
    async fn told_of_idle_stop(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let detail = |name: &str| event.detail.get(name).map(String::as_str);
        let (Some(what), Outcome::Succeeded) = (detail("idle_stopped"), event.outcome) else { return Ok(None) };
        let Ok(id) = event.resource_id.parse() else { return Ok(None) };
        let Some(it) = self.store().environment(&id).await? else { return Ok(None) };
        let title = format!("In {}, something was stopped that nobody used", it.name);
        let text = format!(
            "It was idle for {}: {what}. The rule: {}.\nWhat was saved is there; start it again in Studio. What runs a job \
             without you can be marked as such on the page of the environment.",
            detail("idle").unwrap_or("some time"),
            detail("rule").unwrap_or_default(),
        );
        Ok(Some(told_of_it(Topic::IdleStopped, &title, &text, &it, vec![To::Person(it.owner.clone())])))
    }

    async fn told_of_revocation(&self, event: &AuditEvent) -> Result<Option<Told>> {
        let (Ok(id), Outcome::Succeeded) = (event.resource_id.parse(), event.outcome) else { return Ok(None) };
        // What the portal does for it afterwards is the same revocation.
        if !matches!(event.actor, AuditActor::Person { .. }) {
            return Ok(None);
        }
        let did = match event.action.as_str() {
            action if action == Action::RevokeAccess.as_str() => "revoked",
            action if action == Action::RestoreAccess.as_str() => "restored",
            _ => return Ok(None),
        };
        let Some(it) = self.store().revocation(&id).await? else { return Ok(None) };
        let to = match &it.reach {
            Reach::Environment { environment, .. } => {
                let found = self.store().environment(environment).await?;
                format!(" to {}", found.map_or_else(|| environment.to_string(), |found| found.name))
            }
            Reach::Project { project } => format!(" to {project}"),
            Reach::Everything => String::new(),
        };
        let title = format!("Your access{to} was {did}");
        let text = format!("Ask {} what it is about.", self.settings().platform_contact);
        let notice = Notice::new(Topic::AccessChanged, &title, &text, "/profile".to_owned());
        // Who is cut off does not see the revocation; whoever looks after the channel does.
        let who = self.names([], [&it.person]).await?.person(&it.person);
        let title = format!("The access of {who} was {did}");
        let elsewhere = Some(Notice::new(Topic::AccessChanged, &title, "", format!("/revocations/{id}")));
        Ok(Some(Told { notice, elsewhere, to: vec![To::Person(it.person)], project: it.reach.project().cloned() }))
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Whether the step that a request waits at was opened by this event.
fn is_opened_by(event: &AuditEvent, request: &Request) -> bool {
    let waits = request.state == RequestState::Submitted;
    let opened =
        if event.action == "submit_request" { Some("1") } else { event.detail.get("opens").map(String::as_str) };
    waits && request.open_step().map(|open| (open.index + 1).to_string()).as_deref() == opened
}

fn told(topic: Topic, title: &str, text: &str, request: &Request, to: To) -> Told {
    let notice = Notice::new(topic, title, text, format!("/requests/{}", request.id));
    Told { notice, elsewhere: None, to: vec![to], project: Some(request.project.clone()) }
}

fn told_of_it(topic: Topic, title: &str, text: &str, it: &Environment, to: Vec<To>) -> Told {
    let notice = Notice::new(topic, title, text, format!("/environments/{}", it.id));
    Told { notice, elsewhere: None, to, project: Some(it.project.clone()) }
}

/// The event has all the words: what was left may be gone when it is told.
fn told_of_leaver(event: &AuditEvent) -> Option<Told> {
    let detail = |name: &str| event.detail.get(name).map(String::as_str);
    let project = event.project.as_ref()?;
    let title = format!("{} left {} in {project}", detail("who")?, detail("left")?);
    let text = format!(
        "{} Environments are given to somebody else or terminated on their pages. A request that nobody may make any more is \
         closed after a day.",
        detail("why")?
    );
    let notice = Notice::new(Topic::PersonLeft, &title, &text, format!("/team?project={project}"));
    Some(Told { notice, elsewhere: None, to: vec![To::Leads(project.clone())], project: Some(project.clone()) })
}

/// Whoever did something need not be told that it is done.
fn not_by_themselves(event: &AuditEvent, to: To) -> Vec<To> {
    let by = match &event.actor {
        AuditActor::Person { person, .. } | AuditActor::SystemFor { person } => Some(person),
        AuditActor::System => None,
    };
    match to {
        To::Person(person) if Some(&person) == by => Vec::new(),
        to => vec![to],
    }
}

/// Title and text where a lead holds an environment, or lets it go.
fn told_of_hold(event: &AuditEvent, name: &str) -> Option<(String, String)> {
    let detail = |key: &str| event.detail.get(key).map(String::as_str);
    if detail("released").is_some() {
        let text = "It is stopped at the end of its lease, and terminated after that, as any other.";
        return Some((format!("{name} is held no more"), text.to_owned()));
    }
    let until: DateTime<Utc> = detail("until")?.parse().ok()?;
    let title = format!("{name} is held until the end of {}", last_day(until).format("%-d %B %Y"));
    let reason = detail("reason").unwrap_or_default();
    Some((title, format!("It is not terminated at the end of its lease, and not opened after that either. {reason}")))
}
