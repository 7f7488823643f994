/**
 * A certificate for `*.default.example.com`, signed by itself, valid from 2020 to 2119, and its key: made for these tests
 * with `openssl ca -selfsign` and used for nothing else.
 */
export const certificate = {
	key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgM1BWaix1SwW3mmlg
spKD5nZ2CiUFFam2AcRZpY4mqIuhRANCAAS84IqLsiBw4oiULYLhPAZkWNhNec3n
XxPM5FltGaoPEWSwuxdvSth6+Pr/A6xYvOIHw/B0A5C6orzecEmETMCv
-----END PRIVATE KEY-----
`,
	cert: `-----BEGIN CERTIFICATE-----
MIIBhjCCASygAwIBAgIBATAKBggqhkjOPQQDAjAZMRcwFQYDVQQDDA5rbi1jYW5h
cnkgdGVzdDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowGTEXMBUG
A1UEAwwOa24tY2FuYXJ5IHRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAS8
4IqLsiBw4oiULYLhPAZkWNhNec3nXxPM5FltGaoPEWSwuxdvSth6+Pr/A6xYvOIH
w/B0A5C6orzecEmETMCvo2MwYTAPBgNVHRMBAf8EBTADAQH/MC8GA1UdEQQoMCaC
FSouZGVmYXVsdC5leGFtcGxlLmNvbYINKi5leGFtcGxlLmNvbTAdBgNVHQ4EFgQU
weR0XwhIvwx88w8G7nU+DKG2IdwwCgYIKoZIzj0EAwIDSAAwRQIgGcXl6oygw3x1
BfIzo46BpC7mO2WVT6LBLepNT3kbGJoCIQCu0MpKeGaJJFM2XBmXUjznLcINhuie
f3nnXIDfEt2xkw==
-----END CERTIFICATE-----
`,
};
