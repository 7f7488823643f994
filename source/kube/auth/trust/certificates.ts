/** Certificates and their keys as files have them. */
import {createPrivateKey, X509Certificate, type KeyObject} from 'node:crypto';
import {pemBlocks, pemOf, type PemBlock} from './pem.js';

/** PEM. */
export type CertificatePair = {cert: string | Buffer; key: string | Buffer};

/** What was read last: credentials are gathered for each request, and an authority changes hardly ever. */
let last = {pem: '', readable: ''};

const isCertificate = ({type}: PemBlock): boolean => type === 'CERTIFICATE';

/** The certificates of authorities in a PEM file, whatever else is in it; as Go, which passes over those with headers. */
export function certificatesIn(pem: string): string[] {
	return pemBlocks(pem)
		.filter(block => isCertificate(block) && !block.hasHeaders)
		.map(pemOf);
}

/**
 * The certificates of an authority that can be read, as PEM; '' where none can. As Go, which passes over the others: OpenSSL stops at
 * the first of them.
 */
export function readableCertificates(pem: string): string {
	if (pem === last.pem) return last.readable;
	const readable = certificatesIn(pem).filter(certificate => x509(certificate) !== undefined);
	last = {pem, readable: readable.join('\n')};
	return last.readable;
}

function x509(certificate: string | Buffer): X509Certificate | undefined {
	try {
		return new X509Certificate(certificate);
	} catch {
		return undefined;
	}
}

/** The pair that was read last, for the same reason. */
let lastPair: {from: string; pair: CertificatePair} | undefined;

/**
 * A pair as TLS takes it, of what files have: blocks in any order with anything between them, by the rules of Go's crypto/tls
 * (X509KeyPair). The first certificate is that of the key. What cannot be used is a sentence without its end.
 */
export function readPair({cert, key}: CertificatePair): CertificatePair | {fault: string} {
	const from = `${String(cert)}\0${String(key)}`;
	if (lastPair?.from === from) return lastPair.pair;
	const blocks = pemBlocks(latin1(cert));
	const certificates = blocks.filter(isCertificate);
	const [leaf] = certificates;
	if (!leaf) {
		return {
			fault: blocks.some(isKey)
				? 'the certificate is a private key; are they the wrong way round?'
				: 'the certificate is not PEM',
		};
	}
	const keyBlocks = pemBlocks(latin1(key));
	const keyBlock = keyBlocks.find(isKey);
	if (!keyBlock) {
		return {
			fault: keyBlocks.some(isCertificate)
				? 'the key is a certificate; its private key must be given'
				: 'the key is not PEM',
		};
	}
	const first = x509(leaf.bytes);
	if (!first) return {fault: 'the certificate is not X.509'};
	const privateKey = keyOf(keyBlock);
	if (!privateKey) {
		return {
			fault: /ENCRYPTED/.test(latin1(key))
				? 'the key is encrypted; give it without a passphrase'
				: 'the key is not one of RSA, ECDSA or Ed25519',
		};
	}
	if (!first.checkPrivateKey(privateKey)) return {fault: 'the key is not that of the certificate'};
	const pair = {
		cert: certificates.map(pemOf).join('\n'),
		key: String(privateKey.export({type: 'pkcs8', format: 'pem'})),
	};
	lastPair = {from, pair};
	return pair;
}

const latin1 = (text: string | Buffer): string =>
	(typeof text === 'string' ? Buffer.from(text) : text).toString('latin1');

const isKey = ({type}: PemBlock): boolean => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY');

/** By its content, whatever its block is called. */
function keyOf({bytes}: PemBlock): KeyObject | undefined {
	for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
		try {
			const key = createPrivateKey({key: bytes, format: 'der', type});
			return /^(?:rsa|ec|ed25519)$/.test(key.asymmetricKeyType ?? '') ? key : undefined;
		} catch {
			// It may be of the next kind.
		}
	}
	return undefined;
}
