//! From the bytes of a file to the text of a template.

use domain::template::MAX_TEMPLATE_BYTES;

use super::Unreadable;

/// How packed files begin, and what they are.
const PACKED: [(&[u8], &str); 5] = [
    (&[0x1f, 0x8b], "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"BZh", "a bzip2 file"),
    (&[0xfd, b'7', b'z', b'X', b'Z'], "an xz file"),
    (&[0x28, 0xb5, 0x2f, 0xfd], "a zstd file"),
];

/// The text of a file that somebody gives as a template; or why it is none.
pub fn text_of(bytes: &[u8]) -> Result<&str, Unreadable> {
    let none = |line, column, message: String| Err(Unreadable { line, column, message });
    if bytes.len() > MAX_TEMPLATE_BYTES {
        let message = format!("It has {} bytes; CloudFormation takes {MAX_TEMPLATE_BYTES} at most.", bytes.len());
        return none(1, 1, message);
    }
    if let Some((_, what)) = PACKED.iter().find(|(start, _)| bytes.starts_with(start)) {
        return none(1, 1, format!("It is {what}: unpack it, and give the template itself."));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let (line, column) = place(&bytes[..error.valid_up_to()]);
            return none(line, column, "It is no text in UTF-8: save it as UTF-8, or give the template itself.".into());
        }
    };
    if let Some(at) = text.find('\0') {
        let (line, column) = place(&bytes[..at]);
        return none(line, column, "It holds a NUL, as no text does: give the template itself.".into());
    }
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return none(1, 1, "It is empty.".into());
    }
    Ok(text)
}

/// Line and column of what comes next.
fn place(before: &[u8]) -> (usize, usize) {
    let before = String::from_utf8_lossy(before);
    let line = before.matches('\n').count() + 1;
    (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}
