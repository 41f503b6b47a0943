//! The file and the variables, brought into one shape.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::ConfigError;

/// The sections of the file: in a variable's name the section's name comes first.
pub(super) const SECTIONS: &[&str] =
    &["database", "oidc", "sealing", "audit", "aws", "studio", "session", "organization", "mail", "webhooks", "log"];
pub(super) const PREFIX: &str = "STUDIOGATE_";
/// Read by the command line, the build or the tests.
const NOT_SETTINGS: &[&str] = &["STUDIOGATE_CONFIG", "STUDIOGATE_SITE_DIR", "STUDIOGATE_BIN", "STUDIOGATE_SMTP_PYTHON"];
const TESTS: &str = "STUDIOGATE_TEST_";

/// What Kubernetes sets for a service called `studiogate`, or `studiogate-...`, in the same namespace, as Docker's links
/// did: `STUDIOGATE_SERVICE_HOST`, `STUDIOGATE_PORT`, `STUDIOGATE_PORT_3000_TCP_ADDR`.
fn is_service_link(name: &str) -> bool {
    let mut words = name.split('_').rev().peekable();
    // From the end: [ADDR|PORT|PROTO] TCP 3000 PORT, or PORT, or HOST SERVICE, or [NAME...] PORT SERVICE.
    if matches!(words.peek(), Some(&("ADDR" | "PROTO"))) {
        words.next();
        return is_port_of(&mut words);
    }
    let last = words.next();
    match last {
        Some("HOST") => words.next() == Some("SERVICE"),
        Some("PORT") if matches!(words.peek(), Some(&("TCP" | "UDP" | "SCTP"))) => is_port_of(&mut words),
        // `..._SERVICE_PORT` too.
        Some("PORT") => true,
        Some("TCP" | "UDP" | "SCTP") => is_number(words.next()) && words.next() == Some("PORT"),
        _ => name.contains("_SERVICE_PORT_"),
    }
}

fn is_port_of<'a>(words: &mut impl Iterator<Item = &'a str>) -> bool {
    matches!(words.next(), Some("TCP" | "UDP" | "SCTP")) && is_number(words.next()) && words.next() == Some("PORT")
}

fn is_number(word: Option<&str>) -> bool {
    word.is_some_and(|word| !word.is_empty() && word.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The variables that are the portal's. Those of others may hold anything; the portal's own hold text.
pub(super) fn variables(
    all: impl Iterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut ours = BTreeMap::new();
    for (name, value) in all {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let value =
            value.into_string().map_err(|_| ConfigError(format!("{name} holds something that is no text (UTF-8)")))?;
        ours.insert(name.to_owned(), value);
    }
    Ok(ours)
}

/// The name that variables give to their source, which [`super::refuse`] looks for.
pub(super) const VARIABLES: &str = "environment variables";

pub(super) fn figment(file: Option<&Path>, variables: BTreeMap<String, String>) -> Result<Figment, ConfigError> {
    let mut figment = Figment::new();
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError(format!("the configuration file {} does not exist", file.display())));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    Ok(figment.merge(Variables(variables)))
}

/// Every value is text here: a client id of digits stays one.
struct Variables(BTreeMap<String, String>);

impl Provider for Variables {
    fn metadata(&self) -> Metadata {
        Metadata::named(VARIABLES)
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let mut dict = Dict::new();
        for (name, value) in &self.0 {
            let Some(key) = name.strip_prefix(PREFIX) else { continue };
            if NOT_SETTINGS.contains(&name.as_str()) || name.starts_with(TESTS) || is_service_link(name) {
                continue;
            }
            let key = key.to_ascii_lowercase();
            let nested =
                SECTIONS.iter().find_map(|section| Some((*section, key.strip_prefix(section)?.strip_prefix('_')?)));
            match nested {
                None => {
                    dict.insert(key, Value::from(value.clone()));
                }
                Some((section, key)) => {
                    let entry = dict.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
                    if let Value::Dict(_, inner) = entry {
                        inner.insert(key.to_owned(), Value::from(value.clone()));
                    }
                }
            }
        }
        Ok(Profile::Default.collect(dict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_links_are_no_settings_and_no_setting_is_a_service_link() {
        for name in [
            "STUDIOGATE_SERVICE_HOST",
            "STUDIOGATE_SERVICE_PORT",
            "STUDIOGATE_SERVICE_PORT_HTTP",
            "STUDIOGATE_PORT",
            "STUDIOGATE_PORT_3000_TCP",
            "STUDIOGATE_PORT_3000_TCP_PROTO",
            "STUDIOGATE_PORT_3000_TCP_PORT",
            "STUDIOGATE_PORT_3000_TCP_ADDR",
            "STUDIOGATE_POSTGRES_SERVICE_HOST",
            "STUDIOGATE_POSTGRES_PORT_5432_TCP_ADDR",
        ] {
            assert!(is_service_link(name), "{name}");
        }
        let settings = crate::config::Config::every_variable();
        assert!(settings.len() > 30 && settings.contains(&"STUDIOGATE_OIDC_CLIENT_SECRET_FILE".to_owned()));
        for name in settings {
            assert!(!is_service_link(&name), "{name}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_others_set_may_be_anything_and_what_is_ours_is_text() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = || OsString::from_vec(vec![0xff, 0xfe]);
        let of = |name: OsString| variables([(name, odd()), (odd(), odd())].into_iter());
        assert!(of("LESSOPEN".into()).unwrap().is_empty());
        let error = of("STUDIOGATE_LISTEN".into()).unwrap_err().to_string();
        assert!(error.starts_with("STUDIOGATE_LISTEN holds"), "{error}");
    }
}
