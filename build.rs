//! Rebuilds the crate when a migration is added: `include_dir!` alone would leave a new file out in silence.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
