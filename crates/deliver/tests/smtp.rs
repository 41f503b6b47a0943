//! Mail, taken and refused by a real server (aiosmtpd, `end2end/smtp/server.py`). `cargo xtask test` names the Python that
//! has it in `STUDIOGATE_SMTP_PYTHON`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Stdio;

use chrono::{DateTime, Utc};
use deliver::{MailError, MailSettings, Mailer, Message, Tls};
use domain::id::{AuditEventId, DeliveryId};
use domain::notification::{Notice, Topic, Tried};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

struct Server {
    port: u16,
    authority: String,
    said: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    async fn start(tls: &str) -> Self {
        let python = std::env::var("STUDIOGATE_SMTP_PYTHON").expect("`cargo xtask test` sets STUDIOGATE_SMTP_PYTHON");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../end2end/smtp/server.py");
        let mut process = Command::new(python)
            .arg(script)
            .args(["--tls", tls])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&said.next_line().await.unwrap().unwrap()).unwrap();
        let port = u16::try_from(first["port"].as_u64().unwrap()).unwrap();
        let authority = first["authority"].as_str().unwrap().to_owned();
        Self { port, authority, said, _process: process }
    }

    async fn mail(&mut self) -> Value {
        serde_json::from_str(&self.said.next_line().await.unwrap().unwrap()).unwrap()
    }

    fn settings(&self, tls: Tls) -> MailSettings {
        MailSettings {
            host: "127.0.0.1".into(),
            port: Some(self.port),
            tls,
            credentials: None,
            from: "Studiogate <studiogate@example.com>".into(),
            authorities: None,
        }
    }
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

struct Sent {
    id: DeliveryId,
    event: AuditEventId,
    notice: Notice,
}

impl Sent {
    fn new(title: &str, text: &str) -> Self {
        let notice = Notice::new(Topic::RequestWaiting, title, text, "/requests/r1".into());
        Self { id: "0199-d1".parse().unwrap(), event: "e1".parse().unwrap(), notice }
    }

    fn message(&self) -> Message<'_> {
        Message {
            id: &self.id,
            event: &self.event,
            project: None,
            notice: &self.notice,
            happened_at: at(),
            portal: "https://portal.example",
        }
    }
}

