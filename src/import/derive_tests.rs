//! Tests of `derive`.
