//! Where the logs of a container are.

use serde::{Deserialize, Serialize};

use super::AwsRegion;

/// Where to read what a container wrote: a log stream of CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPointer {
    /// The log group.
    pub group: String,
    /// The stream in the group.
    pub stream: String,
    /// The page of the AWS console that shows the stream.
    pub url: String,
}

impl LogPointer {
    /// Returns the pointer to a stream.
    pub fn new(region: &AwsRegion, group: &str, stream: &str) -> Self {
        let url = format!(
            "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}\
             #logsV2:log-groups/log-group/{}/log-events/{}",
            in_fragment(group),
            in_fragment(stream)
        );
        Self { group: group.to_owned(), stream: stream.to_owned(), url }
    }
}

/// The console's page reads its fragment as a URL that was encoded twice, with `$` for the outer `%`.
fn in_fragment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("$25{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_the_stream_whatever_its_name_holds() {
        let region = "us-east-1".parse().unwrap();
        let pointer = LogPointer::new(&region, "/ecs/production-api", "ecs/api/0a1b");
        insta::assert_snapshot!(pointer.url, @"https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/$252Fecs$252Fproduction-api/log-events/ecs$252Fapi$252F0a1b");
        assert_eq!(in_fragment("a b\u{1b}&é"), "a$2520b$251B$2526$25C3$25A9");
    }
}
