//! The words of HTML pages in the languages composed: dates and labels.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::paths::METAS_CLOCK;
use super::{Generation, Language};

/// Returns the moment of an item as HTML pages show it: on Meta's clock, to the minute.
pub fn date(at: Timestamp, generation: Generation, language: Language) -> String {
    date_on(METAS_CLOCK, at, generation, language)
}

/// Returns a moment as HTML pages show it, on a clock.
pub fn date_on(clock: Offset, at: Timestamp, generation: Generation, language: Language) -> String {
    let local = clock.to_datetime(at);
    let month = MONTHS[language.row()][(local.month() - 1) as usize];
    let half = HALVES[language.row()][usize::from(local.hour() >= 12)];
    let hour = match local.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let (day, year, minute) = (local.day(), local.year(), local.minute());
    match language {
        // 2022 and 2023 wrote another form than later years.
        Language::English if generation == Generation::G2 => {
            format!(
                "{month} {day}, {year}, {hour}:{minute:02} {}",
                half.to_uppercase()
            )
        }
        _ => format!("{month} {day:02}, {year} {hour}:{minute:02} {half}"),
    }
}

/// What a value in a metadata table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the labels")]
pub enum Label {
    Latitude,
    Longitude,
    DateTaken,
    Software,
    DeviceId,
    SourceType,
    HasCameraMetadata,
    Subtitles,
    TaggedUsers,
    Username,
    /// The camera's, only in English.
    LensModel,
    Iso,
    Aperture,
    ShutterSpeed,
    FocalLength,
}

/// Returns the label in a language. Only the English ones are known for certain; the others are translations.
pub fn label(label: Label, generation: Generation, language: Language) -> &'static str {
    match (label, language) {
        (Label::HasCameraMetadata, Language::English) if generation == Generation::G5 => {
            "Has camera metadata"
        }
        (Label::LensModel, _) => "Lens model",
        (Label::Iso, _) => "ISO",
        (Label::Aperture, _) => "Aperture",
        (Label::ShutterSpeed, _) => "Shutter speed",
        (Label::FocalLength, _) => "Focal length",
        _ => LABELS[language.row()][label as usize],
    }
}

/// Returns the language tag of a page.
pub fn tag(language: Language) -> &'static str {
    ["en", "pt", "es", "ja", "ko"][language.row()]
}

impl Language {
    /// Every language composed.
    pub const ALL: [Self; 5] = [
        Self::English,
        Self::Portuguese,
        Self::Spanish,
        Self::Japanese,
        Self::Korean,
    ];

    fn row(self) -> usize {
        self as usize
    }
}

const MONTHS: [[&str; 12]; 5] = [
    [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ],
    [
        "jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez",
    ],
    [
        "ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic",
    ],
    [
        "1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月",
    ],
    [
        "1월", "2월", "3월", "4월", "5월", "6월", "7월", "8월", "9월", "10월", "11월", "12월",
    ],
];

const HALVES: [[&str; 2]; 5] = [
    ["am", "pm"],
    ["da manhã", "da tarde/noite"],
    ["am", "pm"],
    ["午前", "午後"],
    ["오전", "오후"],
];

const LABELS: [[&str; 10]; 5] = [
    [
        "Latitude",
        "Longitude",
        "Date taken",
        "Software",
        "Device ID",
        "Source type",
        "Has Camera Metadata",
        "Subtitles",
        "Tagged users",
        "Username",
    ],
    [
        "Latitude",
        "Longitude",
        "Data da captura",
        "Software",
        "Identificação do dispositivo",
        "Tipo de fonte",
        "Tem metadados da câmera",
        "Legendas",
        "Usuários marcados",
        "Nome de usuário",
    ],
    [
        "Latitud",
        "Longitud",
        "Fecha de captura",
        "Software",
        "Identificador del dispositivo",
        "Tipo de fuente",
        "Tiene metadatos de la cámara",
        "Subtítulos",
        "Usuarios etiquetados",
        "Nombre de usuario",
    ],
    [
        "緯度",
        "経度",
        "撮影日",
        "ソフトウェア",
        "デバイスID",
        "ソースタイプ",
        "カメラメタデータあり",
        "字幕",
        "タグ付けされたユーザー",
        "ユーザーネーム",
    ],
    [
        "위도",
        "경도",
        "촬영 날짜",
        "소프트웨어",
        "기기 ID",
        "소스 유형",
        "카메라 메타데이터 있음",
        "자막",
        "태그된 사용자",
        "사용자 이름",
    ],
];
