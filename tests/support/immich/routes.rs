//! What the stand-in answers: one function a route, with the status codes and refusals of the real server.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::form::{Part, parts};
use super::jobs::{known_from, offset_of, zone_name};
use super::kinds::{IMAGES, VIDEOS, is_taken, listed, type_of};
use super::{Album, Asset, KEY, Store};
use crate::support::http::{Reply, Request};

/// Status and body.
type Answer = Result<(u16, Value), (u16, String)>;

/// Begins the reason of what a check of the form finds, which the server gives in a list.
const INVALID: &str = "invalid: ";

pub(super) fn checksum(bytes: &[u8]) -> String {
    STANDARD.encode(Sha1::digest(bytes))
}

fn extension(name: &str) -> String {
    let name = name.to_lowercase();
    name.rfind('.')
        .map_or(String::new(), |at| name[at..].to_owned())
}

/// Answers a request.
pub(super) fn answer(store: &mut Store, request: &Request) -> Reply {
    let Some(path) = request.path.strip_prefix("/api") else {
        return reply(Ok((200, json!("<html>the web application</html>"))));
    };
    let path: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let method = request.method.as_str();
    let shape: Vec<&str> = path
        .iter()
        .map(|part| {
            if part.starts_with("0b1d6f4e-") {
                ":id"
            } else {
                part
            }
        })
        .collect();
    let route = format!("{method} /{}", shape.join("/"));
    *store.requests.entry(route.clone()).or_default() += 1;
    if let ["assets", id, "original"] = path.as_slice()
        && method == "GET"
    {
        let found = allowed(store, request, "asset.download")
            .and_then(|()| known(store, id, "asset.download"))
            .map(|at| store.assets[at].bytes.clone());
        return match found {
            Ok(body) => Reply {
                status: 200,
                content_type: "application/octet-stream",
                body,
            },
            Err((400, why)) => reply(Err((404, why))),
            Err(error) => reply(Err(error)),
        };
    }
    reply(routed(store, request, &route, &path))
}

fn routed(store: &mut Store, request: &Request, route: &str, path: &[&str]) -> Answer {
    let id = path.get(1).copied().unwrap_or_default();
    let right = match route {
        "GET /server/version" => {
            return Ok((
                200,
                json!({ "major": store.major, "minor": 1, "patch": 0, "prerelease": null }),
            ));
        }
        "GET /server/media-types" => {
            return Ok((
                200,
                json!({ "image": listed(IMAGES), "video": listed(VIDEOS), "sidecar": [".xmp"] }),
            ));
        }
        "GET /api-keys/me" => "",
        "GET /users/me" => "user.read",
        "POST /assets/bulk-upload-check" | "POST /assets" => "asset.upload",
        "GET /assets/:id" | "GET /assets/:id/metadata/albumen" | "POST /search/metadata" => {
            "asset.read"
        }
        "PUT /assets/:id" | "PUT /assets/:id/metadata" => "asset.update",
        "GET /albums" => "album.read",
        "POST /albums" => "album.create",
        "PUT /albums/:id/assets" => "albumAsset.create",
        "GET /albums/:id" => "album.read",
        "PATCH /albums/:id" => "album.update",
        "PUT /tags" => "tag.create",
        "PUT /tags/assets" => "tag.asset",
        "POST /stacks" => "stack.create",
        _ => return Err((404, format!("Cannot {route}"))),
    };
    allowed(store, request, right)?;
    if route == "POST /assets" {
        return upload(store, request);
    }
    let body: Value = match request.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&request.body).map_err(|error| (400, error.to_string()))?,
    };
    match route {
        "GET /api-keys/me" => Ok((
            200,
            json!({ "name": "albumen", "permissions": store.permissions }),
        )),
        "GET /users/me" => Ok((200, json!({ "id": store.account, "name": "a person" }))),
        "POST /assets/bulk-upload-check" => check(store, &body),
        "GET /assets/:id" => {
            known(store, id, right).map(|at| (200, store.shown(&store.assets[at])))
        }
        "PUT /assets/:id" => update(store, id, &body),
        "GET /assets/:id/metadata/albumen" => {
            let at = known(store, id, right)?;
            let value = store.assets[at].metadata.get("albumen").cloned();
            let missing =
                format!("Metadata with key \"albumen\" not found for asset with id \"{id}\"");
            value
                .map(|value| (200, json!({ "key": "albumen", "value": value })))
                .ok_or((400, missing))
        }
        "PUT /assets/:id/metadata" => {
            let at = known(store, id, right)?;
            note(&mut store.assets[at], &body["items"])?;
            Ok((200, body["items"].clone()))
        }
        "POST /search/metadata" => search(store, &body),
        "GET /albums" => {
            let own = store.albums.iter();
            let own = own.filter(|album| album.owner == store.account);
            let albums: Vec<Value> = own.map(album).collect();
            Ok((200, json!(albums)))
        }
        "POST /albums" => {
            let name = body["albumName"]
                .as_str()
                .ok_or((400, format!("{INVALID}albumName must be a string")))?;
            let made = Album {
                id: store.new_id(),
                owner: store.account.clone(),
                name: name.to_owned(),
                description: body["description"].as_str().unwrap_or_default().to_owned(),
                ..Album::default()
            };
            let shown = album(&made);
            store.albums.push(made);
            Ok((201, shown))
        }
        "PUT /albums/:id/assets" => add_members(store, id, &body),
        "GET /albums/:id" | "PATCH /albums/:id" => {
            let found = store.albums.iter_mut().find(|album| album.id == id);
            let found = found.ok_or((400, format!("Not found or no {right} access")))?;
            if let Some(text) = body["description"].as_str() {
                text.clone_into(&mut found.description);
            }
            Ok((200, album(found)))
        }
        "PUT /tags" => upsert_tags(store, &body),
        "PUT /tags/assets" => tag_assets(store, &body),
        _ => stack(store, &body),
    }
}

