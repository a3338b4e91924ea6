//! The list of an image's tags.

use openverse_release_core::ImageTag;
use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    // `null` where an image has no tags.
    tags: Option<Vec<String>>,
}

/// Returns the tags on a page. What no image tag can be called is left out.
///
/// # Errors
/// What is wrong with the page.
pub(crate) fn read_page(body: &[u8]) -> Result<Vec<ImageTag>, serde_json::Error> {
    let page: Page = serde_json::from_slice(body)?;
    let tags = page.tags.unwrap_or_default();
    Ok(tags.iter().filter_map(|text| text.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_tags_is_empty() {
        assert_eq!(read_page(br#"{"name":"a","tags":null}"#).unwrap(), []);
        assert!(read_page(b"<html>").is_err());
    }

    #[test]
    fn what_cannot_be_a_tag_is_left_out() {
        let tags = read_page(br#"{"tags":["latest","-no","a b"]}"#).unwrap();
        assert_eq!(tags, [ImageTag::latest()]);
    }
}
