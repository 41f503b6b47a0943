use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

const CHANGES: &str = "/admin/changes";
const TAGS: &str = "/admin/tags";

#[server(endpoint = "add_tag_option", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_tag_option(
    #[server(default)] region: String,
    #[server(default)] tag_key: String,
    #[server(default)] tag_value: String,
) -> Posted {
    let form = Form::at(TAGS).named("new").with_field("region", &region);
    let form = form.with_field("tag_key", &tag_key).with_field("tag_value", &tag_value);
    act(form, |portal, caller| async move {
        let id = portal.add_tag_option(&caller, &region, &tag_key, &tag_value).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The TagOption is being made."))
    })
    .await
}

#[server(endpoint = "set_tag_option", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_tag_option(#[server(default)] tag_option: String, #[server(default)] active: String) -> Posted {
    act(Form::at(TAGS), |portal, caller| async move {
        let id = portal.set_tag_option(&caller, &id(&tag_option, "TagOption")?, active == "yes").await?;
        Ok(done(format!("{CHANGES}/{id}"), "The TagOption is being changed."))
    })
    .await
}

#[server(endpoint = "delete_tag_option", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_tag_option(#[server(default)] tag_option: String) -> Posted {
    act(Form::at(TAGS), |portal, caller| async move {
        let id = portal.delete_tag_option(&caller, &id(&tag_option, "TagOption")?).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The TagOption is being deleted."))
    })
    .await
}

#[server(endpoint = "associate_tag_option", prefix = "/api", input = PostUrl, output = Html)]
pub async fn associate_tag_option(#[server(default)] tag_option: String, #[server(default)] on: String) -> Posted {
    let form = Form::of(TAGS, &tag_option).named("put").with_field("tag_option", &tag_option).with_field("on", &on);
    act(form, |portal, caller| async move {
        let id = portal.associate_tag_option(&caller, &tag_option, &on).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The TagOption is being put there."))
    })
    .await
}

#[server(endpoint = "disassociate_tag_option", prefix = "/api", input = PostUrl, output = Html)]
pub async fn disassociate_tag_option(#[server(default)] tag_option: String, #[server(default)] on: String) -> Posted {
    act(Form::at(TAGS), |portal, caller| async move {
        let id = portal.disassociate_tag_option(&caller, &id(&tag_option, "TagOption")?, &on).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The TagOption is being taken off."))
    })
    .await
}
