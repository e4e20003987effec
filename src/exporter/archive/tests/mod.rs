//! Archives of every kind, whole, odd, damaged and hostile, opened and read as one.

mod cut;
mod hostile;
mod parts;
mod support;
mod tars;
mod visits;
mod zips;