fn reply(answer: Answer) -> Reply {
    let (status, body) = answer.unwrap_or_else(|(status, message)| {
        let error = if status == 403 {
            "Forbidden"
        } else {
            "Bad Request"
        };
        let mut body = json!({ "error": error, "statusCode": status, "correlationId": "0" });
        match message.strip_prefix(INVALID) {
            Some(reason) => {
                body["message"] = json!("Validation failed");
                body["errors"] = json!([reason]);
            }
            None => body["message"] = json!(message),
        }
        (status, body)
    });
    Reply {
        status,
        content_type: "application/json; charset=utf-8",
        body: body.to_string().into_bytes(),
    }
}

fn allowed(store: &Store, request: &Request, right: &str) -> Result<(), (u16, String)> {
    match request.header("x-api-key") {
        None => return Err((401, "Authentication required".to_owned())),
        Some(key) if key != KEY || !store.key_is_known => {
            return Err((401, "Invalid API key".to_owned()));
        }
        Some(_) => {}
    }
    let has = store
        .permissions
        .iter()
        .any(|own| own == "all" || own == right);
    match has || right.is_empty() {
        true => Ok(()),
        false => Err((403, format!("Missing required permission: {right}"))),
    }
}

fn known(store: &Store, id: &str, right: &str) -> Result<usize, (u16, String)> {
    // What lies in the locked folder no key may read.
    let is_it = |asset: &Asset| {
        asset.id == id && asset.visibility != "locked" && asset.owner == store.account
    };
    let at = store.assets.iter().position(is_it);
    at.ok_or((400, format!("Not found or no {right} access")))
}

