//! Addresses of S3-compatible stores: `s3://bucket/prefix`, and where the store is if it is not Amazon's.

use std::sync::Arc;

use reqwest::Url;

use super::{Place, S3};
use crate::Destination;
use crate::connection::Connection;
use crate::error::DestinationError;
use crate::remote_folder::RemoteFolder;
use crate::scheme::{AddressError, Scheme, SecretNames, Store, Target, Written, no_secret};

/// Objects in S3-compatible stores.
pub static SCHEME: Scheme = Scheme {
    beginnings: &["s3://"],
    example: "s3://bucket/prefix",
    secrets: SecretNames {
        user: "AWS_ACCESS_KEY_ID",
        password: "AWS_SECRET_ACCESS_KEY",
        token: "AWS_SESSION_TOKEN",
    },
    parse: |written| Ok(Arc::new(place(written)?)),
};

impl Target for Place {
    fn name(&self) -> String {
        let at = self.endpoint.as_ref();
        let at = at.map_or(String::new(), |url| {
            format!(" at {}", url.as_str().trim_end_matches('/'))
        });
        let prefix = self.prefix.trim_end_matches('/');
        format!("s3://{}/{prefix}{at}", self.bucket)
    }

    fn open(&self, connection: &Connection) -> Result<Box<dyn Destination>, DestinationError> {
        Ok(Box::new(client(self, connection)?))
    }

    fn remote_folder(
        &self,
        connection: &Connection,
    ) -> Result<Option<Box<dyn RemoteFolder>>, DestinationError> {
        Ok(Some(Box::new(client(self, connection)?)))
    }
}

fn client(place: &Place, connection: &Connection) -> Result<S3, DestinationError> {
    let store = place.address();
    let store = store.map_err(|why| DestinationError::Strange { why })?;
    S3::new(
        connection.http(&store)?,
        place.clone(),
        &connection.credentials,
        connection.clock.clone(),
    )
}

fn place(written: &Written<'_>) -> Result<Place, AddressError> {
    no_secret(written.rest)?;
    let (bucket, prefix) = written.rest.split_once('/').unwrap_or((written.rest, ""));
    if bucket.len() < 3 {
        return Err(written.wrong("the name of a bucket has three characters or more"));
    }
    let prefix = prefix.trim_matches('/');
    if prefix.split('/').any(|part| matches!(part, "." | "..")) || prefix.contains("//") {
        return Err(written.wrong("a prefix has no empty parts, . and .."));
    }
    let region = written.store.region.as_deref().unwrap_or("us-east-1");
    Ok(Place {
        bucket: bucket.to_owned(),
        prefix: match prefix {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        },
        endpoint: endpoint(written, written.store)?,
        region: region.to_owned(),
    })
}

/// Reads the address of a store that is not Amazon's.
fn endpoint(written: &Written<'_>, store: &Store) -> Result<Option<Url>, AddressError> {
    let Some(text) = &store.endpoint else {
        return Ok(None);
    };
    if let Some((_, rest)) = text.split_once("://") {
        no_secret(rest)?;
    }
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(url)),
        _ => Err(written.wrong("the endpoint is written like https://store.example")),
    }
}
