/**
 * A certificate for loopback, made at start and signed by itself. Without TLS kubectl and kn would stay outside: client-go
 * never sends the token of a kubeconfig over plain HTTP (client-go tools/clientcmd, IsConfigTransportTLS).
 *
 * Node makes keys and signatures but no certificates, so the DER around them (RFC 5280, X.690) is written here.
 */
import {createPublicKey, generateKeyPair, randomBytes, sign} from 'node:crypto';
import {promisify} from 'node:util';

export type Certificate = {
	/** PEM of the private key. */
	key: string;
	/** PEM; also what a client has to trust. */
	cert: string;
};

const tag = {
	boolean: 0x01,
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	oid: 0x06,
	utf8String: 0x0c,
	utcTime: 0x17,
	generalizedTime: 0x18,
	sequence: 0x30,
	set: 0x31,
};

/** One element in DER: tag, length, content. */
function der(type: number, ...content: Buffer[]): Buffer {
	const body = Buffer.concat(content);
	if (body.length < 0x80) {
		return Buffer.concat([Buffer.from([type, body.length]), body]);
	}

	const length = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
	return Buffer.concat([Buffer.from([type, 0x80 + length.length]), length, body]);
}

/** An object identifier, already encoded. */
function oid(hex: string): Buffer {
	return der(tag.oid, Buffer.from(hex, 'hex'));
}

const ecdsaWithSha256 = der(tag.sequence, oid('2a8648ce3d040302'));
const commonName = '550403';
const keyUsage = '551d0f';
const subjectAltName = '551d11';
const basicConstraints = '551d13';
const extendedKeyUsage = '551d25';
const serverAuth = '2b06010505070301';

function extension(id: string, value: Buffer, isCritical = false): Buffer {
	return der(
		tag.sequence,
		oid(id),
		...(isCritical ? [der(tag.boolean, Buffer.from([0xff]))] : []),
		der(tag.octetString, value),
	);
}

/** From 2050 on the year needs four digits (RFC 5280 §4.1.2.5). */
function time(milliseconds: number): Buffer {
	const date = new Date(milliseconds);
	const text = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
	return date.getUTCFullYear() < 2050
		? der(tag.utcTime, Buffer.from(text.slice(2)))
		: der(tag.generalizedTime, Buffer.from(text));
}

function pem(label: string, content: Buffer): string {
	const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const hour = 3_600_000;
const year = 365 * 24 * hour;

/**
 * A fresh P-256 key and a certificate for 127.0.0.1 and localhost, valid for a year.
 *
 * @param now in milliseconds since 1970.
 */
export async function createCertificate(now: number): Promise<Certificate> {
	const {privateKey} = await promisify(generateKeyPair)('ec', {namedCurve: 'P-256'});
	const name = der(
		tag.sequence,
		der(tag.set, der(tag.sequence, oid(commonName), der(tag.utf8String, Buffer.from('kn-canary-sandbox')))),
	);
	// Positive, and never the same twice: browsers and Go cache by issuer and serial number.
	const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
	const extensions = [
		// The certificate is its own authority.
		extension(basicConstraints, der(tag.sequence, der(tag.boolean, Buffer.from([0xff]))), true),
		// digitalSignature and keyCertSign.
		extension(keyUsage, der(tag.bitString, Buffer.from([0x02, 0x84])), true),
		extension(extendedKeyUsage, der(tag.sequence, oid(serverAuth))),
		extension(
			subjectAltName,
			der(tag.sequence, der(0x87, Buffer.from([127, 0, 0, 1])), der(0x82, Buffer.from('localhost'))),
		),
	];
	const toBeSigned = der(
		tag.sequence,
		der(0xa0, der(tag.integer, Buffer.from([2]))),
		der(tag.integer, serial),
		ecdsaWithSha256,
		name,
		// An hour back, for clocks that do not quite agree.
		der(tag.sequence, time(now - hour), time(now + year)),
		name,
		createPublicKey(privateKey).export({type: 'spki', format: 'der'}),
		der(0xa3, der(tag.sequence, ...extensions)),
	);
	const signature = sign('sha256', toBeSigned, privateKey);
	const certificate = der(
		tag.sequence,
		toBeSigned,
		ecdsaWithSha256,
		der(tag.bitString, Buffer.from([0]), signature),
	);
	return {
		key: privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
		cert: pem('CERTIFICATE', certificate),
	};
}
