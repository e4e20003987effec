//! What Google Takeout calls its folders and files in the languages composed here.

/// Language of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The service folder.
    pub service: &'static str,
    /// Before the year in a year folder's name.
    pub before_year: &'static str,
    /// After it.
    pub after_year: &'static str,
    /// Name of an album's file.
    pub album_file: &'static str,
    /// End of an edited copy's stem.
    pub edited: &'static str,
    /// Folder of archived items.
    pub archive: &'static str,
    /// Folder of deleted items.
    pub trash: &'static str,
    /// The locked folder.
    pub locked: &'static str,
    /// Folder of an album without title.
    pub untitled: &'static str,
}

/// English.
pub const ENGLISH: Words = Words {
    service: "Google Photos",
    before_year: "Photos from ",
    after_year: "",
    album_file: "metadata.json",
    edited: "-edited",
    archive: "Archive",
    trash: "Trash",
    locked: "Locked Folder",
    untitled: "Untitled",
};

/// German, with year folders as since November 2025.
pub const GERMAN: Words = Words {
    service: "Google Fotos",
    before_year: "Fotos von ",
    after_year: "",
    album_file: "Metadaten.json",
    edited: "-bearbeitet",
    archive: "Archiv",
    trash: "Papierkorb",
    locked: "Gesperrter Ordner",
    untitled: "Unbenannt",
};

/// French.
pub const FRENCH: Words = Words {
    service: "Google Photos",
    before_year: "Photos de ",
    after_year: "",
    album_file: "métadonnées.json",
    edited: "-modifié",
    archive: "Archive",
    trash: "Corbeille",
    locked: "Dossier verrouillé",
    untitled: "Sans titre",
};

/// Spanish, with year folders as until 2025: English ones.
pub const SPANISH: Words = Words {
    service: "Google Fotos",
    before_year: "Photos from ",
    after_year: "",
    album_file: "metadatos.json",
    edited: "-ha editado",
    archive: "Archivo",
    trash: "Papelera",
    locked: "Carpeta privada",
    untitled: "Sin título",
};

/// Japanese.
pub const JAPANESE: Words = Words {
    service: "Google フォト",
    before_year: "",
    after_year: " 年の写真",
    album_file: "メタデータ.json",
    edited: "-編集済み",
    archive: "アーカイブ",
    trash: "ゴミ箱",
    locked: "ロックされたフォルダ",
    untitled: "無題",
};

/// All of them.
pub const LANGUAGES: [Words; 5] = [ENGLISH, GERMAN, FRENCH, SPANISH, JAPANESE];
