//! The file and the variables, brought into one shape.

use std::collections::BTreeMap;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::ConfigError;

/// The sections of the file: in a variable's name the section's name comes first.
const SECTIONS: &[&str] = &["database", "oidc", "sealing", "audit", "aws", "studio", "session", "log"];
pub(super) const PREFIX: &str = "STUDIOGATE_";
/// Read by the command line, the build or the tests.
const NOT_SETTINGS: &[&str] = &["STUDIOGATE_CONFIG", "STUDIOGATE_SITE_DIR", "STUDIOGATE_BIN"];
const TESTS: &str = "STUDIOGATE_TEST_";

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
            if NOT_SETTINGS.contains(&name.as_str()) || name.starts_with(TESTS) {
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
