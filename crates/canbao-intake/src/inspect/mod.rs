//! What was recognised in a file, for people.
