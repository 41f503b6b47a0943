use domain::action::Action;
use domain::question::MessageKind;
use domain::view::RequestPage;
use leptos::prelude::*;

use crate::components::{Callout, Card, Disclosure, Hidden, Moment, TextArea, Tone};

/// That somebody asks, with where to answer: for whoever made the request.
#[component]
pub fn Asked(request: RequestPage) -> impl IntoView {
    let answers = !request.state.is_final() && request.allowed.has(Action::AnswerRequest);
    let open = request.messages.into_iter().last().filter(|last| last.kind == MessageKind::Question && answers)?;
    let title = format!("{} asks you something before this is decided.", open.by);
    Some(view! {
        <Callout tone=Tone::Warn title>
            <p class="whitespace-pre-line break-words">{open.text}</p>
            <p><a href="#answer">"Answer"</a></p>
        </Callout>
    })
}

/// What was asked back and answered, and the field to go on.
#[component]
pub fn Questions(request: RequestPage) -> impl IntoView {
    let undecided = !request.state.is_final();
    let last_is_question = request.messages.last().is_some_and(|last| last.kind == MessageKind::Question);
    let asks = undecided && request.allowed.has(Action::QuestionRequest);
    let answers = undecided && last_is_question && request.allowed.has(Action::AnswerRequest);
    if request.messages.is_empty() && !asks {
        return None;
    }
    let (id, version) = (request.id.to_string(), request.version.to_string());
    let messages = request
        .messages
        .iter()
        .map(|message| {
            let did = if message.kind == MessageKind::Question { "asked" } else { "answered" };
            view! {
                <li>
                    <p><strong>{message.by.clone()}</strong> {format!(" {did}")}</p>
                    <p class="text-sm text-muted"><Moment at=message.at /></p>
                    <p class="mt-1 whitespace-pre-line break-words">{message.text.clone()}</p>
                </li>
            }
        })
        .collect_view();
    let messages = (!request.messages.is_empty()).then(|| view! { <ol class="timeline">{messages}</ol> });
    let state = request.form.clone();
    let answer = answers.then(|| {
        let (id, version, state) = (id.clone(), version.clone(), state.clone());
        view! {
            <form class="stack gap-4" id="answer" method="post" action="/api/answer_request" novalidate>
                <Hidden name="id" value=id />
                <Hidden name="version" value=version />
                <TextArea label="Your answer" name="answer" help="Whoever asked is told. Up to 2000 characters." lines=3 state />
                <p class="actions"><button class="button button-primary" type="submit">"Answer"</button></p>
            </form>
        }
    });
    let ask = asks.then(|| {
        let open = state.error("question").is_some() || state.value("question").is_some();
        let help = format!(
            "{} is told and can answer here: no new request is needed. Up to 2000 characters.",
            request.requester
        );
        view! {
            <Disclosure summary="Ask before you decide" open id="ask">
                <form class="stack gap-4" method="post" action="/api/question_request" novalidate>
                    <Hidden name="id" value=id />
                    <Hidden name="version" value=version />
                    <TextArea label="Your question" name="question" help lines=3 state />
                    <p class="actions"><button class="button" type="submit">"Ask"</button></p>
                </form>
            </Disclosure>
        }
    });
    Some(view! { <Card title="Questions and answers" id="questions">{messages} {answer} {ask}</Card> })
}
