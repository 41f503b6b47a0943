//! Where in the text of a file a mistake is.

use domain::mistake::Mistake;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text that could be read, with where everything in it stands.
#[derive(Debug)]
pub struct Places<'a> {
    text: &'a str,
    table: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Places<'a> {
    pub fn of(text: &'a str) -> Self {
        Self { text, table: DeTable::parse(text).ok() }
    }

    /// From 1; of a field that the file leaves out, the line of what would have it.
    fn line(&self, mistake: &Mistake) -> Option<usize> {
        let ((name, number), within) = mistake.at.split_first()?;
        let mut found = entry(self.table.as_ref()?.get_ref().get(*name)?, *number);
        for (name, number) in within {
            let Some(within) = found.get_ref().get(*name) else { break };
            found = entry(within, *number);
        }
        Some(self.text.get(..found.span().start)?.matches('\n').count() + 1)
    }

    /// The mistakes as whoever reads the file comes to them, each with its line. What is about the file as a whole comes first.
    pub fn in_order<'m>(&self, mistakes: &'m [Mistake]) -> Vec<(Option<usize>, &'m Mistake)> {
        let mut lines: Vec<_> = mistakes.iter().map(|it| (self.line(it), it)).collect();
        lines.sort_by_key(|(line, _)| *line);
        lines
    }

    /// The same in words.
    pub fn told(&self, mistakes: &[Mistake]) -> Vec<String> {
        let told = |(line, it): (Option<usize>, &Mistake)| match line {
            Some(line) => format!("Line {line}: {it}"),
            None => it.to_string(),
        };
        self.in_order(mistakes).into_iter().map(told).collect()
    }
}

fn entry<'a, 'b>(value: &'b Spanned<DeValue<'a>>, number: usize) -> &'b Spanned<DeValue<'a>> {
    match value.get_ref() {
        DeValue::Array(array) => array.get(number).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::mistake::Entry;

    const TEXT: &str = "# What there is.

[[portfolio]]
name = \"One\"
principals = [
    \"a\",
    \"b\",
]
tag_option = [{ key = \"a\", value = \"b\" },
    { key = \"b\", value = \"c\" }]

[[product]]
name = \"First\"

[[product]]
name = \"Second\"

[[product.version]]
name = \"1.0\"
template = \"one.yaml\"

[product.portal]
typical_minutes = 4

[[product.portal.access]]
project = \"fraud\"
";

    #[test]
    fn each_entry_has_its_line() {
        let places = Places::of(TEXT);
        let line = |at: &[Entry]| places.line(&Mistake::new(at, "Why."));
        for (at, wanted) in [
            (&[("portfolio", 0)][..], 3),
            (&[("portfolio", 0), ("principals", 1)], 7),
            (&[("portfolio", 0), ("tag_option", 1)], 10),
            (&[("product", 1)], 15),
            (&[("product", 1), ("version", 0)], 18),
            (&[("product", 1), ("version", 0), ("template", 0)], 20),
            (&[("product", 1), ("portal", 0)], 22),
            (&[("product", 1), ("portal", 0), ("typical_minutes", 0)], 23),
            (&[("product", 1), ("portal", 0), ("access", 0)], 25),
            // What the file leaves out.
            (&[("product", 1), ("version", 0), ("note", 0)], 18),
            (&[("product", 0), ("version", 3)], 12),
        ] {
            assert_eq!(line(at), Some(wanted), "{at:?}");
        }
        assert_eq!((line(&[]), line(&[("account", 0)])), (None, None));
    }

    #[test]
    fn mistakes_are_told_from_the_top() {
        let mistakes = [
            Mistake::new([("product", 1)], "It is two."),
            Mistake::new([("product", 0)], "It is one."),
            Mistake::new([], "There are too many."),
        ];
        let told = Places::of(TEXT).told(&mistakes);
        assert_eq!(told, ["There are too many.", "Line 12: It is one.", "Line 15: It is two."]);
    }
}
