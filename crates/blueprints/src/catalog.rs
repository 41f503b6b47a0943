//! `catalog.toml`: a catalog as text.

use domain::described::DescribedCatalog;

/// What stands above what is written.
const HEAD: &str = "# The catalog, as `studiogate catalog export` writes it.\n";

/// Why a text is no catalog.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {}.", message.trim_end_matches('.'))]
pub struct Unreadable {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    pub message: String,
}

/// The text of a catalog; the same catalog is the same text.
///
/// # Errors
/// Where it holds what TOML cannot say.
pub fn write(catalog: &DescribedCatalog) -> Result<String, toml::ser::Error> {
    Ok(format!("{HEAD}\n{}", body(catalog)?))
}

/// The same without what stands above.
///
/// # Errors
/// As [`write`].
pub fn body(catalog: &DescribedCatalog) -> Result<String, toml::ser::Error> {
    toml::to_string_pretty(catalog)
}

/// Reads one.
///
/// # Errors
/// Where it cannot be read, with the place.
pub fn read(text: &str) -> Result<DescribedCatalog, Unreadable> {
    toml::from_str(text).map_err(|error| unreadable(text, &error))
}

pub(crate) fn unreadable(text: &str, error: &toml::de::Error) -> Unreadable {
    // The parser takes what is missing for a text without quotes.
    let nothing =
        error.message().starts_with("string values must be quoted") && error.span().is_some_and(|it| it.is_empty());
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    Unreadable {
        line: before.matches('\n').count() + 1,
        column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
        message: if nothing { "a value is missing here".to_owned() } else { in_words(error.message()) },
    }
}

