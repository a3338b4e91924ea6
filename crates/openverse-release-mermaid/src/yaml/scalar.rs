//! What a text without quotes stands for.

use super::Value;

/// Returns the null, truth value or number that a text stands for, or else the text.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    for (prefix, radix) in [("0b", 2), ("0x", 16), ("0o", 8)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            let good = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            let value = digits.chars().filter_map(|c| c.to_digit(radix));
            let value = value.fold(0.0, |sum: f64, digit| sum * f64::from(radix) + f64::from(digit));
            return (good && value.is_finite()).then_some(sign * value);
        }
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(f64::NAN),
        _ => {}
    }
    // Without digits before its point, a number has no sign.
    let first = unsigned.bytes().next()?;
    let after_point = unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    if !(first.is_ascii_digit() || first == b'.' && after_point && unsigned == text) {
        return None;
    }
    let shaped = unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    unsigned.parse::<f64>().ok().filter(|value| shaped && value.is_finite()).map(|value| sign * value)
}
