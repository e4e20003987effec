//! Tests of embedding that need no other program.
