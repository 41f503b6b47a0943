use std::collections::BTreeMap;

use domain::view::{ExtensionInput, HandOverInput, HoldInput, TerminateInput, TogetherInput, TransferInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;
use serde::{Deserialize, Serialize};

use super::answer::{Done, Html, Posted, act, done, id};
use super::form::Form;

#[server(endpoint = "terminate_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn terminate_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] confirm: String,
    #[server(default)] version: String,
    #[server(default)] leaves: String,
    #[server(default)] files: String,
) -> Posted {
    let input = TerminateInput { confirm, version, leaves, files };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.terminate_environment(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "The environment is being terminated."))
    })
    .await
}

#[server(endpoint = "retry_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] version: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.retry_environment(&caller, &id(&environment, "environment")?, &version).await?;
        Ok(done(format!("/environments/{environment}"), "The portal tries again."))
    })
    .await
}

#[server(endpoint = "observe_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn observe_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.observe_environment(&caller, &id(&environment, "environment")?).await?;
        Ok(done(format!("/environments/{environment}"), "AWS is asked; refresh the page in a moment."))
    })
    .await
}

#[server(endpoint = "stop_running", prefix = "/api", input = PostUrl, output = Html)]
pub async fn stop_running(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] what: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.stop_running(&caller, &id(&environment, "environment")?, &what).await?;
        Ok(done(format!("/environments/{environment}"), "It is being stopped."))
    })
    .await
}

#[server(endpoint = "start_notebook_instance", prefix = "/api", input = PostUrl, output = Html)]
pub async fn start_notebook_instance(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.start_notebook_instance(&caller, &id(&environment, "environment")?).await?;
        Ok(done(format!("/environments/{environment}"), "The notebook instance is being started."))
    })
    .await
}

#[server(endpoint = "extend_lease", prefix = "/api", input = PostUrl, output = Html)]
pub async fn extend_lease(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] ends: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.extend_lease(&caller, &id(&environment, "environment")?, &ends).await?;
        Ok(done(format!("/environments/{environment}"), "The lease is extended."))
    })
    .await
}

#[server(endpoint = "request_extension", prefix = "/api", input = PostUrl, output = Html)]
pub async fn request_extension(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] extension_days: String,
    #[server(default)] extension_reason: String,
) -> Posted {
    let input = ExtensionInput { extension_days, extension_reason };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        let request = portal.request_extension(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/requests/{request}"), "Your request was submitted."))
    })
    .await
}

#[server(endpoint = "hold_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn hold_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] hold_reason: String,
    #[server(default)] hold_until: String,
) -> Posted {
    let input = HoldInput { hold_reason, hold_until };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.hold_environment(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "The environment is held."))
    })
    .await
}

#[server(endpoint = "release_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn release_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.release_environment(&caller, &id(&environment, "environment")?).await?;
        Ok(done(format!("/environments/{environment}"), "The environment is no longer held."))
    })
    .await
}

#[server(endpoint = "transfer_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn transfer_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] transfer_to: String,
    #[server(default)] transfer_reason: String,
    #[server(default)] version: String,
) -> Posted {
    let input = TransferInput { transfer_to, transfer_reason, version };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.transfer_environment(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "The environment is being given to its new owner."))
    })
    .await
}

#[server(endpoint = "repair_owner", prefix = "/api", input = PostUrl, output = Html)]
pub async fn repair_owner(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] version: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.repair_owner(&caller, &id(&environment, "environment")?, &version).await?;
        Ok(done(format!("/environments/{environment}"), "The owner's tag is being put back."))
    })
    .await
}

/// The values of tags that somebody decides, under the names of their fields.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TagsPost {
    id: String,
    version: String,
    tag: BTreeMap<String, String>,
}

#[server(endpoint = "push_tags", prefix = "/api", input = PostUrl, output = Html)]
pub async fn push_tags(#[server(flatten)] post: TagsPost) -> Posted {
    let form = Form::of("/environments", &post.id);
    // A button alone has nothing to come back with.
    let form = if post.tag.is_empty() { form } else { form.with_fields(&post) };
    act(form, |portal, caller| async move {
        portal.push_tags(&caller, &id(&post.id, "environment")?, &post.version, &post.tag).await?;
        Ok(done(format!("/environments/{}", post.id), "The tags are being changed in AWS."))
    })
    .await
}

#[server(endpoint = "hand_over_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn hand_over_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
    #[server(default)] handover_note: String,
) -> Posted {
    let input = HandOverInput { handover_note };
    let form = Form::of("/environments", &environment).with_fields(&input).with_field("id", &environment);
    act(form, |portal, caller| async move {
        portal.hand_over_environment(&caller, &id(&environment, "environment")?, input).await?;
        Ok(done(format!("/environments/{environment}"), "The platform team finds it among what waits for them."))
    })
    .await
}

#[server(endpoint = "hand_back_environment", prefix = "/api", input = PostUrl, output = Html)]
pub async fn hand_back_environment(
    #[server(rename = "id")]
    #[server(default)]
    environment: String,
) -> Posted {
    act(Form::of("/environments", &environment), |portal, caller| async move {
        portal.hand_back_environment(&caller, &id(&environment, "environment")?).await?;
        Ok(done(format!("/environments/{environment}"), "It waits for the platform team no more."))
    })
    .await
}

#[server(endpoint = "act_on_environments", prefix = "/api", input = PostUrl, output = Html)]
pub async fn act_on_environments(#[server(flatten)] input: TogetherInput) -> Posted {
    let form = Form::of_environments(&input.act, &input.chosen).with_fields(&input);
    act(form, |portal, caller| async move {
        let to = Box::pin(portal.act_on_environments(&caller, &input)).await?;
        Ok(Done { to, said: None })
    })
    .await
}
