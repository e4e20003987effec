//! Which sidecar belongs to which media file: the table of real names the rules were learnt from.
//!
//! Each row is a folder of its own. Titles are what the rules of naming make the sidecar's and medium's names from;
//! rows that names cannot decide carry content identifiers.

use model::content_hash::ContentHash;
use model::evidence::{Evidence, MediaEntry};
use model::kind::{CompanionRole, Kind};
use model::record::{AlbumRecord, Edition, Record, RecordFacts};
use provider::Provider;
use provider::google_photos::GooglePhotos;

use Expected::{Edited, Live, No, Original};

/// What the medium is to the sidecar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Original,
    Edited,
    Live,
    No,
}

struct Row {
    rule: &'static str,
    sidecar: &'static str,
    media: &'static str,
    expected: Expected,
    title: &'static str,
    siblings: &'static [&'static str],
    ids: &'static [(&'static str, &'static str)],
}

const fn row(
    rule: &'static str,
    sidecar: &'static str,
    media: &'static str,
    expected: Expected,
    title: &'static str,
    siblings: &'static [&'static str],
    ids: &'static [(&'static str, &'static str)],
) -> Row {
    Row {
        rule,
        sidecar,
        media,
        expected,
        title,
        siblings,
        ids,
    }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("R1", "PXL_20211013_220651983.jpg.json", "PXL_20211013_220651983.jpg", Original, "PXL_20211013_220651983.jpg", &[], &[]),
    row("R1", "PXL_20211013_220651983.jpg.json", "PXL_20211013_220651958.jpg", No, "PXL_20211013_220651983.jpg", &[], &[]),
    row("R1", "different_photo.jpg.json", "target_photo.jpg", No, "different_photo.jpg", &[], &[]),
    row("R1", "DSC_0238_1.JPG.json", "DSC_0238_1.JPG", Original, "DSC_0238_1.JPG", &["DSC_0238.JPG", "DSC_0238(1).JPG", "DSC_0238.JPG.json", "DSC_0238.JPG(1).json"], &[]),
    row("R1", "image-edited.jpg.json", "image-edited.jpg", Original, "image-edited.jpg", &[], &[]),
    row("R2", "DSC_0101.JPG(1).json", "DSC_0101(1).JPG", Original, "DSC_0101.JPG", &[], &[]),
    row("R2", "DSC_0102.JPG(2).json", "DSC_0102(1).JPG", No, "DSC_0102.JPG", &[], &[]),
    row("R2", "DSC_0103.JPG(1).json", "DSC_0103.JPG", No, "DSC_0103.JPG", &[], &[]),
    row("R2", "IMG_2710.HEIC(1).json", "IMG_2710(1).HEIC", Original, "IMG_2710.HEIC", &[], &[]),
    row("R2", "DSC_0238_1.JPG.json", "DSC_0238(1).JPG", No, "DSC_0238_1.JPG", &["DSC_0238.JPG(1).json", "DSC_0238_1.JPG"], &[]),
    row("R2", "image000000.jpg(1).json", "image000000.jpg", No, "image000000.jpg", &[], &[]),
    row("R2", "image.jpg(11).json", "image(11).jpg", Original, "image.jpg", &[], &[]),
    row("R2", "photo.jpg(1).json", "photo.jpg", No, "photo.jpg", &["photo.jpg.json"], &[]),
    row("R2", "img_(87).(vacation stuff).lol.jpg(87).json", "img_(87).(vacation stuff).lol(87).jpg", Original, "img_(87).(vacation stuff).lol.jpg", &[], &[]),
    row("R2", "IMG2021021(4455)74722.jpg(1).json", "IMG2021021(4455)74722(1).jpg", Original, "IMG2021021(4455)74722.jpg", &[], &[]),
    row("R2", "IMG_0839.JPG(1).json", "IMG_0839(1).JPG", Original, "IMG_0839.JPG", &[], &[]),
    row("R2", "photo.jpg.supplemental-metadata(01).json", "photo(01).jpg", No, "photo.jpg.supplemental-metadata(01)", &[], &[]),
    row("R3", "20161105_170829.jpg.supplemental-metadata.json", "20161105_170829.jpg", Original, "20161105_170829.jpg", &[], &[]),
    row("R3", "Scan35.jpg.supplemental-metadata(1).json", "Scan35(1).jpg", Original, "Scan35.jpg", &[], &[]),
    row("R3", "DSC00107.JPG.supplemental-metadata(1).json", "DSC00107(1).JPG", Original, "DSC00107.JPG", &[], &[]),
    row("R3", "Photo0549 - Copy.jpg.supplemental-metadata(1).json", "Photo0549 - Copy(1).jpg", Original, "Photo0549 - Copy.jpg", &[], &[]),
    row("R3", "video.mp4.supplemental-metadata(123).json", "video(123).mp4", Original, "video.mp4", &[], &[]),
    row("R3", "DSCF0787.AVI.supplemental-metadata(1).json", "DSCF0787(1).AVI", Original, "DSCF0787.AVI", &[], &[]),
    row("R4", "Screenshot_20231027_123303_Facebook.jpg.supple.json", "Screenshot_20231027_123303_Facebook.jpg", Original, "Screenshot_20231027_123303_Facebook.jpg", &[], &[]),
    row("R4", "Screenshot_20231027_123303_Facebook.jpg.supple(1).json", "Screenshot_20231027_123303_Facebook.jpg", No, "Screenshot_20231027_123303_Facebook.jpg", &[], &[]),
    row("R4", "MVIMG_20191230_232926.jpg.supplemental-metadat.json", "MVIMG_20191230_232926.jpg", Original, "MVIMG_20191230_232926.jpg", &[], &[]),
    row("R4", "Screenshot_20200301-161151.png.supplemental-me.json", "Screenshot_20200301-161151.png", Original, "Screenshot_20200301-161151.png", &[], &[]),
    row("R4", "PXL_20241231_151646544.MP.jpg.supplemental-met.json", "PXL_20241231_151646544.MP.jpg", Original, "PXL_20241231_151646544.MP.jpg", &[], &[]),
    row("R4", "PXL_20240827_094331806.PORTRAIT.jpg.supplement(1).json", "PXL_20240827_094331806.PORTRAIT(1).jpg", Original, "PXL_20240827_094331806.PORTRAIT.jpg", &[], &[]),
    row("R4", "D2A4ADDE-D69E-44BC-8053-1FB1C199715A.jpg.suppl.json", "D2A4ADDE-D69E-44BC-8053-1FB1C199715A.jpg", Original, "D2A4ADDE-D69E-44BC-8053-1FB1C199715A.jpg", &[], &[]),
    row("R4", "170825_193248390692632_3881876_o.jpg.supplemen.json", "170825_193248390692632_3881876_o.jpg", Original, "170825_193248390692632_3881876_o.jpg", &[], &[]),
    row("R4", "69550_183690131648458_3287312_n.jpg.supplement.json", "69550_183690131648458_3287312_n.jpg", Original, "69550_183690131648458_3287312_n.jpg", &[], &[]),
    row("R4", "2f7292d8-5323-4cd6-8754-08e0bb9755b3.mp4.suppl.json", "2f7292d8-5323-4cd6-8754-08e0bb9755b3.mp4", Original, "2f7292d8-5323-4cd6-8754-08e0bb9755b3.mp4", &[], &[]),
    row("R4", "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER..json", "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg", Original, "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg", &[], &[]),
    row("R4", "v2-60f3fcfa38e5d175d410eb7180efc9ad_r-01.jpeg..json", "v2-60f3fcfa38e5d175d410eb7180efc9ad_r-01.jpeg", Original, "v2-60f3fcfa38e5d175d410eb7180efc9ad_r-01.jpeg", &[], &[]),
    row("R4", "144xeigf2qsw9f42ruvsjc5ii.jpg.supplemental-met.json", "144xeigf2qsw9f42ruvsjc5ii.jpg", Original, "144xeigf2qsw9f42ruvsjc5ii.jpg", &[], &[]),
    row("R4", "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER..json", "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER.jpg", Original, "PXL_20230814_201154491.LONG_EXPOSURE-01.COVER.jpg", &[], &[]),
    row("R4", "filename_for_truncation.jpg.supplemental-meta.json", "filename_for_truncation.jpg", Original, "filename_for_truncation.jpg", &[], &[]),
    row("R5", "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGIN.json", "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA.jpg", Original, "PXL_20230809_203449253.LONG_EXPOSURE-02.ORIGINA_and_more.jpg", &[], &[]),
    row("R5", "Backyard_ceremony_wedding_photography_xxxxxxx_(494).json", "Backyard_ceremony_wedding_photography_xxxxxxx_m(494).jpg", Original, "Backyard_ceremony_wedding_photography_xxxxxxx_m_and_more.jpg", &[], &[]),
    row("R5", "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_.json", "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P.jpg", Original, "original_1d4caa6f-16c6-4c3d-901b-9387de10e528_P_and_more.jpg", &[], &[]),
    row("R5", "13039_327707840323_537645323_9470255_27214_n.j.json", "13039_327707840323_537645323_9470255_27214_n.jpg", Original, "13039_327707840323_537645323_9470255_27214_n.jpg", &[], &[]),
    row("R5", "Screenshot_2024-08-31-00-53-48-647_com.snapcha.json", "Screenshot_2024-08-31-00-53-48-647_com.snapchat.jpg", Original, "Screenshot_2024-08-31-00-53-48-647_com.snapchat_and_more.jpg", &[], &[]),
    row("R5", "Urlaub in Knaufspesch in der Schneifel (38).JP.json", "Urlaub in Knaufspesch in der Schneifel (38).JPG", Original, "Urlaub in Knaufspesch in der Schneifel (38).JPG", &[], &[]),
    row("R5", "Screenshot_2022-10-28-09-31-43-118_com.snapcha.json", "Screenshot_2022-10-28-09-31-43-118_com.snapchat.jpg", Original, "Screenshot_2022-10-28-09-31-43-118_com.snapchat_and_more.jpg", &[], &[]),
    row("R5", "2134567890123456789012345678901234567890123456.json", "21345678901234567890123456789012345678901234567.png", Original, "21345678901234567890123456789012345678901234567_and_more.png", &[], &[]),
    row("R5", "15250796_10158125619575157_1421325151866375198.json", "15250796_10158125619575157_1421325151866375198_.jpg", Original, "15250796_10158125619575157_1421325151866375198__and_more.jpg", &[], &[]),
    row("R5", "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqr.json", "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqrs.jpg", Original, "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqrs_and_more.jpg", &[], &[]),
    row("R5", "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqr(1).json", "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqrs.jpg", No, "abcdefghijklmnopqrstu-vwxyzabcde-fghijklmnopqr.jpg", &[], &[]),
    row("R5", "78268A60-6FF5-48E4-B030-674024878FFF-16960-000.json", "78268A60-6FF5-48E4-B030-674024878FFF-16960-0000.png", Original, "78268A60-6FF5-48E4-B030-674024878FFF-16960-0000_and_more.png", &[], &[]),
    row("R5", "7CE69B82-6FE1-4660-956C-369E24BF4936-14124-000.json", "7CE69B82-6FE1-4660-956C-369E24BF4936-14124-000.jpeg", Original, "7CE69B82-6FE1-4660-956C-369E24BF4936-14124-000_and_more.jpeg", &[], &[]),
    row("R5", "Screenshot_2023-04-05-18-07-21-83_abb9c8060a0a.json", "Screenshot_2023-04-05-18-07-21-83_abb9c8060a0a1.jpg", Original, "Screenshot_2023-04-05-18-07-21-83_abb9c8060a0a1_and_more.jpg", &[], &[]),
    row("R5", "1547619445646-f3910eb9-859a-42b0-8bca-d8a34d2b.json", "1547619445646-f3910eb9-859a-42b0-8bca-d8a34d2bd.jpg", Original, "1547619445646-f3910eb9-859a-42b0-8bca-d8a34d2bd_and_more.jpg", &[], &[]),
    row("R5", "hamburglar_in_love_by_xxxxxxxxxxxxx-d6rfq6z.pn.json", "hamburglar_in_love_by_xxxxxxxxxxxxx-d6rfq6z.png", Original, "hamburglar_in_love_by_xxxxxxxxxxxxx-d6rfq6z.png", &[], &[]),
    row("R5", "00100sPORTRAIT_00100_BURST20190330202705895_CO.json", "00100sPORTRAIT_00100_BURST20190330202705895_COV.jpg", Original, "00100sPORTRAIT_00100_BURST20190330202705895_COVER.jpg", &[], &[]),
    row("R5", "00100dPORTRAIT_00100_BURST20200304175154997_CO(1).json", "00100dPORTRAIT_00100_BURST20200304175154997_COV(1).jpg", Original, "00100dPORTRAIT_00100_BURST20200304175154997_COV_and_more.jpg", &[], &[]),
    row("R5", "a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210.json", "a5025662-cb40-45dd-be98-684ee48aa226_IMG_202108.jpg", Original, "a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210818_122959697_HDR.jpg", &[], &[]),
    row("R5", "WhatsApp Image 2021-03-04 at 10.11.12 AM (1).j.json", "WhatsApp Image 2021-03-04 at 10.11.12 AM (1).jpeg", Original, "WhatsApp Image 2021-03-04 at 10.11.12 AM (1).jpeg", &[], &[]),
    row("R6", "2234089303984509579.supplemental-metadata.json", "2234089303984509579.jpg", Original, "2234089303984509579", &[], &[]),
    row("R6", "2013-12-23.supplemental-metadata(1).json", "2013-12-23(1).jpg", Original, "2013-12-23", &[], &[]),
    row("R6", "2013-08-22.json", "2013-08-22.png", Original, "2013-08-22", &[], &[]),
    row("R6", "20030616.json", "20030616.jpg", Original, "20030616", &[], &[]),
    row("R6", "27_06_12 - 2.json", "27_06_12 - 2.jpg", Original, "27/06/12 - 2", &[], &[]),
    row("R6", "10.01.15 - 6.supplemental-metadata.json", "10.01.15 - 6", Original, "10.01.15 - 6", &[], &[]),
    row("R6", "21.12.11 - 1.supplemental-metadata(1).json", "21.12(1).11 - 1", Original, "21.12.11 - 1", &[], &[]),
    row("R6", "IMG_3002.json", "IMG_3002.MOV", Original, "IMG_3002.MOV", &["IMG_3002.HEIC"], &[]),
    row("R6", "c915623f-a98e-4672-b560-0e0e13d3e436.json", "c915623f-a98e-4672-b560-0e0e13d3e436.jpg", Original, "c915623f-a98e-4672-b560-0e0e13d3e436", &[], &[]),
    row("R7", "PXL_20220405_090123740.PORTRAIT.jpg.json", "PXL_20220405_090123740.PORTRAIT-modifié.jpg", Edited, "PXL_20220405_090123740.PORTRAIT.jpg", &[], &[]),
    row("R7", "IMAG0061.JPG.supplemental-metadata.json", "IMAG0061-edited.JPG", Edited, "IMAG0061.JPG", &[], &[]),
    row("R7", "2234089303984509579.supplemental-metadata.json", "2234089303984509579-edited.jpg", Edited, "2234089303984509579", &[], &[]),
    row("R7", "Screenshot_20231027_123303_Facebook.jpg.supple.json", "Screenshot_20231027_123303_Facebook-edited.jpg", Edited, "Screenshot_20231027_123303_Facebook.jpg", &[], &[]),
    row("R7", "IMG_20130711_123218.JPG.json", "IMG_20130711_123218-edited.jpg", Edited, "IMG_20130711_123218.JPG", &[], &[]),
    row("R7", "simple_file_20200101.jpg.json", "simple_file_20200101-edited.jpg", Edited, "simple_file_20200101.jpg", &[], &[]),
    row("R7", "IMG-20150125-WA0003.jpg.json", "IMG-20150125-WA0003-modifié.jpg", Edited, "IMG-20150125-WA0003.jpg", &[], &[]),
    row("R7", "imagen.gif.json", "imagen-editado.gif", Edited, "imagen.gif", &[], &[]),
    row("R7", "测试.jpg.json", "测试-编辑.jpg", Edited, "测试.jpg", &[], &[]),
    row("R7", "DSC06824.JPG.json", "DSC06824-modifié.JPG", Edited, "DSC06824.JPG", &[], &[]),
    row("R7", "IMG_0102.PNG.supplemental-metadata.json", "IMG_0102-edited.PNG", Edited, "IMG_0102.PNG", &["IMG_0102.HEIC", "IMG_0102.PNG", "IMG_0102.HEIC.supplemental-metadata.json"], &[]),
    row("R8", "Con Todo por Málaga en el piso nuevo_001.JPG.json", "Con Todo por Málaga en el piso nuevo_001-ha edi.JPG", Edited, "Con Todo por Málaga en el piso nuevo_001.JPG", &[], &[]),
    row("R8", "ccccm_20210613_184811_ssssnnnnnnn_666666666.jp.json", "ccccm_20210613_184811_ssssnnnnnnn_666666666-edi.jpg", Edited, "ccccm_20210613_184811_ssssnnnnnnn_666666666.jpg", &[], &[]),
    row("R8", "pppppppPR-uuuuuuuu-rrrr--ttttttttttt-4444444.j.json", "pppppppPR-uuuuuuuu-rrrr--ttttttttttt-4444444-e.jpeg", Edited, "pppppppPR-uuuuuuuu-rrrr--ttttttttttt-4444444.jpeg", &[], &[]),
    row("R9", "original_a5025662-cb40-45dd-be98-684ee48aa226_.json", "original_a5025662-cb40-45dd-be98-684ee48aa226_I(1).jpg", Edited, "original_a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210818_122959697_HDR.jpg", &["original_a5025662-cb40-45dd-be98-684ee48aa226_I.jpg"], &[]),
    row("R10", "20220322_205147.jpg.supplemental-metadata(1).json", "20220322_205147-edited(1).jpg", Edited, "20220322_205147.jpg", &[], &[]),
    row("R10", "IMG_20180830_123540573.jpg(1).json", "IMG_20180830_123540573-edited(1).jpg", Edited, "IMG_20180830_123540573.jpg", &[], &[]),
    row("R10", "IMG_20190928_144857.jpg(1).json", "IMG_20190928_144857-edited(1).jpg", Edited, "IMG_20190928_144857.jpg", &[], &[]),
    row("R10", "EFFECTS.jpg.supplemental-metadata(1).json", "EFFECTS-edited(1).jpg", Edited, "EFFECTS.jpg", &["EFFECTS.jpg", "EFFECTS(1).jpg"], &[]),
    row("R10", "simple_file_20200101.jpg.json", "simple_file_20200101-edited(1).jpg", Edited, "simple_file_20200101.jpg", &[], &[]),
    row("R11", "IMG_4573.HEIC.json", "IMG_4573.MP4", Live, "IMG_4573.HEIC", &["IMG_4573.HEIC"], &[]),
    row("R11", "IMG_2552.HEIC.supplemental-metadata.json", "IMG_2552.MP4", Live, "IMG_2552.HEIC", &["IMG_2552.HEIC", "IMG_2552.JPG", "IMG_2552(1).MP4"], &[("IMG_2552.HEIC", "a"), ("IMG_2552.MP4", "a"), ("IMG_2552.JPG", "b"), ("IMG_2552(1).MP4", "b")]),
    row("R11", "IMG_2552.JPG.supplemental-metadata.json", "IMG_2552(1).MP4", Live, "IMG_2552.JPG", &["IMG_2552.HEIC", "IMG_2552.JPG", "IMG_2552.MP4"], &[("IMG_2552.HEIC", "a"), ("IMG_2552.MP4", "a"), ("IMG_2552.JPG", "b"), ("IMG_2552(1).MP4", "b")]),
    row("R11", "IMG_2552.HEIC.supplemental-metadata.json", "IMG_2552(1).MP4", No, "IMG_2552.HEIC", &["IMG_2552.HEIC", "IMG_2552.JPG", "IMG_2552.MP4"], &[("IMG_2552.HEIC", "a"), ("IMG_2552.MP4", "a"), ("IMG_2552.JPG", "b"), ("IMG_2552(1).MP4", "b")]),
    row("R11", "IMG_6312.JPG.supplemental-metadata.json", "IMG_6312(1).MP4", Live, "IMG_6312.JPG", &["IMG_6312.HEIC", "IMG_6312.JPG", "IMG_6312.MP4"], &[("IMG_6312.HEIC", "a"), ("IMG_6312.MP4", "a"), ("IMG_6312.JPG", "b"), ("IMG_6312(1).MP4", "b")]),
    row("R11", "IMG_6312.HEIC.supplemental-metadata.json", "IMG_6312(1).MP4", No, "IMG_6312.HEIC", &["IMG_6312.HEIC", "IMG_6312.JPG", "IMG_6312.MP4"], &[("IMG_6312.HEIC", "a"), ("IMG_6312.MP4", "a"), ("IMG_6312.JPG", "b"), ("IMG_6312(1).MP4", "b")]),
    row("R11", "IMG_6312.HEIC.supplemental-metadata.json", "IMG_6312.MP4", Live, "IMG_6312.HEIC", &["IMG_6312.HEIC", "IMG_6312.JPG", "IMG_6312(1).MP4"], &[("IMG_6312.HEIC", "a"), ("IMG_6312.MP4", "a"), ("IMG_6312.JPG", "b"), ("IMG_6312(1).MP4", "b")]),
    row("R11", "IMG_3238.JPG.supplemental-metadata(1).json", "IMG_3238.MP4", No, "IMG_3238.JPG", &["IMG_3238.JPG", "IMG_3238(1).JPG"], &[("IMG_3238.JPG", "a"), ("IMG_3238.MP4", "a")]),
    row("R11", "IMG_3238.JPG.supplemental-metadata.json", "IMG_3238.MP4", Live, "IMG_3238.JPG", &["IMG_3238.JPG", "IMG_3238(1).JPG"], &[("IMG_3238.JPG", "a"), ("IMG_3238.MP4", "a")]),
    row("R11", "IMG_0005.JPG.json", "IMG_0005.MP4", Live, "IMG_0005.JPG", &["IMG_0005.JPG"], &[]),
    row("R11", "IMG_2367.MP4.supplemental-metadata(1).json", "IMG_2367(1).MP4", Original, "IMG_2367.MP4", &["IMG_2367.HEIC.supplemental-metadata(1).json"], &[]),
    row("R12", "PXL_20231118_035751175.MP.jpg.json", "PXL_20231118_035751175.MP.jpg", Original, "PXL_20231118_035751175.MP.jpg", &[], &[]),
    row("R12", "PXL_20221228_185930354.MP.jpg.json", "PXL_20221228_185930354.MP", Live, "PXL_20221228_185930354.MP.jpg", &[], &[]),
    row("R12", "PXL_20230205_164128403.MP.jpg.json", "PXL_20230205_164128403.MP", Live, "PXL_20230205_164128403.MP.jpg", &[], &[]),
    row("R12", "PXL_20210102_221126856.MP~2.jpg.json", "PXL_20210102_221126856.MP~2.jpg", Original, "PXL_20210102_221126856.MP~2.jpg", &[], &[]),
    row("R12", "PXL_20210102_221126856.MP~2.jpg.json", "PXL_20210102_221126856.MP", No, "PXL_20210102_221126856.MP~2.jpg", &["PXL_20210102_221126856.MP.jpg.json"], &[]),
    row("R12", "MVIMG_20180722_120942.jpg.json", "MVIMG_20180722_120942", Live, "MVIMG_20180722_120942.jpg", &[], &[]),
    row("R12", "20231227_152817.jpg.json", "20231227_152817.MP4", Live, "20231227_152817.jpg", &["20231227_152817.jpg"], &[]),
    row("R13", "PXL_20231119_162459468-EFFECTS.jpg.supplementa.json", "PXL_20231119_162459468-EFFECTS.jpg", Original, "PXL_20231119_162459468-EFFECTS.jpg", &[], &[]),
    row("R13", "DSC_0245-COLLAGE.jpg.supplemental-metadata(1).json", "DSC_0245-COLLAGE(1).jpg", Original, "DSC_0245-COLLAGE.jpg", &[], &[]),
    row("R13", "EFFECTS.jpg.supplemental-metadata(1).json", "EFFECTS(1).jpg", Original, "EFFECTS.jpg", &[], &[]),
    row("R14", "MVIMG_20200207_134534~2.jpg.supplemental-metad.json", "MVIMG_20200207_134534~2.jpg", Original, "MVIMG_20200207_134534~2.jpg", &[], &[]),
    row("R14", "VID20240523214231~2.mp4.supplemental-metadata.json", "VID20240523214231~2.mp4", Original, "VID20240523214231~2.mp4", &[], &[]),
    row("R15", "skytree (2).jpg.supplemental-metadata.json", "skytree (2).jpg", Original, "skytree (2).jpg", &[], &[]),
    row("R15", "Photo (1).jpg.supplemental-metadata.json", "Photo (1).jpg", Original, "Photo (1).jpg", &[], &[]),
    row("R15", "image(2).png.supplemental-metadata.json", "image(2).png", Original, "image(2).png", &[], &[]),
    row("R15", "Negative0-36-35(1).jpg.supplemental-metadata.json", "Negative0-36-35(1).jpg", Original, "Negative0-36-35(1).jpg", &[], &[]),
    row("R15", "Negative0-36-35(1).jpg.supplemental-metadata.json", "Negative0-36-35(1)(1).jpg", No, "Negative0-36-35(1).jpg", &["Negative0-36-35(1).jpg.supplemental-metadata(1).json"], &[]),
    row("R15", "Negative0-36-35(1).jpg.supplemental-metadata(1).json", "Negative0-36-35(1)(1).jpg", Original, "Negative0-36-35(1).jpg", &[], &[]),
    row("R16", "IMG_4081.JPG(1).json", "IMG_4081(1).jpg", Original, "IMG_4081.JPG", &[], &[]),
    row("R16", "IMG_9.jpg.supplemental-metadata.json", "IMG_9.JPG", Original, "IMG_9.jpg", &[], &[]),
    row("R16", "IMG_2367.HEIC.supplemental-metadata.json", "IMG_2367.HEIC.jpg", Original, "IMG_2367.HEIC", &[], &[]),
    row("R17", "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋.json", "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛.jpg", Original, "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛_and_more.jpg", &[], &[]),
    row("R17", "phöto.png.json", "phöto-bearbeitet.png", Edited, "phöto.png", &[], &[]),
    row("R18", "27_06_12 - 1.mov.json", "27_06_12 - 1.mov", Original, "27/06/12 - 1.mov", &[], &[]),
    row("R19", "Photos from 2020/IMG_8172.jpg.json", "Photos from 2023/IMG_8172.jpg", No, "IMG_8172.jpg", &[], &[]),
    row("R19", "Trash/IMG_1.jpg.supplemental-metadata.json", "Photos from 2021/IMG_1.jpg", No, "IMG_1.jpg", &[], &[]),
    row("R19", "Album X/mi cocina.JPG.json", "Photos from 2002/mi cocina.JPG", No, "mi cocina.JPG", &[], &[]),
    row("R20", "metadata.json", "IMG_1.jpg", No, "", &[], &[]),
    row("R20", "metadata.json", "metadata.jpg", No, "", &[], &[]),
    row("R20", "photo.jpg.settings.json", "photo.jpg", No, "", &[], &[]),
    row("R20", "photo.jpg.supplemental-metadataX.json", "photo.jpg", No, "", &[], &[]),
    row("R22", "IMG_1.jpg.json", "IMG_10.jpg", No, "IMG_1.jpg", &[], &[]),
    row("R22", "DSC_0238.JPG.json", "DSC_0238(1).JPG", No, "DSC_0238.JPG", &["DSC_0238.JPG(1).json"], &[]),
];

