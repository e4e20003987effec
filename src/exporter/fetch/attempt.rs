//! One try at a part: asks for what is not there yet, decides from the answer whether to go on or to begin anew, and streams.

use model::amount::Bytes;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::{HeaderMap, HeaderValue, IF_RANGE, RANGE};
use tokio::time::timeout;

use super::error::FetchError;
use super::head::{Head, is_page};
use super::link::Link;
use super::name::{ending, safe_name};
use super::note::Note;
use super::partial::{Left, Partial};
use super::send::{Answer, failed, refusal, send};
use super::shared::Shared;
use super::tools::Tools;
use monitor::{PartProgress, Warning};
use net::client::words;

/// Bytes fetched twice and compared where a host gives nothing a file is recognised by.
const OVERLAP: u64 = 64 << 10;
/// Bytes that tell a page from an archive.
const FIRST: usize = 512;
/// How often the user's wish to stop is looked for.
const LOOK: Duration = Duration::from_millis(200);
/// How long a host may send nothing.
const STALL: Duration = Duration::from_secs(60);

/// One part while it is fetched.
pub(super) struct Fetching<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) tools: &'a Tools,
    pub(super) link: &'a Link,
    pub(super) number: usize,
    /// What is there of it.
    pub(super) partial: Option<Partial>,
    /// Bytes that came over the network.
    pub(super) fetched: u64,
}

/// How a try ended well.
pub(super) enum Got {
    /// The part was fetched to its end.
    All(PathBuf, u64),
    /// It was there already, under another address.
    Present(PathBuf, u64),
}

/// What was asked for beside the whole.
struct Asked {
    from: u64,
    overlap: Vec<u8>,
}

