//! Settings from a file and from variables.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::ExposeSecret as _;
use studiogate::config::{Config, KeptKeys, public_key_text};

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
fn what_cannot_work_is_refused_at_the_start() {
    let empty = file("empty-secret", "\n");
    let text = refused_secret(&[("STUDIOGATE_OIDC_CLIENT_SECRET", " ")]);
    assert!(text.contains("oidc.client_secret is set, but it is empty"), "{text}");
    let text = refused_secret(&[("STUDIOGATE_OIDC_CLIENT_SECRET_FILE", empty.to_str().unwrap())]);
    assert!(text.contains("the file that it names is empty"), "{text}");
    let config = |pairs: &[(&str, &str)]| Config::from_sources(None, variables(pairs)).unwrap();
    let session = config(&[("STUDIOGATE_SESSION_IDLE", "7200"), ("STUDIOGATE_SESSION_ABSOLUTE", "300")]).session;
    assert!(session.idle().unwrap_err().to_string().contains("longer than session.absolute"));
    for regions in ["nowhere", "nowhere-1", "eu-west"] {
        let error = config(&[("STUDIOGATE_AWS_REGIONS", regions)]).aws.regions().unwrap_err().to_string();
        assert!(error.contains(regions), "{error}");
    }
    assert_eq!(config(&[("STUDIOGATE_AWS_REGIONS", "us-gov-west-1")]).aws.regions().unwrap().len(), 1);
    let error = config(&[("STUDIOGATE_AWS_HUB_ROLE_ARN", "nonsense")]).aws.shared_services_account().unwrap_err();
    assert!(error.to_string().starts_with("aws.hub_role_arn is a role's ARN"), "{error}");
}

fn refused_secret(pairs: &[(&str, &str)]) -> String {
    let client = [("STUDIOGATE_OIDC_ISSUER", "https://id.example"), ("STUDIOGATE_OIDC_CLIENT_ID", "studiogate")];
    let all: Vec<_> = client.into_iter().chain(pairs.iter().copied()).collect();
    Config::from_sources(None, variables(&all)).unwrap().oidc.client().unwrap_err().to_string()
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
    let error = Config::from_sources(None, variables(&missing)).unwrap().sealing.key(KeptKeys::Find).unwrap_err();
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
    assert!(of("STUDIOGATE_SEALING_KEY", "short").unwrap().sealing.key(KeptKeys::Find).is_err());
    assert!(of("STUDIOGATE_SEALING_KEY", &"0f".repeat(32)).unwrap().sealing.key(KeptKeys::Find).is_ok());
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

#[test]
fn a_variable_with_a_wrong_section_is_compared_as_a_whole() {
    for (wrong, right) in [
        ("STUDIOGATE_ODIC_ISSUER", "STUDIOGATE_OIDC_ISSUER"),
        ("STUDIOGATE_OIDC_ISSUR", "STUDIOGATE_OIDC_ISSUER"),
        ("STUDIOGATE_DATABSE_URL_FILE", "STUDIOGATE_DATABASE_URL_FILE"),
        ("STUDIOGATE_PUBLIC_ULR", "STUDIOGATE_PUBLIC_URL"),
    ] {
        let text = refused("", &[(wrong, "x")]);
        assert!(text.ends_with(&format!("{wrong} is not a setting. Did you mean {right}?")), "{text}");
    }
}

#[test]
fn what_kubernetes_sets_for_a_service_of_the_name_is_no_setting() {
    let links = [("STUDIOGATE_PORT", "tcp://10.0.0.1:80"), ("STUDIOGATE_SERVICE_HOST", "10.0.0.1")];
    Config::from_sources(None, variables(&links)).unwrap();
}

#[test]
fn on_postgres_keys_have_to_be_set() {
    let base = [
        ("STUDIOGATE_DATABASE_URL", "postgres://portal@db/portal"),
        ("STUDIOGATE_AWS_SHARED_SERVICES_ACCOUNT", "222222222222"),
        ("STUDIOGATE_AWS_REGIONS", "eu-west-1"),
    ];
    let key = "0f".repeat(32);
    let one = [base.as_slice(), &[("STUDIOGATE_SEALING_KEY", key.as_str())]].concat();
    for pairs in [base.as_slice(), &one] {
        let error = Config::from_sources(None, variables(pairs)).unwrap().settings().unwrap_err();
        assert!(error.to_string().contains("sealing.key and audit.key are not both set"), "{error}");
    }
    let both = [one.as_slice(), &[("STUDIOGATE_AUDIT_KEY", key.as_str())]].concat();
    Config::from_sources(None, variables(&both)).unwrap().settings().unwrap();
}

#[test]
fn who_only_looks_makes_no_key() {
    let config = Config::from_sources(None, BTreeMap::new()).unwrap();
    let error = config.keys(KeptKeys::Find).unwrap_err().to_string();
    assert!(error.contains("studiogate-sealing.key"), "{error}");
    assert!(!PathBuf::from("studiogate-sealing.key").exists() && !PathBuf::from("studiogate-audit.key").exists());
}

#[test]
fn public_keys_of_former_keys_are_read_as_they_are_printed() {
    let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]).verifying_key();
    let text = format!("{}, {}", public_key_text(&key), hex::encode(key.as_bytes()));
    let of = |text: &str| Config::from_sources(None, variables(&[("STUDIOGATE_AUDIT_VERIFYING_KEYS", text)])).unwrap();
    assert_eq!(of(&text).audit.verifying_keys().unwrap(), [key, key]);
    // They are enough to verify with, where the key itself is not.
    assert_eq!(of(&text).audit.public_keys().unwrap(), [key, key]);
    assert!(of("").audit.public_keys().is_err());
    let error = of("AAAA").audit.verifying_keys().unwrap_err();
    assert!(error.to_string().contains("is no Ed25519 public key"), "{error}");
}

#[test]
fn how_much_of_a_server_is_used_is_limited() {
    let of = |name: &str, value: &str| Config::from_sources(None, variables(&[(name, value)])).unwrap();
    let set = of("STUDIOGATE_DATABASE_MAX_CONNECTIONS", "5").database.limits().unwrap();
    assert_eq!((set.max_connections, set.statement_timeout.as_secs()), (5, 30));
    for (name, value) in
        [("STUDIOGATE_DATABASE_MAX_CONNECTIONS", "1"), ("STUDIOGATE_DATABASE_STATEMENT_TIMEOUT", "3601")]
    {
        assert!(of(name, value).database.limits().is_err(), "{name}");
    }
}
