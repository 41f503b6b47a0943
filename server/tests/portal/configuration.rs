//! Settings from a file and from variables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::ExposeSecret as _;
use studiogate::config::Config;

/// A file in the tests' own folder, which goes with the build.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn refused(text: &str, pairs: &[(&str, &str)]) -> String {
    let path = (!text.is_empty()).then(|| file(&format!("refused-{}.toml", text.len()), text));
    Config::from_sources(path.as_deref(), variables(pairs)).unwrap_err().to_string()
}

#[test]
fn an_unknown_key_is_refused_and_the_nearest_is_named() {
    let text = refused("[oidc]\nisuer = \"https://a.example\"\n", &[]);
    assert!(text.starts_with("oidc.isuer in ") && text.ends_with("Did you mean oidc.issuer?"), "{text}");
    let text = refused("lisen = \"127.0.0.1:1\"\n", &[]);
    assert!(text.contains("Did you mean listen?"), "{text}");
    let text = refused("", &[("STUDIOGATE_OIDC_CLIENT_SECERT", "x")]);
    assert!(
        text.starts_with("STUDIOGATE_OIDC_CLIENT_SECERT is not a setting. Did you mean STUDIOGATE_OIDC_CLIENT_SECRET"),
        "{text}"
    );
    let text = refused("", &[("STUDIOGATE_BOOTSTRAP_ADMIN_GRUOP", "x")]);
    assert!(text.contains("Did you mean STUDIOGATE_BOOTSTRAP_ADMIN_GROUP?"), "{text}");
    let text = refused("", &[("STUDIOGATE_LOG_QQQQ", "x")]);
    assert!(text.contains("There is STUDIOGATE_LOG_FORMAT, STUDIOGATE_LOG_FILTER."), "{text}");
}

#[test]
fn variables_win_over_the_file_and_are_text_whatever_they_look_like() {
    let path = file(
        "wins.toml",
        "bootstrap_admin_group = \"file\"\n[oidc]\nissuer = \"https://file.example\"\nclient_id = \"file\"\n",
    );
    let config = Config::from_sources(
        Some(&path),
        variables(&[
            ("STUDIOGATE_OIDC_CLIENT_ID", "0123456789"),
            ("STUDIOGATE_LISTEN", "127.0.0.1:8080"),
            ("STUDIOGATE_AWS_REGIONS", "eu-west-1, eu-central-1"),
            ("STUDIOGATE_STUDIO_PRESIGNED_URL_TTL", "60"),
            ("STUDIOGATE_TEST_POSTGRES_URL", "postgres://not-a-setting"),
            ("PATH", "/bin"),
        ]),
    )
    .unwrap();
    let client = config.oidc.client().unwrap();
    assert_eq!((client.issuer.as_str(), client.client_id.as_str()), ("https://file.example", "0123456789"));
    assert_eq!(config.bootstrap_admin_group.as_deref(), Some("file"));
    assert_eq!(config.public_url().unwrap().as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.aws.regions().unwrap().len(), 2);
    assert_eq!(config.studio.presigned_url_ttl().unwrap().seconds(), 60);
}

#[test]
fn v13_3_1_secrets_come_from_files_too_but_not_from_both() {
    let secret = file("secret", "s3cret\n");
    let path = secret.display().to_string();
    let both = [
        ("STUDIOGATE_OIDC_ISSUER", "https://a.example"),
        ("STUDIOGATE_OIDC_CLIENT_ID", "x"),
        ("STUDIOGATE_OIDC_CLIENT_SECRET_FILE", &path),
    ];
    let config = Config::from_sources(None, variables(&both)).unwrap();
    assert_eq!(config.oidc.client().unwrap().client_secret.unwrap().expose_secret(), "s3cret");
    assert!(!format!("{config:?}").contains("s3cret"));
    let mut both = both.to_vec();
    both.push(("STUDIOGATE_OIDC_CLIENT_SECRET", "again"));
    let error = Config::from_sources(None, variables(&both)).unwrap().oidc.client().unwrap_err();
    assert!(error.to_string().contains("both set"), "{error}");
    let missing = [("STUDIOGATE_SEALING_KEY_FILE", "/nowhere/key")];
    let error = Config::from_sources(None, variables(&missing)).unwrap().sealing.key().unwrap_err();
    assert!(error.to_string().contains("/nowhere/key cannot be read"), "{error}");
}

