//! Makes small real media files: JPEG, PNG, WebP, HEIC, MP4.