/// What the parser says, in words of whoever writes the file.
fn in_words(message: &str) -> String {
    const WORDS: [(&str, &str); 14] = [
        (", expected nothing", ""),
        ("string values must be quoted, expected literal string", "a text stands in quotes"),
        (", expected one of ", ": known are "),
        (", expected u16", ", and not a whole number from 0 to 65535"),
        (", expected u32", ", and not a whole number"),
        (", expected a boolean", ", and not true or false"),
        (", expected a string", ", and not a text in quotes"),
        (", expected a sequence", ", and not a list in square brackets"),
        (", expected a map", ", and not a table"),
        (", expected ", ": wanted is "),
        ("invalid type: ", "this is the wrong kind of value: "),
        ("invalid value: ", "this value is out of range: "),
        ("unknown variant ", "there is no value "),
        ("unknown field ", "there is no field "),
    ];
    WORDS.iter().fold(message.to_owned(), |text, (theirs, ours)| text.replace(theirs, ours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::binding::{AccountValue, BindingSource};
    use domain::catalog::ConstraintRule;
    use domain::curation::Guidance;
    use domain::described::{
        DescribedAccess, DescribedBinding, DescribedConstraint, DescribedPlace, DescribedPortal, DescribedPortfolio,
        DescribedProduct, DescribedShare, DescribedTag, DescribedTagOption, DescribedVersion,
    };
    use domain::project::Stage;

    fn catalog() -> DescribedCatalog {
        let tag = |key: &str, value: &str| DescribedTag { key: key.into(), value: value.into() };
        let version = |name: &str, active, guidance| DescribedVersion {
            name: name.into(),
            note: "It's \"new\"\nand better".into(),
            template: format!("templates/studio/{name}.yaml"),
            active,
            guidance,
        };
        let constraint = |rule| DescribedConstraint { description: "Why".into(), rule };
        let constraints = vec![
            constraint(ConstraintRule::Launch { role: "StudiogateLaunchRole".into() }),
            constraint(ConstraintRule::Template { rules: "{\"Rules\": {\"A\": {}}}".into() }),
            constraint(ConstraintRule::TagUpdate { allowed: true }),
            constraint(ConstraintRule::Notification { topics: vec!["arn:aws:sns:eu-west-1:111122223333:t".into()] }),
            constraint(ConstraintRule::StackSet { parameters: "{}".into() }),
        ];
        DescribedCatalog {
            tag_options: vec![DescribedTagOption { key: "purpose".into(), value: "serving".into(), active: false }],
            portfolios: vec![DescribedPortfolio {
                name: "Environments".into(),
                description: "For = everybody".into(),
                provider: "Platform".into(),
                principals: vec!["arn:aws:iam:::role/StudiogateProvisioner".into()],
                tags: [("team".to_owned(), "ml \"x\"".to_owned())].into(),
                tag_options: vec![tag("purpose", "serving")],
                shares: vec![DescribedShare {
                    with: "organizational_unit/ou-a1-b2".into(),
                    tag_options: true,
                    principals: true,
                }],
            }],
            products: vec![DescribedProduct {
                name: "Studio".into(),
                owner: "Platform".into(),
                tags: [("aws.like key".to_owned(), String::new())].into(),
                versions: vec![version("1.0", false, Guidance::Deprecated), version("1.1", true, Guidance::Default)],
                places: vec![
                    DescribedPlace { portfolio: "Environments".into(), constraints },
                    DescribedPlace { portfolio: "Others".into(), constraints: Vec::new() },
                ],
                portal: Some(portal()),
                ..DescribedProduct::default()
            }],
        }
    }

    fn portal() -> DescribedPortal {
        let binding = |parameter: &str, source| DescribedBinding { parameter: parameter.into(), account: None, source };
        let choice = BindingSource::Choice { values: vec!["a".into(), "b, c".into()] };
        let account = Some("601000000001".parse().unwrap());
        DescribedPortal {
            typical_minutes: Some(8),
            access: vec![DescribedAccess {
                project: "fraud-detection".parse().unwrap(),
                stage: Stage::PreProd,
                approval: "lead:2,admin".parse().unwrap(),
                max_lease_days: 30,
                instances: "ml.t3, ml.m5.large".parse().unwrap(),
            }],
            bindings: vec![
                binding("Asked", BindingSource::Ask),
                binding("Chosen", choice),
                DescribedBinding { account, ..binding("Kept", BindingSource::Fixed { value: "x = \"y\"".into() }) },
                binding("Vpc", BindingSource::FromAccount { value: AccountValue::VpcId }),
            ],
        }
    }

    #[test]
    fn what_is_written_is_read_and_written_the_same() {
        let nobody = DescribedProduct { portal: Some(DescribedPortal::default()), ..catalog().products.remove(0) };
        let empty = DescribedCatalog { products: vec![nobody], ..DescribedCatalog::default() };
        for catalog in [catalog(), empty, DescribedCatalog::default()] {
            let text = write(&catalog).unwrap();
            assert_eq!(read(&text).unwrap(), catalog, "{text}");
            assert_eq!(write(&read(&text).unwrap()).unwrap(), text);
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (text, line) in [
            ("[[portfolio]]\nname = \"One\"\nprovder = \"Platform\"\n", 3),
            ("[[portfolio]]\nname = 1\nprovider = \"Platform\"\n", 2),
            ("[[product]\n", 1),
            (
                "[[product]]\nname = \"a\"\nowner = \"b\"\n[[product.in]]\nportfolio = \"One\"\n[[product.in.constraint]]\nkind = \"none\"\n",
                7,
            ),
            (
                "[[product]]\nname = \"a\"\nowner = \"b\"\n[[product.in]]\nportfolio = \"One\"\n[[product.in.constraint]]\nkind = \"launch\"\nrole = \"r\"\ndescripton = \"x\"\n",
                9,
            ),
            (
                "[[product]]\nname = \"a\"\nowner = \"b\"\n[[product.in]]\nportfolio = \"One\"\n[[product.in.constraint]]\nkind = \"launch\"\nallowed = true\n",
                6,
            ),
            (
                "[[product]]\nname = \"a\"\nowner = \"b\"\n[product.portal]\n[[product.portal.binding]]\nparameter = \"P\"\nsource = \"choice\"\nvalues = \"x\"\n",
                8,
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.line == line && !error.message.is_empty(), "{text}: {error:?}");
            assert!(!error.message.contains("expected"), "{error:?}");
        }
        let message = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(message("[[portfolio]]\nname =\n"), "Line 2, column 7: a value is missing here.");
        assert_eq!(message("[[portfolio]]\nname = One\n"), "Line 2, column 8: a text stands in quotes.");
    }
}