#[test]
fn values_out_of_range_are_refused_with_their_limits() {
    let of = |name: &str, value: &str| Config::from_sources(None, variables(&[(name, value)]));
    let error = of("STUDIOGATE_STUDIO_PRESIGNED_URL_TTL", "301").unwrap().studio.presigned_url_ttl().unwrap_err();
    assert!(error.to_string().contains("5 to 300"), "{error}");
    let error = of("STUDIOGATE_STUDIO_SESSION_PROD", "60").unwrap().studio.session_caps().unwrap_err();
    assert!(error.to_string().contains("1800"), "{error}");
    assert!(of("STUDIOGATE_STUDIO_PRESIGNED_URL_TTL", "soon").unwrap_err().to_string().contains("whole number"));
    assert!(of("STUDIOGATE_SESSION_IDLE", "1").unwrap().session.idle().is_err());
    assert!(of("STUDIOGATE_SEALING_KEY", "short").unwrap().sealing.key().is_err());
    assert!(of("STUDIOGATE_SEALING_KEY", &"0f".repeat(32)).unwrap().sealing.key().is_ok());
    let plain = [("STUDIOGATE_OIDC_ISSUER", "http://login.example.com"), ("STUDIOGATE_OIDC_CLIENT_ID", "x")];
    assert!(
        Config::from_sources(None, variables(&plain))
            .unwrap()
            .oidc
            .client()
            .unwrap_err()
            .to_string()
            .contains("not https")
    );
    assert!(of("STUDIOGATE_PUBLIC_URL", "https://a.example/path").unwrap().public_url().is_err());
}

#[test]
fn v12_2_1_the_portal_is_reached_by_https_or_on_loopback() {
    let of = |name: &str, value: &str| Config::from_sources(None, variables(&[(name, value)])).unwrap().public_url();
    for (name, value) in [
        ("STUDIOGATE_PUBLIC_URL", "https://studiogate.example.com"),
        ("STUDIOGATE_PUBLIC_URL", "http://localhost:3000"),
        ("STUDIOGATE_LISTEN", "127.0.0.1:8080"),
    ] {
        assert!(of(name, value).is_ok(), "{value}");
    }
    for (name, value) in
        [("STUDIOGATE_PUBLIC_URL", "http://studiogate.example.com"), ("STUDIOGATE_LISTEN", "0.0.0.0:3000")]
    {
        assert!(of(name, value).unwrap_err().to_string().contains("not https"), "{value}");
    }
}

#[test]
fn v6_3_2_v13_2_3_nothing_signs_in_by_default() {
    let config = Config::from_sources(None, BTreeMap::new()).unwrap();
    assert_eq!(config.bootstrap_admin_group, None);
    assert!(config.oidc.client().unwrap_err().to_string().contains("oidc.issuer is not set"));
    assert!(!config.database.url().unwrap().expose_secret().contains('@'), "no account at a database");
}

#[test]
fn the_example_is_valid() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/studiogate.example.toml"));
    let config = Config::from_sources(Some(&path), BTreeMap::new()).unwrap();
    assert_eq!(config.aws.shared_services_account().unwrap().as_str(), "222222222222");
    assert!(config.studio_origins().unwrap().contains(&"https://*.studio.eu-west-1.sagemaker.aws".to_owned()));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Config::from_sources(Some("/nowhere/studiogate.toml".as_ref()), BTreeMap::new()).unwrap_err();
    assert!(error.to_string().contains("/nowhere/studiogate.toml does not exist"), "{error}");
}