fn ids(value: &Value) -> Vec<String> {
    let ids = value.as_array().into_iter().flatten();
    ids.filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

fn check(store: &Store, body: &Value) -> Answer {
    let items = body["assets"]
        .as_array()
        .ok_or((400, format!("{INVALID}assets must be an array")))?;
    let results: Vec<Value> = items
        .iter()
        .map(|item| {
            let is_it = |asset: &&Asset| {
                item["checksum"] == asset.checksum.as_str() && asset.owner == store.account
            };
            let asset = store.assets.iter().find(is_it);
            match asset {
                None => json!({ "id": item["id"], "action": "accept" }),
                Some(asset) => json!({
                    "id": item["id"], "action": "reject", "reason": "duplicate", "assetId": asset.id, "isTrashed": asset.trashed,
                }),
            }
        })
        .collect();
    Ok((200, json!({ "results": results })))
}

fn date(text: Option<&str>, field: &str) -> Result<Timestamp, (u16, String)> {
    let date = text.and_then(|text| text.parse().ok());
    date.ok_or((
        400,
        format!("{INVALID}{field} must be a valid ISO 8601 date with zone"),
    ))
}

fn upload(store: &mut Store, request: &Request) -> Answer {
    let duplicate = |store: &Store, sum: &str| {
        let is_it = |asset: &&Asset| asset.checksum == sum && asset.owner == store.account;
        let there = store.assets.iter().find(is_it);
        there.map(|asset| (200, json!({ "id": asset.id, "status": "duplicate" })))
    };
    if let Some(answer) = request
        .header("x-immich-checksum")
        .and_then(|sum| duplicate(store, sum))
    {
        return Ok(answer);
    }
    let content_type = request.header("content-type").unwrap_or_default();
    let parts =
        parts(content_type, &request.body).ok_or((400, "Unexpected end of form".to_owned()))?;
    let part = |name: &str| parts.iter().find(|part: &&Part| part.name == name);
    let text = |name: &str| part(name).and_then(|part| std::str::from_utf8(&part.bytes).ok());
    // It replaces the name of every file in the form.
    let name_of = |part: &Part| {
        text("filename")
            .map(str::to_owned)
            .or(part.filename.clone())
    };
    let empty = || (400, "Field assetData should not be empty".to_owned());
    let data = part("assetData")
        .filter(|part| !part.bytes.is_empty())
        .ok_or_else(empty)?;
    let name = name_of(data).unwrap_or_default();
    let unsupported = |name: &str| (400, format!("Unsupported file type {name}"));
    if !is_taken(&name) {
        return Err(unsupported(&name));
    }
    if let Some(sidecar) = part("sidecarData") {
        let name = name_of(sidecar).unwrap_or_default();
        if extension(&name) != ".xmp" {
            return Err(unsupported(&name));
        }
    }
    let created = date(text("fileCreatedAt"), "fileCreatedAt")?;
    let modified = date(text("fileModifiedAt"), "fileModifiedAt")?;
    let visibility = text("visibility").unwrap_or("timeline");
    if !["timeline", "archive", "hidden", "locked"].contains(&visibility) {
        return Err((
            400,
            format!("{INVALID}visibility must be one of the following values"),
        ));
    }
    let live_video = text("livePhotoVideoId").map(str::to_owned);
    if let Some(video) = &live_video {
        link(store, video)?;
    }
    let count = store.requests["POST /assets"];
    let mut bytes = data.bytes.clone();
    if store
        .spoils_every
        .is_some_and(|every| count.is_multiple_of(every))
    {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    let sum = checksum(&bytes);
    if let Some(answer) = duplicate(store, &sum) {
        return Ok(answer);
    }
    let mut asset = Asset {
        id: store.new_id(),
        name,
        checksum: sum,
        bytes,
        sidecar: part("sidecarData").map(|part| part.bytes.clone()),
        visibility: visibility.to_owned(),
        favorite: text("isFavorite") == Some("true"),
        live_video,
        known: part("sidecarData").map(|part| known_from(&part.bytes)),
        owner: store.account.clone(),
        created: Timestamp::now().to_string(),
        file_created: created.to_string(),
        file_modified: modified.to_string(),
        ..Asset::default()
    };
    let items = text("metadata")
        .map(serde_json::from_str::<Value>)
        .transpose();
    let items = items.map_err(|_| (400, format!("{INVALID}metadata must be a JSON string")))?;
    note(&mut asset, &items.unwrap_or(json!([])))?;
    let id = asset.id.clone();
    store.assets.push(asset);
    store.extract_later(&id);
    Ok((201, json!({ "id": id, "status": "created" })))
}

/// The video of a live photo is hidden.
fn link(store: &mut Store, video: &str) -> Result<(), (u16, String)> {
    let asset = store.assets.iter_mut().find(|asset| asset.id == video);
    let asset = asset.ok_or((400, "Live photo video not found".to_owned()))?;
    if type_of(&asset.name) != "VIDEO" {
        return Err((400, "Live photo video must be a video".to_owned()));
    }
    asset.visibility = "hidden".to_owned();
    Ok(())
}

fn note(asset: &mut Asset, items: &Value) -> Result<(), (u16, String)> {
    for item in items.as_array().into_iter().flatten() {
        let key = item["key"].as_str().filter(|_| item["value"].is_object());
        let key = key.ok_or((400, format!("{INVALID}items must have key and value")))?;
        asset.metadata.insert(key.to_owned(), item["value"].clone());
    }
    Ok(())
}

fn update(store: &mut Store, id: &str, body: &Value) -> Answer {
    let at = known(store, id, "asset.update")?;
    if let Some(video) = body["livePhotoVideoId"].as_str() {
        link(store, video)?;
    }
    if let Some(text) = body["dateTimeOriginal"].as_str() {
        date(Some(text), "dateTimeOriginal")?;
    }
    let rating = &body["rating"];
    if !rating.is_null()
        && !rating
            .as_i64()
            .is_some_and(|stars| (-1..=5).contains(&stars))
    {
        return Err((400, format!("{INVALID}rating must be between -1 and 5")));
    }
    let asset = &mut store.assets[at];
    for (name, value) in body.as_object().into_iter().flatten() {
        let text = || value.as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "isFavorite" => asset.favorite = value == true,
            "visibility" => asset.visibility = text(),
            "livePhotoVideoId" => asset.live_video = Some(text()),
            "dateTimeOriginal" => {
                let instant: Timestamp = text().parse().expect("it was looked at");
                asset.exif.insert(name.clone(), json!(instant.to_string()));
                let written = text();
                let zone = written
                    .len()
                    .checked_sub(6)
                    .and_then(|at| written.get(at..));
                let zone = zone
                    .and_then(offset_of)
                    .map_or(Value::Null, |zone| json!(zone_name(zone)));
                asset.exif.insert("timeZone".to_owned(), zone);
                asset.locked.insert("timeZone".to_owned());
            }
            "description" | "latitude" | "longitude" | "rating" => {
                asset.exif.insert(name.clone(), value.clone());
            }
            _ => return Err((400, format!("{INVALID}property {name} should not exist"))),
        }
    }
    const WRITTEN: [&str; 5] = [
        "dateTimeOriginal",
        "description",
        "latitude",
        "longitude",
        "rating",
    ];
    let written = WRITTEN.iter().filter(|name| body.get(**name).is_some());
    let written: Vec<String> = written.map(|name| (*name).to_owned()).collect();
    store.touch(at);
    if !written.is_empty() {
        store.assets[at].locked.extend(written);
        store.write_later(id);
    }
    Ok((200, store.shown(&store.assets[at])))
}

fn search(store: &Store, body: &Value) -> Answer {
    let size = body["size"].as_u64().unwrap_or(250);
    if !(1..=1000).contains(&size) {
        return Err((400, format!("{INVALID}size must not be greater than 1000")));
    }
    let size = size.min(store.largest_page) as usize;
    let page = body["page"].as_u64().unwrap_or(1).max(1) as usize;
    let in_albums = |asset: &Asset| {
        let wanted = ids(&body["albumIds"]);
        let albums = store
            .albums
            .iter()
            .filter(|album| wanted.contains(&album.id));
        wanted.is_empty()
            || albums
                .into_iter()
                .any(|album| album.members.contains(&asset.id))
    };
    let is_visible = |asset: &Asset| match body["visibility"].as_str() {
        Some(wanted) => asset.visibility == wanted,
        None => asset.visibility != "locked",
    };
    let tags = ids(&body["tagIds"]);
    let is_tagged = |asset: &Asset| {
        // A tag stands for those below it, too.
        let below = |value: &String, id: &String| {
            let own = |(other, other_id): (&String, &String)| {
                other_id == id && (value == other || value.starts_with(&format!("{other}/")))
            };
            store.tags.iter().any(own)
        };
        let has = |id: &String| asset.tags.iter().any(|value| below(value, id));
        tags.iter().all(has)
    };
    let after: Option<Timestamp> = body["createdAfter"]
        .as_str()
        .and_then(|text| text.parse().ok());
    let is_recent = |asset: &Asset| {
        after.is_none_or(|after| {
            asset
                .created
                .parse::<Timestamp>()
                .is_ok_and(|at| at >= after)
        })
    };
    let found: Vec<&Asset> = store
        .assets
        .iter()
        .filter(|asset| !asset.trashed && is_visible(asset) && in_albums(asset))
        .filter(|asset| asset.owner == store.account)
        .filter(|asset| is_tagged(asset) && is_recent(asset))
        .collect();
    let from = (page - 1) * size;
    let items = found.iter().skip(from).take(size).map(|asset| {
        let mut shown = store.shown(asset);
        if body["withExif"] != true {
            shown["exifInfo"] = Value::Null;
        }
        // Searches show no tags.
        shown["tags"] = Value::Null;
        shown
    });
    let items: Vec<Value> = items.collect();
    let next = (from + size < found.len()).then(|| (page + 1).to_string());
    let assets =
        json!({ "total": items.len(), "count": items.len(), "items": items, "nextPage": next });
    Ok((200, json!({ "albums": { "items": [] }, "assets": assets })))
}

fn album(album: &Album) -> Value {
    json!({
        "id": album.id, "albumName": album.name, "description": album.description, "assetCount": album.members.len(),
        "albumUsers": [{ "role": "owner", "user": { "id": "anna" } }],
    })
}

fn add_members(store: &mut Store, id: &str, body: &Value) -> Answer {
    let wanted = ids(&body["ids"]);
    let there: Vec<bool> = wanted.iter().map(|id| store.asset(id).is_some()).collect();
    let mut albums = store.albums.iter_mut();
    let album = albums.find(|album| album.id == id && album.owner == store.account);
    let album = album.ok_or((400, "Not found or no albumAsset.create access".to_owned()))?;
    let results: Vec<Value> = wanted
        .into_iter()
        .zip(there)
        .map(|(id, is_there)| match is_there {
            false => json!({ "id": id, "success": false, "error": "no_permission" }),
            true if album.members.insert(id.clone()) => json!({ "id": id, "success": true }),
            true => json!({ "id": id, "success": false, "error": "duplicate" }),
        })
        .collect();
    Ok((200, json!(results)))
}

fn upsert_tags(store: &mut Store, body: &Value) -> Answer {
    let made = ids(&body["tags"]).into_iter();
    let made = made.map(|value| json!({ "id": store.tag_id(&value), "value": value }));
    let made: Vec<Value> = made.collect();
    Ok((200, json!(made)))
}

fn tag_assets(store: &mut Store, body: &Value) -> Answer {
    let (tags, assets) = (ids(&body["tagIds"]), ids(&body["assetIds"]));
    let values: Vec<String> = store
        .tags
        .iter()
        .filter(|(_, id)| tags.contains(id))
        .map(|(value, _)| value.clone())
        .collect();
    let mut count = 0;
    for asset in store
        .assets
        .iter_mut()
        .filter(|asset| assets.contains(&asset.id))
    {
        for value in &values {
            count += u64::from(asset.tags.insert(value.clone()));
        }
    }
    for id in &assets {
        store.write_later(id);
    }
    Ok((200, json!({ "count": count })))
}

fn stack(store: &mut Store, body: &Value) -> Answer {
    let mut members = ids(&body["assetIds"]);
    if members.len() < 2 {
        return Err((
            400,
            format!("{INVALID}assetIds must contain at least 2 elements"),
        ));
    }
    for id in &members {
        known(store, id, "asset.update")?;
    }
    let top = members[0].clone();
    // Stacks whose top asset is among them are taken in whole.
    let old: Vec<String> = store
        .stacks
        .iter()
        .filter(|(_, top)| members.contains(top))
        .map(|(id, _)| id.clone())
        .collect();
    for asset in &store.assets {
        if asset.stack.as_ref().is_some_and(|id| old.contains(id)) {
            members.push(asset.id.clone());
        }
    }
    for id in &old {
        store.stacks.remove(id);
    }
    let id = store.new_id();
    store.stacks.insert(id.clone(), top.clone());
    for asset in store
        .assets
        .iter_mut()
        .filter(|asset| members.contains(&asset.id))
    {
        asset.stack = Some(id.clone());
    }
    let shown: Vec<Value> = store
        .assets
        .iter()
        .filter(|asset| members.contains(&asset.id))
        .map(|asset| store.shown(asset))
        .collect();
    Ok((
        201,
        json!({ "id": id, "primaryAssetId": top, "assets": shown }),
    ))
}
