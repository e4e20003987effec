//! The command line: arguments, output, hints.
