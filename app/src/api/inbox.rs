use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;

#[server(endpoint = "read_notifications", prefix = "/api", input = PostUrl, output = Html)]
pub async fn read_notifications(
    #[server(rename = "id")]
    #[server(default)]
    notification: String,
    #[server(default)] until: String,
) -> Posted {
    act(Form::at("/inbox"), |portal, caller| async move {
        let said = match portal.read_notifications(&caller, &notification, &until).await? {
            1 => "1 notification is marked as read.".to_owned(),
            n => format!("{n} notifications are marked as read."),
        };
        Ok(done("/inbox", said))
    })
    .await
}

#[server(endpoint = "save_notification_choices", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_notification_choices(#[server(default)] topic: BTreeMap<String, String>) -> Posted {
    act(Form::at("/inbox"), |portal, caller| async move {
        portal.save_notification_choices(&caller, &topic.into_keys().collect()).await?;
        Ok(done("/inbox", "Your choices hold from now on."))
    })
    .await
}
