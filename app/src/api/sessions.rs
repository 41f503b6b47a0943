use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;

#[server(endpoint = "end_session", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_session(#[server(default)] handle: String) -> Posted {
    act(Form::at("/profile"), |portal, caller| async move {
        portal.end_session(&caller, &handle).await?;
        Ok(done("/profile", "The session was ended."))
    })
    .await
}

#[server(endpoint = "end_other_sessions", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_other_sessions() -> Posted {
    act(Form::at("/profile"), |portal, caller| async move {
        let said = match portal.end_other_sessions(&caller).await? {
            1 => "One other session was ended.".to_owned(),
            n => format!("{n} other sessions were ended."),
        };
        Ok(done("/profile", said))
    })
    .await
}
