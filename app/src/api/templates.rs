use domain::view::{AddProductInput, AddVersionInput, TemplateInput, WaiveFindingInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
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

const CHANGES: &str = "/admin/changes";

#[server(endpoint = "add_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_product(#[server(flatten)] input: AddProductInput) -> Posted {
    let form = Form::of("/admin/templates", &input.template).named("product").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.add_product(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being made."))
    })
    .await
}

#[server(endpoint = "add_version", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_version(#[server(flatten)] input: AddVersionInput) -> Posted {
    let form = Form::of("/admin/templates", &input.template).named("version").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.add_version(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The version is being made."))
    })
    .await
}

#[server(endpoint = "waive_finding", prefix = "/api", input = PostUrl, output = Html)]
pub async fn waive_finding(#[server(flatten)] input: WaiveFindingInput) -> Posted {
    let form = Form::of("/admin/templates", &input.template).named("waive").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.waive_finding(&caller, input).await?;
        Ok(done(format!("/admin/templates/{id}"), "It is let pass."))
    })
    .await
}

#[server(endpoint = "end_waiver", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_waiver(#[server(default)] template: String, #[server(default)] rule: String) -> Posted {
    act(Form::of("/admin/templates", &template), |portal, caller| async move {
        portal.end_waiver(&caller, &id(&template, "template")?, &rule).await?;
        Ok(done(format!("/admin/templates/{template}"), "It is let pass no more."))
    })
    .await
}
