# albumen @VERSION@ for Homebrew. On macOS it is built from its source, as no program for macOS is released. Made by packaging/manifests.
class Albumen < Formula
  desc "Plain folder of photos and videos from the exports of services"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    url "@DOWNLOADS@/albumen-@VERSION@-source.tar.gz"
    sha256 "@SHA256_SOURCE@"
    depends_on "rust" => :build
  end

  on_linux do
    on_intel do
      url "@DOWNLOADS@/albumen-@VERSION@-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256_X86_64_LINUX@"
    end
    on_arm do
      url "@DOWNLOADS@/albumen-@VERSION@-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@SHA256_AARCH64_LINUX@"
    end
  end

  def install
    if OS.mac?
      system "cargo", "install", *std_cargo_args
      system bin/"albumen", "man", "--into", man1
      generate_completions_from_executable(bin/"albumen", "completions")
    else
      bin.install "albumen"
      man1.install Dir["man/man1/*"]
      bash_completion.install "completions/albumen.bash" => "albumen"
      fish_completion.install "completions/albumen.fish"
      zsh_completion.install "completions/albumen.zsh" => "_albumen"
    end
    doc.install "README.md", "NOTICE", "docs"
  end

  test do
    system bin/"albumen", "demo", "--into", testpath/"demo"
    system bin/"albumen", "--library", testpath/"demo", "verify"
  end
end
