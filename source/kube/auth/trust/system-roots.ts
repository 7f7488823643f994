/**
 * The authorities that this machine trusts, where a kubeconfig names none: by the rules of Go's crypto/x509 (root_unix.go), which
 * kubectl follows. Node has its own list and looks at neither the system's nor SSL_CERT_FILE; a company's own authority is
 * in no list but the system's.
 */
import {readdir} from 'node:fs/promises';
import path from 'node:path';
import {getCACertificates} from 'node:tls';
import {readGiven} from '../../../files/given-file.js';
import {certificatesIn} from './certificates.js';

/** The first that is there is taken (root_linux.go). */
const files = [
	'/etc/ssl/certs/ca-certificates.crt',
	'/etc/pki/tls/certs/ca-bundle.crt',
	'/etc/ssl/ca-bundle.pem',
	'/etc/pki/tls/cacert.pem',
	'/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
	'/etc/ssl/cert.pem',
];
const directories = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/**
 * PEM certificates, each once: those of the system and, because Node has trusted them all along, those of Node. Of
 * SSL_CERT_FILE and SSL_CERT_DIR, as Go takes them, in the system's stead where they are set.
 */
export async function systemRoots(env: NodeJS.ProcessEnv = process.env): Promise<string[]> {
	const own = getCACertificates('default');
	if (process.platform === 'darwin' || process.platform === 'win32') {
		return [...new Set([...own, ...getCACertificates('system')])];
	}
	const {SSL_CERT_FILE: file, SSL_CERT_DIR: directory} = env;
	const [bundle, loose] = await Promise.all([
		firstOf(file ? [file] : files),
		Promise.all((directory ? directory.split(path.delimiter) : directories).map(filesIn)),
	]);
	return [...new Set([...own, ...certificatesIn(bundle), ...loose.flat().flatMap(certificatesIn)])];
}

async function firstOf(candidates: readonly string[]): Promise<string> {
	for (const candidate of candidates) {
		const text = await textOf(candidate);
		if (text !== undefined) return text;
	}
	return '';
}

async function filesIn(directory: string): Promise<string[]> {
	let names: string[];
	try {
		names = await readdir(directory);
	} catch {
		return [];
	}
	const texts = await Promise.all(names.map(async name => textOf(path.join(directory, name))));
	return texts.filter(text => text !== undefined);
}

async function textOf(file: string): Promise<string | undefined> {
	try {
		return (await readGiven(file, {mayWait: false})).toString('latin1');
	} catch {
		return undefined;
	}
}
