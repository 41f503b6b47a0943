use domain::view::WebhookInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

const PAGE: &str = "/admin/notifications";

#[server(endpoint = "save_webhook", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_webhook(#[server(flatten)] input: WebhookInput) -> Posted {
    let form = Form::of_webhook().with_fields(&input);
    act(form, |portal, caller| async move {
        portal.save_webhook(&caller, input).await?;
        Ok(done(PAGE, "The webhook was saved. Its address and secret are not shown again."))
    })
    .await
}

#[server(endpoint = "remove_webhook", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_webhook(
    #[server(rename = "id")]
    #[server(default)]
    webhook: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.remove_webhook(&caller, &id(&webhook, "webhook")?).await?;
        Ok(done(PAGE, "The webhook was removed."))
    })
    .await
}

#[server(endpoint = "test_webhook", prefix = "/api", input = PostUrl, output = Html)]
pub async fn test_webhook(
    #[server(rename = "id")]
    #[server(default)]
    webhook: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.test_webhook(&caller, &id(&webhook, "webhook")?).await?;
        Ok(done(PAGE, "A test is on its way. Load the page again to see what became of it."))
    })
    .await
}

#[server(endpoint = "retry_delivery", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_delivery(
    #[server(rename = "id")]
    #[server(default)]
    delivery: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.retry_delivery(&caller, &id(&delivery, "delivery")?).await?;
        Ok(done(PAGE, "It is tried again."))
    })
    .await
}

#[server(endpoint = "discard_delivery", prefix = "/api", input = PostUrl, output = Html)]
pub async fn discard_delivery(
    #[server(rename = "id")]
    #[server(default)]
    delivery: String,
) -> Posted {
    act(Form::at(PAGE), |portal, caller| async move {
        portal.discard_delivery(&caller, &id(&delivery, "delivery")?).await?;
        Ok(done(PAGE, "It was discarded."))
    })
    .await
}
