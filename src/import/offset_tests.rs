//! Tests of `offset`.
