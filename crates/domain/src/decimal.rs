//! Decimal numbers of any size, for comparing. CloudFormation and IAM keep numbers as text; a float would call two different
//! limits equal.

use std::cmp::Ordering;
use std::str::FromStr;

/// A decimal number: `-12.5`, `1e3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    /// Significant digits, 0 to 9, the first and the last not zero; none for zero. Read as `0.DIGITS x 10^point`.
    digits: Vec<u8>,
    point: i64,
}

/// Text that is not a decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number")]
pub struct NotANumber;

impl FromStr for Decimal {
    type Err = NotANumber;

    /// An optional sign, digits with an optional point, an optional exponent of at most nine digits.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            None => (rest, 0),
            Some((mantissa, exponent)) => {
                let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if unsigned.is_empty() || unsigned.len() > 9 || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(NotANumber);
                }
                (mantissa, exponent.parse::<i64>().map_err(|_| NotANumber)?)
            }
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        {
            return Err(NotANumber);
        }
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).map(|b| b - b'0').collect();
        let zeros = digits.iter().take_while(|d| **d == 0).count();
        digits.drain(..zeros);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Ok(Self { negative: false, digits, point: 0 });
        }
        let length = |n: usize| i64::try_from(n).map_err(|_| NotANumber);
        let point = length(whole.len())? - length(zeros)? + exponent;
        Ok(Self { negative, digits, point })
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |d: &Self| match (d.digits.is_empty(), d.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitude = || self.point.cmp(&other.point).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            0 => Ordering::Equal,
            1 => magnitude(),
            _ => magnitude().reverse(),
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn orders_like_numbers(a in -2_000_000_i64..2_000_000, b in -2_000_000_i64..2_000_000) {
            let text = |n: i64| format!("{}{}.{:03}", if n < 0 { "-" } else { "" }, n.abs() / 1000, n.abs() % 1000);
            let decimal = |n: i64| text(n).parse::<Decimal>().unwrap();
            prop_assert_eq!(decimal(a).cmp(&decimal(b)), a.cmp(&b));
        }

        #[test]
        fn never_panics(text in ".{0,40}") {
            let _ = text.parse::<Decimal>();
        }
    }

    #[test]
    fn reads_all_forms() {
        for (a, b) in [("10", "1e1"), ("0.5", ".5"), ("-0", "0"), ("+7", "7.000"), ("1200e-2", "12.")] {
            assert_eq!(a.parse::<Decimal>(), b.parse::<Decimal>(), "{a} = {b}");
        }
        for text in ["", "-", ".", "1e", "1e1234567890", "0x10", "1 ", "NaN", "1.2.3", "--1"] {
            assert_eq!(text.parse::<Decimal>(), Err(NotANumber), "{text}");
        }
        let huge = |last: char| format!("1{}{last}", "0".repeat(60)).parse::<Decimal>().unwrap();
        assert!(huge('1') < huge('2'), "a float would call these equal");
    }
}
