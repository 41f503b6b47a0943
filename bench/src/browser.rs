//! A person at the portal: a session, pages and forms.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use http::{StatusCode, header};
use url::Url;

use crate::client::{Answer, Ask, Connection};
use crate::form::fields;

#[derive(Clone, Debug)]
pub(crate) struct Browser {
    portal: SocketAddr,
    cookie: String,
}

impl Browser {
    /// Signs in at the demo provider by the persona's button.
    pub(crate) async fn sign_in(portal: SocketAddr, persona: &str) -> Result<Self> {
        let mut browser = Self { portal, cookie: String::new() };
        let login = browser.follow(&Ask::get("/auth/login?return_to=/")).await?;
        let authorize = Url::parse(&login).context("the sign-in leads nowhere")?;
        let mut posted: Vec<(String, String)> = authorize.query_pairs().into_owned().collect();
        posted.push(("persona".to_owned(), persona.to_owned()));
        let provider = address_of(authorize.as_str())?;
        let answer = Connection::open(provider).await?.send(&Ask::post(authorize.path(), &posted)).await?;
        let back = Url::parse(answer.header(header::LOCATION)).context("the provider sends nobody back")?;
        browser.follow(&Ask::get(&back[url::Position::BeforePath..url::Position::AfterQuery])).await?;
        Ok(browser)
    }

    /// A request with the person's session.
    pub(crate) fn ask(&self, ask: Ask) -> Result<Ask> {
        if self.cookie.is_empty() { Ok(ask) } else { ask.with(header::COOKIE, &self.cookie) }
    }

    pub(crate) async fn page(&self, path: &str) -> Result<String> {
        let answer = self.send(&Ask::get(path)).await?;
        if answer.status != StatusCode::OK {
            bail!("{path} answers {}: {}", answer.status, answer.text());
        }
        Ok(answer.text())
    }

    /// Fills the form of a page and sends it; answers where that leads.
    pub(crate) async fn fill(&mut self, path: &str, action: &str, values: &[(&str, &str)]) -> Result<String> {
        let page = self.page(path).await?;
        let mut posted = fields(&page, action).with_context(|| format!("{path} has no form for {action}"))?;
        for (name, value) in values {
            posted.retain(|(field, _)| field != name);
            posted.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.follow(&Ask::post(action, &posted)).await
    }

    async fn send(&self, ask: &Ask) -> Result<Answer> {
        Connection::open(self.portal).await?.send(&self.ask(ask.clone())?).await
    }

    /// Sends what is answered with a redirect; keeps the session that comes with it.
    async fn follow(&mut self, ask: &Ask) -> Result<String> {
        let answer = self.send(ask).await?;
        if answer.status != StatusCode::SEE_OTHER {
            bail!("{} answers {}: {}", ask.path(), answer.status, answer.text());
        }
        if let Some((cookie, _)) = answer.header(header::SET_COOKIE).split_once(';') {
            cookie.clone_into(&mut self.cookie);
        }
        Ok(answer.header(header::LOCATION).to_owned())
    }
}

/// Host and port of an address on loopback.
pub(crate) fn address_of(url: &str) -> Result<SocketAddr> {
    let url = Url::parse(url).with_context(|| format!("{url} is no URL"))?;
    url.socket_addrs(|| None)?.into_iter().next().with_context(|| format!("{url} names no server"))
}
