use domain::request::Decided;
use domain::view::{DecideManyInput, DecisionInput, DelegationInput, MessageInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;
use crate::words;

#[server(endpoint = "decide_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn decide_request(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
    #[server(default)] decision: String,
    #[server(default)] comment: String,
    #[server(default)] version: String,
) -> Posted {
    let input = DecisionInput { decision, comment, version };
    let form = Form::of("/requests", &request).with_fields(&input).with_field("id", &request);
    act(form, |portal, caller| async move {
        let said = match portal.decide_request(&caller, &id(&request, "request")?, input).await? {
            Decided::Goes => "You approved your part of the request. It waits for others now.",
            Decided::Approved => "You approved the request.",
            Decided::Ended => "You denied the request.",
        };
        Ok(done(format!("/requests/{request}"), said))
    })
    .await
}

#[server(endpoint = "decide_requests", prefix = "/api", input = PostUrl, output = Html)]
pub async fn decide_requests(#[server(flatten)] input: DecideManyInput) -> Posted {
    let form = Form::of_decisions(&input.chosen).with_fields(&input);
    act(form, |portal, caller| async move {
        let decided = portal.decide_requests(&caller, &input).await?;
        Ok(done("/approvals", words::decided(&decided)))
    })
    .await
}

#[server(endpoint = "question_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn question_request(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
    #[server(default)] question: String,
    #[server(default)] version: String,
) -> Posted {
    let form = Form::of("/requests", &request).with_field("question", &question).with_field("id", &request);
    act(form, |portal, caller| async move {
        let input = MessageInput { text: question, version };
        portal.question_request(&caller, &id(&request, "request")?, input).await?;
        Ok(done(
            format!("/requests/{request}"),
            "Your question was sent. The request waits for the answer, and for a decision.",
        ))
    })
    .await
}

#[server(endpoint = "answer_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn answer_request(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
    #[server(default)] answer: String,
    #[server(default)] version: String,
) -> Posted {
    let form = Form::of("/requests", &request).with_field("answer", &answer).with_field("id", &request);
    act(form, |portal, caller| async move {
        let input = MessageInput { text: answer, version };
        portal.answer_request(&caller, &id(&request, "request")?, input).await?;
        Ok(done(format!("/requests/{request}"), "Your answer was sent to whoever asked."))
    })
    .await
}

const DELEGATIONS: &str = "/approvals/delegations";

#[server(endpoint = "delegate_decisions", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delegate_decisions(#[server(flatten)] input: DelegationInput) -> Posted {
    let form = Form::at(DELEGATIONS).with_fields(&input);
    act(form, |portal, caller| async move {
        portal.delegate_decisions(&caller, input).await?;
        Ok(done(DELEGATIONS, "They decide in your place from now on, and are told so."))
    })
    .await
}

#[server(endpoint = "end_delegation", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_delegation(
    #[server(rename = "id")]
    #[server(default)]
    delegation: String,
) -> Posted {
    act(Form::at(DELEGATIONS), |portal, caller| async move {
        portal.end_delegation(&caller, &id(&delegation, "delegation")?).await?;
        Ok(done(DELEGATIONS, "They no longer decide in your place."))
    })
    .await
}