#[tokio::test]
async fn a_mail_says_it_in_text_and_html_and_leads_to_the_page() {
    let mut server = Server::start("plain").await;
    let mailer = Mailer::new(&server.settings(Tls::Plain)).unwrap();
    mailer.check().await.unwrap();
    let sent =
        Sent::new("Ada asks for “studio-one” <b>", "For the fraud model.\nWith <script>alert(1)</script> & more.");
    assert_eq!(mailer.send("Zoë Lead", "zoe@example.com", &sent.message()).await, Tried::Taken);
    let mail = server.mail().await;
    assert_eq!(mail["recipients"], serde_json::json!(["zoe@example.com"]));
    assert_eq!((&mail["sender"], &mail["type"]), (&"studiogate@example.com".into(), &"multipart/alternative".into()));
    let header = |name: &str| mail["headers"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!(header("subject"), "Ada asks for “studio-one” <b>");
    assert_eq!(header("message-id"), "<0199-d1@example.com>");
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert!(header("to").contains("Zoë Lead"), "{mail}");
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    assert!(text.contains("https://portal.example/requests/r1") && text.contains("<script>"), "{text}");
    assert!(html.contains("href=\"https://portal.example/requests/r1\""), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more.") && !html.contains("<script>"), "{html}");
}

#[tokio::test]
async fn v1_2_1_no_name_or_title_adds_a_header_or_a_recipient() {
    let mut server = Server::start("plain").await;
    let mailer = Mailer::new(&server.settings(Tls::Plain)).unwrap();
    let sent = Sent::new("One\r\nBcc: eve@example.com", "");
    let name = "Ada\r\nBcc: eve@example.com\r\n\r\nHello";
    assert_eq!(mailer.send(name, "ada@example.com", &sent.message()).await, Tried::Taken);
    let mail = server.mail().await;
    assert_eq!(mail["recipients"], serde_json::json!(["ada@example.com"]));
    assert!(mail["headers"].get("bcc").is_none(), "{mail}");
    for address in ["ada@example.com\r\nRCPT TO:<eve@example.com>", "ada@example.com, eve@example.com", "nobody"] {
        assert!(matches!(mailer.send("Ada", address, &sent.message()).await, Tried::Refused { .. }), "{address:?}");
    }
}

#[tokio::test]
async fn v12_2_1_with_tls_the_password_is_said_after_the_handshake_alone() {
    let mut server = Server::start("starttls").await;
    let mut settings = server.settings(Tls::StartTls);
    settings.credentials = Some(("portal".into(), "correct horse".to_owned().into()));
    let sent = Sent::new("One", "Two");
    // Nobody vouches for the server: nothing is said to it.
    let untrusted = Mailer::new(&settings).unwrap().send("Ada", "ada@example.com", &sent.message()).await;
    assert!(
        matches!(&untrusted, Tried::NotTaken { problem, .. } if problem.why.contains("certificate")),
        "{untrusted:?}"
    );
    settings.authorities = Some(server.authority.clone().into_bytes());
    let mailer = Mailer::new(&settings).unwrap();
    assert_eq!(mailer.send("Ada", "ada@example.com", &sent.message()).await, Tried::Taken);
    let mail = server.mail().await;
    assert_eq!((&mail["tls"], &mail["authenticated"]), (&true.into(), &true.into()));
    // A wrong password is the portal's mistake, not the mail's: it waits.
    settings.credentials = Some(("portal".into(), "wrong".to_owned().into()));
    let wrong = Mailer::new(&settings).unwrap().send("Ada", "ada@example.com", &sent.message()).await;
    assert!(matches!(&wrong, Tried::NotTaken { problem, .. } if !problem.why.contains("wrong")), "{wrong:?}");
    assert!(!format!("{settings:?}").contains("wrong\""));
}

#[tokio::test]
async fn what_is_refused_for_good_is_told_from_what_is_refused_for_now() {
    let server = Server::start("plain").await;
    let mailer = Mailer::new(&server.settings(Tls::Plain)).unwrap();
    let sent = Sent::new("One", "Two");
    let unknown = mailer.send("Ada", "unknown@example.com", &sent.message()).await;
    assert!(
        matches!(&unknown, Tried::Refused { problem } if problem.why.contains("No such person here")),
        "{unknown:?}"
    );
    let later = mailer.send("Ada", "later@example.com", &sent.message()).await;
    assert!(matches!(&later, Tried::NotTaken { problem, .. } if problem.why.contains("Not now")), "{later:?}");
    drop(server);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_for_good() {
    let server = Server::start("plain").await;
    let settings = server.settings(Tls::Plain);
    drop(server);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mailer = Mailer::new(&MailSettings { port: Some(port), ..settings }).unwrap();
    let sent = Sent::new("One", "Two");
    assert!(matches!(mailer.send("Ada", "ada@example.com", &sent.message()).await, Tried::NotTaken { .. }));
    assert!(mailer.check().await.unwrap_err().contains("refused"));
}

#[test]
fn settings_that_no_mail_can_leave_by_are_refused() {
    let good = MailSettings {
        host: "mail.example.com".into(),
        port: None,
        tls: Tls::StartTls,
        credentials: None,
        from: "studiogate@example.com".into(),
        authorities: None,
    };
    assert!(Mailer::new(&good).is_ok());
    let plain = Mailer::new(&MailSettings { tls: Tls::Plain, ..good.clone() });
    assert!(matches!(plain, Err(MailError::NotLoopback(_))));
    assert!(matches!(Mailer::new(&MailSettings { from: "nobody".into(), ..good.clone() }), Err(MailError::From(..))));
    let broken = Some(b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n".to_vec());
    assert!(matches!(Mailer::new(&MailSettings { authorities: broken, ..good }), Err(MailError::Tls(_))));
}