fn path(name: &str) -> String {
    match name.contains('/') {
        true => format!("Google Photos/{name}"),
        false => format!("Google Photos/Photos from 2020/{name}"),
    }
}

fn record(name: &str, title: &str) -> Record {
    Record {
        provider: "google-photos".to_owned(),
        account: None,
        export: Some("takeout-20240101T000000Z".to_owned()),
        kind: Kind::Post,
        source: path(name),
        edition: Edition::Json,
        uri: String::new(),
        key: format!("https://photos.google.com/photo/{name}"),
        post: None,
        companions: Vec::new(),
        facts: RecordFacts {
            title: (!title.is_empty()).then(|| title.to_owned()),
            ..RecordFacts::default()
        },
        raw: serde_json::Value::Null,
    }
}

fn medium(row: &Row, name: &str, number: u8) -> MediaEntry {
    let id = row.ids.iter().find(|(file, _)| *file == name);
    MediaEntry {
        provider: "google-photos".to_owned(),
        export: Some("takeout-20240101T000000Z".to_owned()),
        path: path(name),
        content_hash: ContentHash([number; 32]),
        content_id: id.map(|(_, id)| (*id).to_owned()),
        taken: None,
    }
}

fn album(source: &str) -> AlbumRecord {
    AlbumRecord {
        provider: "google-photos".to_owned(),
        account: None,
        export: Some("takeout-20240101T000000Z".to_owned()),
        key: "Photos from 2020".to_owned(),
        title: "An album".to_owned(),
        description: None,
        cover: None,
        source: path(source),
        raw: serde_json::Value::Null,
    }
}

