//! Files of a repository.

use serde::{Deserialize, Serialize};

use crate::{
    commit::check_hex,
    parse::{ParseError, check_characters, text_newtype},
};

fn check_path(text: &str) -> Result<(), ParseError> {
    let subject = "path in a repository";
    let expected = "names divided by \"/\", none of them empty, \".\", \"..\" or \".git\"";
    check_characters(subject, text, 4096, expected, |_, c| !c.is_control() && c != '\\')?;
    let mut offset = 0;
    for name in text.split('/') {
        // Joined to a folder or a URL it must not lead out of the repository.
        if matches!(name, "" | "." | "..") || name.eq_ignore_ascii_case(".git") {
            return Err(ParseError::new(subject, text, offset, expected));
        }
        offset += name.len() + 1;
    }
    Ok(())
}

text_newtype!(
    /// The path of a file from the top of its repository, such as
    /// `documentation/changelogs/api/2023.07.03.17.52.00.md`.
    ///
    /// ```
    /// use openverse_release_core::RepositoryPath;
    ///
    /// assert!("catalog/Dockerfile".parse::<RepositoryPath>().is_ok());
    /// let error = "catalog/../../etc/passwd".parse::<RepositoryPath>().unwrap_err();
    /// assert_eq!(error.position(), 8);
    /// ```
    RepositoryPath, check_path
);

fn check_blob(text: &str) -> Result<(), ParseError> {
    check_hex("blob SHA", text, 0, 40)
}

text_newtype!(
    /// Git's name for the content of a file: 40 lower-case hexadecimal digits.
    ///
    /// It is no commit SHA:
    ///
    /// ```compile_fail
    /// use openverse_release_core::{BlobSha, CommitSha};
    ///
    /// let blob: BlobSha = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6".parse().unwrap();
    /// let commit: CommitSha = blob;
    /// ```
    BlobSha, check_blob
);

/// A file as it is on a branch or in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContent {
    /// Its text. It comes from outside: escape it before printing.
    pub text: String,
    /// Git's name for that text, which guards a change of the file.
    pub blob: BlobSha,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_does_not_lead_out_of_its_repository() {
        for (text, wrong) in [
            ("", 0),
            ("/a", 0),
            ("a//b", 2),
            ("a/", 2),
            ("../a", 0),
            ("a/.", 2),
            ("a/.GIT/hooks", 2),
            ("a\\b", 1),
        ] {
            assert_eq!(text.parse::<RepositoryPath>().unwrap_err().position(), wrong, "{text:?}");
        }
        for text in ["a", ".github/workflows/a b.yml", "ä/..b"] {
            assert_eq!(text.parse::<RepositoryPath>().unwrap().to_string(), text);
        }
    }
}
