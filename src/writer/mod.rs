//! The library on disk: layout, names, safe writes, sidecars, manifest. Knows nothing of providers.
