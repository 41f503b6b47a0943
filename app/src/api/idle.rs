use domain::view::{IdleRuleInput, JobMarkInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

const PAGE: &str = "/admin/idle";

#[server(endpoint = "save_idle_rule", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_idle_rule(#[server(flatten)] input: IdleRuleInput) -> Posted {
    act(Form::at(PAGE).with_fields(&input), |portal, caller| async move {
        portal.save_idle_rule(&caller, input).await?;
        Ok(done(PAGE, "The rule was saved. It holds from the next look at what runs, within ten minutes."))
    })
    .await
}

#[server(endpoint = "remove_idle_rule", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_idle_rule(
    #[server(rename = "id")]
    #[server(default)]
    rule: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.remove_idle_rule(&caller, &id(&rule, "idle rule")?).await?;
        Ok(done(PAGE, "The rule was removed. It no longer holds."))
    })
    .await
}

#[server(endpoint = "mark_running_job", prefix = "/api", input = PostUrl, output = Html)]
pub async fn mark_running_job(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] what: String,
    #[server(default)] job_reason: String,
    #[server(default)] job_hours: String,
) -> Posted {
    let input = JobMarkInput { what, job_reason, job_hours };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.mark_running_job(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "It is marked: it is not stopped for being idle until then."))
    })
    .await
}

#[server(endpoint = "unmark_running_job", prefix = "/api", input = PostUrl, output = Html)]
pub async fn unmark_running_job(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] what: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.unmark_running_job(&caller, &id(&environment, "environment")?, &what).await?;
        Ok(done(format!("/environments/{environment}"), "It is no longer marked as running a job."))
    })
    .await
}
