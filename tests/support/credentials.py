#!/usr/bin/env python3
"""Signs files with Content Credentials and says whether a signature is valid, by the C2PA project's own library.

    credentials.py sign IN OUT MIME KEY CHAIN [URL]
    credentials.py state FILE MIME      prints "valid", "invalid: why", "elsewhere" (named in XMP) or "none"
"""

import io
import json
import sys

import c2pa

MANIFEST = {
    "claim_generator_info": [{"name": "albumen-tests", "version": "1"}],
    "title": "a test",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
                    }
                ]
            },
        }
    ],
}


def sign(source, target, mime, key, chain, url=None):
    with open(chain, "rb") as file:
        certificates = file.read()
    with open(key, "rb") as file:
        private = file.read()
    info = c2pa.C2paSignerInfo(
        alg=c2pa.C2paSigningAlg.ES256, sign_cert=certificates, private_key=private, ta_url=None
    )
    signer = c2pa.Signer.from_info(info)
    builder = c2pa.Builder(json.dumps(MANIFEST))
    if url:
        builder.set_no_embed()
        builder.set_remote_url(url)
    out = io.BytesIO()
    with open(source, "rb") as file:
        builder.sign(signer, mime, file, out)
    with open(target, "wb") as file:
        file.write(out.getvalue())


def state(path, mime):
    try:
        with open(path, "rb") as file:
            reader = c2pa.Reader(mime, file)
    except c2pa.C2paError as error:
        if "ManifestNotFound" in type(error).__name__ or "ManifestNotFound" in str(error):
            return "none"
        if "Remote" in str(error) or "Fetch" in str(error):
            return "elsewhere"
        raise
    # Nobody trusts the tests' own certificate; that is no matter of the bytes.
    faults = [
        status["code"]
        for status in json.loads(reader.json()).get("validation_status", [])
        if status["code"] != "signingCredential.untrusted"
    ]
    return "invalid: " + ", ".join(faults) if faults else "valid"


if __name__ == "__main__":
    if sys.argv[1] == "sign":
        sign(*sys.argv[2:])
    else:
        print(state(*sys.argv[2:]))
