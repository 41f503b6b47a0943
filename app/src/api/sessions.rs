use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;
use crate::pages::url::with_query;

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

#[server(endpoint = "end_sessions_of", prefix = "/api", input = PostUrl, output = Html)]
pub async fn end_sessions_of(#[server(default)] person: String, #[server(default)] q: String) -> Posted {
    let list = with_query("/admin/people", &[("q", &q)]);
    act(Form::at("/admin/people").with_query("q", &q), |portal, caller| async move {
        let (name, ended) = portal.end_sessions_of(&caller, &person).await?;
        let sessions = if ended == 1 { "1 session".to_owned() } else { format!("{ended} sessions") };
        Ok(done(list, format!("{sessions} of {name} ended. Their roles are as before: they can sign in again.")))
    })
    .await
}
