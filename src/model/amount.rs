//! Numbers as people read them: thousands are separated, bytes have a unit. One way, everywhere.
//!
//! Units are those of disks and download pages (1 kB is 1,000 bytes), since that is what people compare them with. JSON and CSV
//! have plain numbers instead.

use std::fmt;

/// A count: `1,234,567`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub u64);

/// A number of bytes: `999 B`, `1.20 GB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&separated(self.0))
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&with_unit(self.0))
    }
}

fn separated(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn with_unit(bytes: u64) -> String {
    if bytes < 1_000 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1_000.0;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    // 999,995 bytes are 1.00 MB, not 1000.00 kB.
    while size >= 999.995 {
        size /= 1_000.0;
        unit = units.next();
    }
    format!("{size:.2} {}", unit.unwrap_or(&UNITS[5]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345, "12,345"),
            (1_234_567, "1,234,567"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(Count(number).to_string(), text);
        }
        assert_eq!(
            format!("{:>9}|{:<6}|", Count(1_000), Count(7)),
            "    1,000|7     |"
        );
    }

    #[test]
    fn bytes_have_the_unit_that_suits_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.00 kB"),
            (1_234, "1.23 kB"),
            (999_994, "999.99 kB"),
            (999_995, "1.00 MB"),
            (3_400_000_000, "3.40 GB"),
            (1_500_000_000_000, "1.50 TB"),
            (u64::MAX, "18.45 EB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        assert_eq!(format!("{:>10}", Bytes(7)), "       7 B");
    }
}
