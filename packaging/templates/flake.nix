# albumen @VERSION@ for Nix: the released program, its paths to the C library mended. Made by packaging/manifests.
{
  description = "Plain folder of photos and videos from the exports of services";
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
  outputs = { self, nixpkgs }:
    let
      archives = {
        x86_64-linux = { target = "x86_64-unknown-linux-gnu"; sha256 = "@SHA256_X86_64_LINUX@"; };
        aarch64-linux = { target = "aarch64-unknown-linux-gnu"; sha256 = "@SHA256_AARCH64_LINUX@"; };
      };
      each = make: nixpkgs.lib.mapAttrs (system: archive: make nixpkgs.legacyPackages.${system} archive) archives;
    in
    {
      packages = each (pkgs: archive: {
        default = pkgs.stdenv.mkDerivation {
          pname = "albumen";
          version = "@VERSION@";
          src = pkgs.fetchurl {
            url = "@DOWNLOADS@/albumen-@VERSION@-${archive.target}.tar.gz";
            inherit (archive) sha256;
          };
          nativeBuildInputs = [ pkgs.autoPatchelfHook pkgs.installShellFiles ];
          installPhase = ''
            runHook preInstall
            install -Dm755 albumen $out/bin/albumen
            installManPage man/man1/*
            installShellCompletion --bash completions/albumen.bash --fish completions/albumen.fish --zsh completions/albumen.zsh
            mkdir -p $out/share/doc/albumen
            cp -r README.md LICENSE-* NOTICE THIRD-PARTY.txt docs $out/share/doc/albumen/
            runHook postInstall
          '';
          meta = {
            homepage = "@REPOSITORY@";
            license = with pkgs.lib.licenses; [ mit asl20 ];
            mainProgram = "albumen";
          };
        };
      });
    };
}
