//! Reads multipart/form-data as servers do: parts in order, each with its name, its file name and its bytes.

/// A part of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Name of the field.
    pub name: String,
    /// Name of the file, if it is one.
    pub filename: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Returns the parts of a form, or nothing if it is not whole.
pub fn parts(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=")?;
    let mark = format!("--{boundary}").into_bytes();
    let mut rest = body.strip_prefix(mark.as_slice())?;
    let between = [b"\r\n", mark.as_slice()].concat();
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let head = std::str::from_utf8(&rest[..head_end]).ok()?;
        rest = &rest[head_end + 4..];
        let end = find(rest, &between)?;
        let value = |name: &str| {
            let at = head.find(&format!(" {name}=\""))? + name.len() + 3;
            head[at..].split('"').next().map(str::to_owned)
        };
        parts.push(Part {
            name: value("name")?,
            filename: value("filename"),
            bytes: rest[..end].to_vec(),
        });
        rest = &rest[end + between.len()..];
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[test]
fn a_form_is_read_or_refused() {
    let body = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n\
        --x\r\nContent-Disposition: form-data; name=\"b\"; filename=\"c.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\r\n2\r\n--x--\r\n";
    let found = parts("multipart/form-data; boundary=x", body).expect("whole");
    let part = |name: &str, filename: Option<&str>, bytes: &[u8]| Part {
        name: name.to_owned(),
        filename: filename.map(str::to_owned),
        bytes: bytes.to_vec(),
    };
    assert_eq!(
        found,
        [part("a", None, b"1"), part("b", Some("c.jpg"), b"\r\n2")]
    );
    assert_eq!(
        parts("multipart/form-data; boundary=x", &body[..body.len() - 8]),
        None
    );
}
