use domain::view::{PolicyChangeInput, ProbeInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, act, answer_with, done, id};
use super::form::Form;
use crate::pages::url::with_query;

#[server(endpoint = "preview_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn preview_policy_change(#[server(flatten)] input: PolicyChangeInput) -> Posted {
    let form = Form::of_policy_change(&input).with_fields(&input);
    answer_with(form, |portal, caller| async move {
        let change = portal.preview_policy_change(&caller, input).await?;
        Ok(Answer::redirect(&format!("/organization/changes/{change}")))
    })
    .await
}

#[server(endpoint = "apply_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn apply_policy_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of("/organization/changes", &change), |portal, caller| async move {
        portal.apply_policy_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("/organization/changes/{change}"), "The change is being applied."))
    })
    .await
}

#[server(endpoint = "retry_policy_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_policy_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of("/organization/changes", &change), |portal, caller| async move {
        portal.retry_policy_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("/organization/changes/{change}"), "The portal tries again."))
    })
    .await
}

const BLUEPRINT: &str = "/organization/blueprint";

#[server(endpoint = "enter_blueprint", prefix = "/api", input = PostUrl, output = Html)]
pub async fn enter_blueprint(#[server(default)] blueprint: String) -> Posted {
    let form = Form::at(BLUEPRINT).with_field("blueprint", &blueprint);
    answer_with(form, |portal, caller| async move {
        let draft = portal.enter_blueprint(&caller, &blueprint).await?;
        Ok(Answer::redirect(&with_query(BLUEPRINT, &[("draft", draft.as_str())])))
    })
    .await
}

#[server(endpoint = "apply_blueprint", prefix = "/api", input = PostUrl, output = Html)]
pub async fn apply_blueprint(#[server(default)] blueprint: String, #[server(default)] seen: String) -> Posted {
    act(Form::at(BLUEPRINT).with_field("blueprint", &blueprint), |portal, caller| async move {
        portal.apply_blueprint(&caller, &blueprint, &seen).await?;
        Ok(done(BLUEPRINT, "The blueprint is being applied."))
    })
    .await
}

#[server(endpoint = "probe_guardrails", prefix = "/api", input = PostUrl, output = Html)]
pub async fn probe_guardrails(#[server(flatten)] input: ProbeInput) -> Posted {
    let page = with_query("/organization/matrix", &[("within", &input.within), ("after", &input.after)]);
    act(Form::at("/organization/matrix"), |portal, caller| async move {
        let said = match portal.probe_guardrails(&caller, input).await? {
            0 => "There is nothing more to ask for: a probe waits already, or no account of a project is here."
                .to_owned(),
            1 => "One account is being probed.".to_owned(),
            count => format!("{count} accounts are being probed, one after the other."),
        };
        Ok(done(page, said))
    })
    .await
}
