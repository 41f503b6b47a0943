use domain::view::{ProjectAccountInput, ProjectInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::api::answer::{Html, Posted, act, done, id};
use crate::api::form::Form;

#[server(endpoint = "save_project", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_project(#[server(flatten)] input: ProjectInput) -> Posted {
    let form =
        if input.version.is_empty() { Form::at("/admin/projects") } else { Form::of("/admin/projects", &input.id) };
    act(form.with_fields(&input), |portal, caller| async move {
        let project = portal.save_project(&caller, input).await?;
        Ok(done(format!("/admin/projects/{project}"), "The project was saved."))
    })
    .await
}

#[server(endpoint = "save_project_account", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_project_account(#[server(flatten)] input: ProjectAccountInput) -> Posted {
    let form = Form::of("/admin/projects", &input.project).with_fields(&input).named("account");
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.save_project_account(&caller, input).await?;
        Ok(done(to, "The account was saved."))
    })
    .await
}

#[server(endpoint = "remove_project_account", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_project_account(
    #[server(default)] project: String,
    #[server(default)] account: String,
    #[server(default)] region: String,
) -> Posted {
    let form = Form::of("/admin/projects", &project);
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        let (project, account, region) = (id(&project, "project")?, id(&account, "account")?, id(&region, "region")?);
        portal.remove_project_account(&caller, &project, &account, &region).await?;
        Ok(done(to, "The account was removed from the project."))
    })
    .await
}
