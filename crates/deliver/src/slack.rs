//! Slack's incoming webhooks (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>), which
//! Mattermost, Rocket.Chat and others take as well.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Message;

/// `text` alone: what is a link and what is bold in it is written by the portal, and the rest is escaped as Slack asks.
pub(crate) fn of(message: &Message<'_>) -> Value {
    let mut text = format!("*{}*", escape(&message.notice.title).replace('*', "∗"));
    if !message.notice.text.is_empty() {
        text.push('\n');
        text.push_str(&escape(&message.notice.text));
    }
    let _ = write!(text, "\n<{}|Open it in Studiogate>", message.link());
    json!({ "text": text })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v1_2_1_nobody_mentions_a_channel_or_hides_a_link_in_a_name() {
        assert_eq!(
            escape("<!channel> <https://evil.test|here> &"),
            "&lt;!channel&gt; &lt;https://evil.test|here&gt; &amp;"
        );
    }
}
