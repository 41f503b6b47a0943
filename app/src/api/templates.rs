use domain::view::TemplateInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;

#[server(endpoint = "check_template", prefix = "/api", input = PostUrl, output = Html)]
pub async fn check_template(#[server(flatten)] input: TemplateInput) -> Posted {
    let form = Form::at("/admin/templates").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.check_template(&caller, input).await?;
        Ok(done(format!("/admin/templates/{id}"), "The template was checked."))
    })
    .await
}
