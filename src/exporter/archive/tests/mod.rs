//! Archives of every kind, whole, odd, damaged and hostile, opened and read as one.
