//! The one test binary. Every file below `tests/` is listed here.

mod builders;
mod builders_expected;
mod builders_packing;
mod support;
