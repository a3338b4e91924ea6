//! Other readers of Mermaid charts are compared with in the tests and benches of this package.