/// Title of a sibling's sidecar: these are all plain names.
fn sibling_title(name: &str) -> String {
    let body = name.trim_end_matches(".json");
    let body = body.strip_suffix("(1)").unwrap_or(body);
    body.replace(".supplemental-metadata", "")
}

/// Puts the row's folder together, with the row's sidecar as record 0 (if it is an item's) and its medium as medium 0.
fn evidence(row: &Row) -> Evidence {
    let mut evidence = Evidence::default();
    if row.sidecar == "metadata.json" {
        evidence.albums.push(album(row.sidecar));
    } else {
        evidence.records.push(record(row.sidecar, row.title));
    }
    evidence.media.push(medium(row, row.media, 0));
    for (number, name) in (1..).zip(row.siblings) {
        if name.ends_with(".json") {
            let title = sibling_title(name);
            evidence.records.push(record(name, &title));
        } else {
            evidence.media.push(medium(row, name, number));
        }
    }
    evidence
}

fn decided(row: &Row) -> Expected {
    let evidence = evidence(row);
    let links = GooglePhotos.link(&evidence).links;
    let link = links.iter().find(|link| {
        evidence.records[link.record].source == path(row.sidecar) && link.media == Some(0)
    });
    match link.map(|link| link.role) {
        None => No,
        Some(None) => Original,
        Some(Some(CompanionRole::Edited)) => Edited,
        Some(Some(CompanionRole::LiveVideo)) => Live,
        Some(Some(role)) => panic!("{role:?} is nothing Google has"),
    }
}

#[test]
fn every_row_of_the_table_is_decided_as_real_exports_show() {
    let wrong: Vec<String> = ROWS
        .iter()
        .filter(|row| decided(row) != row.expected)
        .map(|row| {
            let (sidecar, media) = (row.sidecar, row.media);
            format!(
                "{} {sidecar} | {media}: {:?}, not {:?}",
                row.rule,
                decided(row),
                row.expected
            )
        })
        .collect();
    println!(
        "{} rows, {} decided as they should be",
        ROWS.len(),
        ROWS.len() - wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(ROWS.len(), 131, "no row is lost");
}
