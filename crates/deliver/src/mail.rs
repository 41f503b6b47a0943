//! E-mail by SMTP (RFC 5321), with TLS (RFC 8314) wherever it leaves the machine.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use domain::notification::Tried;
use domain::problem::{Problem, chain};
use lettre::address::AddressError;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Layer, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{Message, html};

/// A server that says nothing for so long is not there.
const TIMEOUT: Duration = Duration::from_secs(15);
const NEXT: &str = "It is tried again by itself. Check the mail settings of the portal and the mail server.";

/// How the connection is kept from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte, port 465 by default.
    Implicit,
    /// Plain first, and TLS before anything is said, or nothing at all: port 587 by default.
    #[default]
    StartTls,
    /// None: on loopback alone.
    Plain,
}

/// How mail leaves the portal.
#[derive(Clone, Debug)]
pub struct MailSettings {
    pub host: String,
    pub port: Option<u16>,
    pub tls: Tls,
    pub credentials: Option<(String, SecretString)>,
    /// `Studiogate <studiogate@example.com>`.
    pub from: String,
    /// Certificates, as PEM, of authorities that are trusted besides the system's.
    pub authorities: Option<Vec<u8>>,
}

/// Settings that no mail can leave by, in words.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("the sender's address {0:?} is none: {1}")]
    From(String, AddressError),
    #[error("without TLS mail goes to loopback alone, and {0} is not")]
    NotLoopback(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(lettre::transport::smtp::Error),
}

/// Sends mail, each by a connection of its own. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Mailer {
    /// Connects to nothing yet.
    pub fn new(settings: &MailSettings) -> Result<Self, MailError> {
        let from: Mailbox = settings.from.parse().map_err(|e| MailError::From(settings.from.clone(), e))?;
        let host = settings.host.clone();
        if settings.tls == Tls::Plain && !is_loopback(&host) {
            return Err(MailError::NotLoopback(host));
        }
        let layer = match settings.tls {
            Tls::Plain => Layer::None,
            secured => {
                let mut parameters = TlsParameters::builder(host.clone());
                if let Some(pem) = &settings.authorities {
                    parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(MailError::Tls)?);
                }
                let parameters = parameters.build_rustls().map_err(MailError::Tls)?;
                if secured == Tls::Implicit { Layer::Wrapper(parameters) } else { Layer::Required(parameters) }
            }
        };
        let port = settings.port.unwrap_or(match settings.tls {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::Plain => 25,
        });
        let mut transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host).port(port).tls(layer).timeout(Some(TIMEOUT));
        if let Some((name, password)) = &settings.credentials {
            transport = transport.credentials(Credentials::new(name.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: transport.build(), from })
    }

    /// Sends one mail to `name <address>`.
    pub async fn send(&self, name: &str, address: &str, message: &Message<'_>) -> Tried {
        let mail = match self.write(name, address, message) {
            Ok(mail) => mail,
            Err(why) => {
                let next = "Correct the address where the identity provider has it; the next sign-in brings it here.";
                let problem = Problem::new("The mail cannot be addressed.", why, next);
                return Tried::Refused { problem };
            }
        };
        match self.transport.send(mail).await {
            Ok(_) => Tried::Taken,
            Err(error) => judge(&error),
        }
    }

    /// Asks the server whether it would take mail; what is wrong otherwise.
    pub async fn check(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer".to_owned()),
            Err(error) => Err(chain(&error)),
        }
    }

    fn write(&self, name: &str, address: &str, message: &Message<'_>) -> Result<lettre::Message, String> {
        let address = address.parse().map_err(|e| format!("{address:?} is no address: {e}"))?;
        // A name is what the identity provider says: no header can hold a control character.
        let name = name.replace(char::is_control, " ").split_whitespace().collect::<Vec<_>>().join(" ");
        let to = Mailbox::new(Some(name).filter(|name| !name.is_empty()), address);
        let header =
            |name: &'static str, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(message.notice.title.clone())
            .date(message.happened_at.into())
            // The same with every try, so that a reader shows it once.
            .message_id(Some(format!("<{}@{}>", message.id, self.from.email.domain())))
            // RFC 3834: nobody's absence is answered to it.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .multipart(MultiPart::alternative_plain_html(html::text_of(message), html::of(message)))
            .map_err(|e| e.to_string())
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// A refusal of this one mail is for good (RFC 5321, 4.2.1: 5yz); one of the portal itself, by name and password say, or of
/// everything at the moment, is not.
fn judge(error: &lettre::transport::smtp::Error) -> Tried {
    let code = error.status().map(|code| code.to_string());
    let of_this_mail = matches!(code.as_deref(), Some("550" | "551" | "552" | "553" | "554" | "555" | "556"));
    if error.is_permanent() && of_this_mail {
        let next = "Correct the address where the identity provider has it, or ask whoever runs the mail server.";
        return Tried::Refused { problem: Problem::new("The mail server refused the mail.", chain(error), next) };
    }
    let problem = Problem::new("The mail was not taken.", chain(error), NEXT);
    Tried::NotTaken { problem, not_before: None }
}
