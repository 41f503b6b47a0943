use domain::view::TagRuleInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

const PAGE: &str = "/admin/tag-policy";

#[server(endpoint = "save_tag_rule", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_tag_rule(#[server(flatten)] input: TagRuleInput) -> Posted {
    act(Form::at(PAGE).with_fields(&input), |portal, caller| async move {
        portal.save_tag_rule(&caller, input).await?;
        Ok(done(PAGE, "The rule was saved. It holds for what is requested from now on; what runs is looked at within ten minutes."))
    })
    .await
}

#[server(endpoint = "remove_tag_rule", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_tag_rule(
    #[server(rename = "id")]
    #[server(default)]
    rule: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.remove_tag_rule(&caller, &id(&rule, "tag rule")?).await?;
        Ok(done(PAGE, "The rule was removed. It no longer holds."))
    })
    .await
}
