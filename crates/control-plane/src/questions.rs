//! Asking back: a question to whoever made a request, and the answer, without a new request.

use domain::action::Action;
use domain::id::RequestId;
use domain::question::{LONGEST_MESSAGE, MOST_MESSAGES, MessageKind, RequestMessage};
use domain::request::{Request, RequestState};
use domain::view::{MessageInput, MessageRow};

use crate::trail::Event;
use crate::{Caller, ControlPlane, Error, Result};

impl ControlPlane {
    /// Asks the requester something. The request goes on waiting; who decides it afterwards has seen the question.
    pub async fn question_request(&self, caller: &Caller, id: &RequestId, input: MessageInput) -> Result<()> {
        let seen: Request = self.authorize(caller, Action::QuestionRequest, id).await?.into_thing();
        self.write_message(caller, seen, MessageKind::Question, input).await
    }

    /// Answers the question that is open.
    pub async fn answer_request(&self, caller: &Caller, id: &RequestId, input: MessageInput) -> Result<()> {
        let seen: Request = self.authorize(caller, Action::AnswerRequest, id).await?.into_thing();
        self.write_message(caller, seen, MessageKind::Answer, input).await
    }

    async fn write_message(
        &self,
        caller: &Caller,
        seen: Request,
        kind: MessageKind,
        input: MessageInput,
    ) -> Result<()> {
        let (field, action) = match kind {
            MessageKind::Question => ("question", Action::QuestionRequest),
            MessageKind::Answer => ("answer", Action::AnswerRequest),
        };
        let text = input.text.trim().to_owned();
        if text.is_empty() {
            return Err(Error::field(field, format!("Write the {field} first.")));
        }
        if text.chars().count() > LONGEST_MESSAGE {
            return Err(Error::field(field, format!("At most {LONGEST_MESSAGE} characters.")));
        }
        let mut tx = self.store().begin().await?;
        let mut request = tx.request(&seen.id).await?.ok_or_else(|| Error::not_found("request"))?;
        let messages = tx.request_messages(&seen.id).await?;
        let by = &caller.actor.person;
        // A second click: it is written.
        if messages.last().is_some_and(|last| last.kind == kind && &last.by == by && last.text == text) {
            return Ok(());
        }
        if request.state != RequestState::Submitted {
            return Err(Error::conflict(
                "The request is decided.",
                format!("It is {} by now, so that nobody asks or answers about it any more.", request.state.as_str()),
                "The page shows the request as it is now.",
            ));
        }
        if request.version != seen.version || input.version.trim().parse() != Ok(request.version) {
            return Err(Error::stale("request"));
        }
        let is_open = messages.last().is_some_and(|last| last.kind == MessageKind::Question);
        if kind == MessageKind::Answer && !is_open {
            return Err(Error::conflict(
                "There is no question to answer.",
                "Nobody asked anything about this request since the last answer.",
                "The page shows the request as it is now.",
            ));
        }
        if messages.len() >= MOST_MESSAGES {
            return Err(Error::field(
                field,
                "There are too many questions and answers here already: talk to each other.",
            ));
        }
        request.version += 1;
        tx.update_request(&request).await?;
        let number = u32::try_from(messages.len() + 1).unwrap_or(u32::MAX);
        let (request_id, now) = (seen.id.clone(), self.now());
        let message = RequestMessage { request: request_id, number, kind, by: by.clone(), text: text.clone(), at: now };
        tx.insert_request_message(&message).await?;
        let event = Event::done(action.as_str(), "request", seen.id.as_str())
            .project(&request.project)
            .version(request.version)
            .with("comment", text);
        self.record(&mut tx, caller, event).await?;
        tx.commit().await?;
        self.signals().sealer.notify_one();
        Ok(())
    }

    /// What was asked and answered, for its page.
    pub(crate) async fn messages_of(&self, id: &RequestId) -> Result<Vec<MessageRow>> {
        let messages = self.store().request_messages(id).await?;
        let names = self.names([], messages.iter().map(|message| &message.by)).await?;
        let row = |message: RequestMessage| MessageRow {
            kind: message.kind,
            by: names.person(&message.by),
            at: message.at,
            text: message.text,
        };
        Ok(messages.into_iter().map(row).collect())
    }
}