impl Fetching<'_> {
    /// Tries once.
    pub(super) fn attempt(&mut self) -> Result<Got, FetchError> {
        if let Some(partial) = &self.partial
            && partial.done > 0
            && partial.note.size_bytes == Some(partial.done)
        {
            // Killed between the last byte and the final name.
            return self.finish();
        }
        let (asked, headers) = self.question()?;
        let answer = self.waiting(send(&self.tools.client, self.link, &headers))?;
        match (answer.response.status().as_u16(), asked) {
            (206, Some(asked)) => self.go_on(answer.response, &asked),
            (416, Some(_)) => self.past_the_end(&answer.response),
            (200, asked) => self.whole_answer(answer, asked.is_some()),
            _ => Err(self.waiting(async { Ok(refusal(answer).await) })?),
        }
    }

    /// Waits for the network, and looks now and then whether the user wants to stop.
    fn waiting<T>(
        &self,
        work: impl Future<Output = Result<T, FetchError>>,
    ) -> Result<T, FetchError> {
        let mut work = std::pin::pin!(work);
        loop {
            if self.shared.is_stopped() {
                return Err(FetchError::Stopped);
            }
            let waited = async { timeout(LOOK, work.as_mut()).await };
            if let Ok(result) = self.tools.runtime.block_on(waited) {
                return result;
            }
        }
    }

    fn question(&mut self) -> Result<(Option<Asked>, HeaderMap), FetchError> {
        let mut headers = HeaderMap::new();
        let Some(partial) = self.partial.as_mut().filter(|partial| partial.done > 0) else {
            return Ok((None, headers));
        };
        let mut put = |name, text: &str| {
            if let Ok(value) = HeaderValue::from_str(text) {
                headers.insert(name, value);
            }
        };
        let overlap = match partial.note.validator() {
            Some(text) => {
                put(IF_RANGE, text);
                Vec::new()
            }
            None => partial.last(OVERLAP)?,
        };
        let from = partial.done - overlap.len() as u64;
        put(RANGE, &format!("bytes={from}-"));
        Ok((Some(Asked { from, overlap }), headers))
    }

    fn go_on(&mut self, mut response: Response, asked: &Asked) -> Result<Got, FetchError> {
        let head = Head::of(&response);
        let same = self
            .partial
            .as_ref()
            .is_some_and(|partial| head.start == asked.from && partial.note.agrees(&head));
        if !same {
            return Err(self.throw_away("the file has changed there")?);
        }
        if let Some(partial) = &mut self.partial
            && partial.note.size_bytes.is_none()
            && head.size.is_some()
        {
            partial.note.size_bytes = head.size;
            partial.write_note()?;
        }
        self.make_room()?;
        let mut compared = 0;
        while compared < asked.overlap.len() {
            let Some(chunk) = self.chunk(&mut response)? else {
                return Err(FetchError::Broken {
                    why: "the host sent too little".to_owned(),
                });
            };
            let length = chunk.len().min(asked.overlap.len() - compared);
            if chunk[..length] != asked.overlap[compared..compared + length] {
                return Err(self.throw_away("its last bytes are others there")?);
            }
            compared += length;
            self.keep(&chunk[length..])?;
        }
        self.stream(response)
    }

    /// The host says that nothing comes after what is there.
    fn past_the_end(&mut self, response: &Response) -> Result<Got, FetchError> {
        let size = Head::of(response).size;
        match &mut self.partial {
            Some(partial) if size == Some(partial.done) => {
                partial.note.size_bytes = size;
                self.finish()
            }
            _ => Err(self.throw_away("the file is shorter there")?),
        }
    }

    fn whole_answer(&mut self, answer: Answer, asked_to_go_on: bool) -> Result<Got, FetchError> {
        let Answer { mut response, url } = answer;
        let head = Head::of(&response);
        let host = super::link::host_of(&url);
        let mut first = Vec::new();
        while first.len() < FIRST
            && let Some(chunk) = self.chunk(&mut response)?
        {
            first.extend_from_slice(&chunk);
        }
        if first.is_empty() {
            return Err(FetchError::Empty { host });
        }
        if is_page(&head.media_type, &first) {
            let said = match words(&first).as_str() {
                "" => head.media_type,
                said => said.to_owned(),
            };
            return Err(FetchError::Page { host, said });
        }
        if self.partial.is_some() {
            self.again(&head, asked_to_go_on)?;
        } else {
            let name = match self.link.name() {
                Some(stem) => match ending(&first) {
                    Some(ending) => format!("{stem}{ending}"),
                    None => {
                        let why = "what came is neither a photo nor a video nor a zip".to_owned();
                        return Err(FetchError::Strange { host, why });
                    }
                },
                None => safe_name(response.headers(), &url, &first),
            };
            if self.link.name().is_none()
                && let Some(got) = self.known(&name, &head)?
            {
                return Ok(got);
            }
            let _one_at_a_time = self.shared.naming();
            let folder = &self.shared.options.folder;
            self.partial = Some(Partial::create(folder, &self.link.key(), &name, &head)?);
        }
        self.make_room()?;
        self.keep(&first)?;
        self.stream(response)
    }

    /// Begins again with a part of which something was there.
    fn again(&mut self, head: &Head, asked_to_go_on: bool) -> Result<(), FetchError> {
        let Some(partial) = &mut self.partial else {
            return Ok(());
        };
        let thrown = partial.done;
        let same = partial.note.agrees(head);
        let name = partial.note.name.clone();
        partial.begin_anew(head)?;
        if asked_to_go_on {
            let message = match same {
                true => {
                    "the host does not go on in the middle of a file; it is fetched from its start again"
                }
                false => "the file has changed there; it is fetched from its start again",
            };
            self.shared.conditions.monitor.warn(Warning {
                subject: name,
                message: format!("{message} ({} were there)", Bytes(thrown)),
            });
        }
        Ok(())
    }

    /// Looks whether an earlier run got this file, or some of it, by another address: links run out, and are given out again.
    fn known(&mut self, name: &str, head: &Head) -> Result<Option<Got>, FetchError> {
        let folder = &self.shared.options.folder;
        let key = self.link.key();
        let notes = Note::all(folder).into_iter();
        for note in notes.filter(|note| note.key != key && note.is_same_file(name, head)) {
            match Partial::left(folder, note) {
                Ok(Left::Whole(path, size)) => return Ok(Some(Got::Present(path, size))),
                Ok(Left::Unfinished(mut partial)) if partial.done > 0 => {
                    partial.give_key(&key)?;
                    self.partial = Some(partial);
                    return Err(FetchError::Anew {
                        why: "it is gone on with",
                    });
                }
                // Another thread is at it under its own address, or there is nothing of it.
                _ => {}
            }
        }
        Ok(None)
    }

    fn throw_away(&mut self, why: &'static str) -> Result<FetchError, FetchError> {
        if let Some(partial) = &mut self.partial {
            self.shared.conditions.monitor.warn(Warning {
                subject: partial.note.name.clone(),
                message: format!(
                    "{why}; it is fetched from its start again ({} were there)",
                    Bytes(partial.done)
                ),
            });
            partial.empty()?;
        }
        Ok(FetchError::Anew { why })
    }

    fn make_room(&mut self) -> Result<(), FetchError> {
        let Some(partial) = &self.partial else {
            return Ok(());
        };
        let left = partial
            .note
            .size_bytes
            .map_or(0, |size| size.saturating_sub(partial.done));
        self.shared.reserve(self.number, left)?;
        self.tell();
        Ok(())
    }

    fn stream(&mut self, mut response: Response) -> Result<Got, FetchError> {
        while let Some(chunk) = self.chunk(&mut response)? {
            self.keep(&chunk)?;
        }
        let Some(partial) = &self.partial else {
            return Err(FetchError::Stopped);
        };
        match partial.note.size_bytes {
            Some(size) if partial.done < size => Err(self.short(size)),
            Some(size) if partial.done > size => Err(self.throw_away("it is longer than it was")?),
            _ => self.finish(),
        }
    }

    fn short(&self, promised: u64) -> FetchError {
        FetchError::Short {
            host: self.link.host(),
            found: self.partial.as_ref().map_or(0, |partial| partial.done),
            promised,
        }
    }

    /// Returns the next bytes; none at the end.
    fn chunk(
        &mut self,
        response: &mut Response,
    ) -> Result<Option<impl AsRef<[u8]> + std::ops::Deref<Target = [u8]> + use<>>, FetchError> {
        let mut waited = Duration::ZERO;
        loop {
            if self.shared.is_stopped() {
                return Err(FetchError::Stopped);
            }
            let next = async { timeout(LOOK, response.chunk()).await };
            match self.tools.runtime.block_on(next) {
                Ok(Ok(chunk)) => {
                    self.fetched += chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
                    return Ok(chunk);
                }
                Ok(Err(error)) => return Err(self.broken(error)),
                Err(_) if waited >= STALL => {
                    return Err(FetchError::Broken {
                        why: format!("nothing came for {} seconds", STALL.as_secs()),
                    });
                }
                Err(_) => waited += LOOK,
            }
        }
    }

    fn broken(&self, error: reqwest::Error) -> FetchError {
        let error = failed(&self.link.host(), error);
        let size = self
            .partial
            .as_ref()
            .and_then(|partial| partial.note.size_bytes);
        match (&error, size) {
            // It closed the connection in good order, and too early.
            (FetchError::Broken { why }, Some(size)) if why.contains("before message") => {
                self.short(size)
            }
            _ => error,
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let Some(partial) = &mut self.partial else {
            return Ok(());
        };
        partial.append(bytes)?;
        let count = bytes.len() as u64;
        self.shared.arrived(self.number, count);
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        if let Some(partial) = &self.partial {
            self.shared.conditions.monitor.part(PartProgress {
                number: self.number,
                name: &partial.note.name,
                done: partial.done,
                total: partial.note.size_bytes,
                ended: false,
            });
        }
    }

    fn finish(&mut self) -> Result<Got, FetchError> {
        let host = self.link.host();
        match &mut self.partial {
            Some(partial) => partial
                .finish(&host)
                .map(|path| Got::All(path, partial.done)),
            None => Err(FetchError::Empty { host }),
        }
    }
}
