/** Kubeconfigs as they occur, each with what kubectl makes of it. */
import {chmodSync, writeFileSync} from 'node:fs';
import {load} from 'js-yaml';

/** A kubeconfig, as text or as the files of $KUBECONFIG; the parts of the sandbox's own are in it by name. */
export type KubeconfigParts = {server: string; ca: string; token: string; directory: string};
export type KubeconfigCase = [
	what: string,
	make: (own: KubeconfigParts) => string | Uint8Array | readonly string[],
	outcome: 'reached' | 'refused by the server' | 'no way',
	more?: {args?: readonly string[]; env?: (own: KubeconfigParts) => Record<string, string>},
];

function text(
	{server, ca, token}: KubeconfigParts,
	{
		cluster = `server: "${server}", certificate-authority-data: ${ca}`,
		user = `token: ${token}`,
		context = 'cluster: c, user: u',
		current = 'current-context: c',
	}: {cluster?: string; user?: string; context?: string; current?: string} = {},
): string {
	return [
		'apiVersion: v1',
		'kind: Config',
		'preferences: {}',
		'clusters:',
		'- name: c',
		`  cluster: {${cluster}}`,
		'users:',
		'- name: u',
		`  user: {${user}}`,
		'contexts:',
		'- name: c',
		`  context: {${context}}`,
		current,
		'',
	].join('\n');
}

const utf16 = (content: string) => Buffer.from(`\uFEFF${content}`, 'utf16le');
const cluster = (own: KubeconfigParts, more: string) =>
	`server: "${own.server}", certificate-authority-data: ${own.ca}${more}`;
const user = (own: KubeconfigParts, more: string) => `token: ${own.token}${more}`;
export const credentialVersion = 'client.authentication.k8s.io/v1';
const exec = (own: KubeconfigParts, more: string, version = credentialVersion) =>
	`exec: {apiVersion: ${version}, command: ${own.directory}/login${version === credentialVersion ? '' : '-beta'}, ${more}}`;

/** A plugin of its own, as a script of sh; `give` is what prints the credentials. */
function plugin(
	own: KubeconfigParts,
	script: (give: (status?: object) => string) => string,
	mode = 'Never',
): string {
	const give = (status: object = {token: own.token}) =>
		`printf '%s' '${JSON.stringify({kind: 'ExecCredential', apiVersion: credentialVersion, status})}'`;
	const file = `${own.directory}/plugin`;
	writeFileSync(file, `#!/bin/sh\n${script(give)}\n`);
	chmodSync(file, 0o755);
	return text(own, {
		user: `exec: {apiVersion: ${credentialVersion}, command: ${file}, interactiveMode: ${mode}, provideClusterInfo: true}`,
	});
}

const pemOf = ({ca}: KubeconfigParts, change: (pem: string) => string) =>
	Buffer.from(change(Buffer.from(ca, 'base64').toString())).toString('base64');
/** By its name alone. */
const named = (login: string) => login.replace(/command: [^,]*\//, 'command: ');
const stale = ({token}: KubeconfigParts) => ({token, expirationTimestamp: '2020-01-01T00:00:00Z'});
const formerExec = (own: KubeconfigParts) =>
	exec(own, 'interactiveMode: Never').replace(credentialVersion, `${credentialVersion}alpha1`);
const oidc = (config: string) => `auth-provider: {name: oidc, config: {${config}}}`;
const issuer = 'idp-issuer-url: "https://127.0.0.1:1", client-id: c';
const expired = [{alg: 'none'}, {exp: 1_000_000_000, sub: 'me'}, 'x']
	.map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
	.join('.');

export const kubeconfigCases: readonly KubeconfigCase[] = [
	['as the sandbox writes it', own => text(own), 'reached'],
	['a key twice', own => `${text(own)}kind: Config\n`, 'reached'],
	['a document that ends in ---', own => `${text(own)}---\n`, 'reached'],
	['a document that begins with ---', own => `# written by a tool\n---\n${text(own)}`, 'reached'],
	['a second document', own => `${text(own)}---\nkind: ConfigMap\n`, 'reached'],
	['a second document that is no YAML', own => `${text(own)}---\n}{\n`, 'reached'],
	['an end of the document', own => `${text(own)}...\n`, 'reached'],
	['a byte order mark', own => `\uFEFF${text(own)}`, 'reached'],
	['line ends of Windows', own => text(own).replaceAll('\n', '\r\n'), 'reached'],
	['neither apiVersion nor kind', own => text(own).replace(/^apiVersion.*\nkind.*\n/, ''), 'reached'],
	[
		'JSON',
		own =>
			JSON.stringify({
				'current-context': 'c',
				clusters: [{name: 'c', cluster: {server: own.server, 'certificate-authority-data': own.ca}}],
				users: [{name: 'u', user: {token: own.token}}],
				contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
			}),
		'reached',
	],
	['fields that nobody knows', own => text(own, {user: user(own, ', colour: red')}), 'reached'],
	['yes instead of true', own => text(own, {cluster: cluster(own, ', disable-compression: yes')}), 'reached'],
	['a merge key', own => text(own, {cluster: cluster(own, ', <<: {disable-compression: true}')}), 'reached'],
	[
		'an anchor',
		own => text(own, {user: `token: &t ${own.token}`, context: 'cluster: c, user: u'}),
		'reached',
	],
	[
		'extensions',
		own => text(own, {cluster: cluster(own, ', extensions: [{name: x, extension: {a: 1}}]')}),
		'reached',
	],
	[
		'a server without a scheme, which means http to one that speaks TLS',
		own => text({...own, server: own.server.replace('https://', '')}),
		'no way',
	],
	['a scheme in capitals', own => text({...own, server: own.server.replace('https', 'HTTPS')}), 'reached'],
	['a slash after the server', own => text({...own, server: `${own.server}/`}), 'reached'],
	[
		'a token beside a file that is not there',
		own => text(own, {user: user(own, ', tokenFile: /none')}),
		'reached',
	],
	['a key alone that is not there', own => text(own, {user: user(own, ', client-key: none')}), 'reached'],
	['a file with a token', own => text(own, {user: 'tokenFile: token'}), 'reached'],
	[
		'an authority in a file beside it',
		own => text(own, {cluster: `server: "${own.server}", certificate-authority: ca.crt`}),
		'reached',
	],
	[
		'no check of the certificate',
		own => text(own, {cluster: `server: "${own.server}", insecure-skip-tls-verify: on`}),
		'reached',
	],
	[
		'exec: a variable without a value',
		own => text(own, {user: exec(own, 'interactiveMode: Never, env: [{name: A}]')}),
		'reached',
	],
	[
		'exec: no args, v1beta1 without interactiveMode',
		own => text(own, {user: exec(own, 'args: null', 'client.authentication.k8s.io/v1beta1')}),
		'reached',
	],
	[
		'exec: a path that is relative to the file',
		own => text(own, {user: exec(own, 'interactiveMode: IfAvailable').replace(`${own.directory}/`, './')}),
		'reached',
	],
	[
		'two files, the context in the second',
		own => [
			text(own, {current: ''}),
			`contexts: [{name: d, context: {cluster: c, user: u}}]\ncurrent-context: d\n`,
		],
		'reached',
	],
	['two files, the first wins', own => [text(own), text({...own, server: 'https://127.0.0.1:1'})], 'reached'],
	['two files, one of them empty', own => ['', text(own)], 'reached'],
	[
		'the authority of the system',
		own => text(own, {cluster: `server: "${own.server}"`}),
		'reached',
		{env: own => ({SSL_CERT_FILE: `${own.directory}/ca.crt`})},
	],
	['UTF-16, as PowerShell writes it', own => utf16(text(own)), 'reached'],
	[
		'an authority in several lines',
		own => text({...own, ca: JSON.stringify(own.ca.replace(/.{76}/g, '$&\n'))}),
		'reached',
	],
	[
		'a login in the URL, which comes before the token',
		own => text({...own, server: own.server.replace('://', '://me:secret@')}),
		'refused by the server',
	],
	['a path that the server does not have', own => text({...own, server: `${own.server}/k8s/c-1`}), 'no way'],
	['a context twice', own => text(own).replace(/^(- name: c\n {2}context: .*\n)/m, '$1$1'), 'no way'],
	[
		'a namespace that cannot be',
		own => text(own, {context: 'cluster: c, user: u, namespace: a/b'}),
		'no way',
	],
	['a token that is none', own => text(own, {user: 'token: wrong'}), 'refused by the server'],
	['another kind', own => text(own).replace('kind: Config', 'kind: Foo'), 'no way'],
	['another version', own => text(own).replace('apiVersion: v1', 'apiVersion: v2'), 'no way'],
	['a list', () => '[]\n', 'no way'],
	['a tab', own => text(own).replace('  cluster: {', '\tcluster: {'), 'no way'],
	[
		'an authority and no check of it',
		own => text(own, {cluster: cluster(own, ', insecure-skip-tls-verify: true')}),
		'no way',
	],
	[
		'an authority twice',
		own => text(own, {cluster: cluster(own, ', certificate-authority: ca.crt')}),
		'no way',
	],
	['an authority that is no base64', own => text({...own, ca: '"not base64!"'}), 'no way'],
	['an authority that is no certificate', own => text({...own, ca: 'aGVsbG8='}), 'no way'],
	['an authority that is not believed', own => text(own, {cluster: `server: "${own.server}"`}), 'no way'],
	['a token that is a number', own => text(own, {user: 'token: 12345'}), 'no way'],
	['a token and a password', own => text(own, {user: user(own, ', username: a, password: b')}), 'no way'],
	[
		'a certificate without its key',
		own => text(own, {user: user(own, ', client-certificate-data: AAAA')}),
		'no way',
	],
	['groups and nobody to act as', own => text(own, {user: user(own, ', as-groups: [a]')}), 'no way'],
	['exec: no version', own => text(own, {user: `exec: {command: ${own.directory}/login}`}), 'no way'],
	['exec: v1 without interactiveMode', own => text(own, {user: exec(own, 'args: []')}), 'no way'],
	[
		'exec: another version than it speaks',
		own =>
			text(own, {
				user: exec(own, 'interactiveMode: Never').replace(credentialVersion, `${credentialVersion}beta1`),
			}),
		'no way',
	],
	[
		'exec: not installed',
		own => text(own, {user: exec(own, 'interactiveMode: Never').replace('/login', '/nosuch')}),
		'no way',
	],
	[
		'exec: with a byte order mark',
		own => plugin(own, give => `printf '\\357\\273\\277'; ${give()}`),
		'reached',
	],
	[
		'exec: without its kind',
		own => plugin(own, give => `${give()} | sed 's/"kind":"ExecCredential",//'`),
		'reached',
	],
	[
		'exec: that says much beside',
		own => plugin(own, give => `head -c 200000 /dev/zero | tr '\\0' x >&2; ${give()}`),
		'reached',
	],
	['exec: that gives what has expired', own => plugin(own, give => give(stale(own))), 'reached'],
	['exec: that wants a terminal', own => plugin(own, give => give(), 'Always'), 'no way'],
	['exec: that prints more than it gives', own => plugin(own, give => `${give()}; echo bye`), 'no way'],
	['exec: that prints nothing', own => plugin(own, () => 'true'), 'no way'],
	['exec: that is ended', own => plugin(own, () => 'kill -9 $$'), 'no way'],
	['exec: that gives nothing', own => plugin(own, give => give({})), 'no way'],
	['exec: that gives a token in two lines', own => plugin(own, give => give({token: 'a\nb'})), 'no way'],
	[
		'exec: that gives a certificate alone',
		own => plugin(own, give => give({clientCertificateData: 'x'})),
		'no way',
	],
	[
		'exec: that gives a certificate that is none',
		own => plugin(own, give => give({clientCertificateData: 'x', clientKeyData: 'y'})),
		'no way',
	],
	['a token in two lines', own => text(own, {user: 'token: "a\\nb"'}), 'no way'],
	['an empty file of a token', own => text(own, {user: `tokenFile: ${own.directory}/empty`}), 'no way'],
	['auth-provider: one of former times', own => text(own, {user: 'auth-provider: {name: gcp}'}), 'no way'],
	['auth-provider: one that nobody knows', own => text(own, {user: 'auth-provider: {name: foo}'}), 'no way'],
	['exec: a version of former times', own => text(own, {user: formerExec(own)}), 'no way'],
	['auth-provider: oidc without an issuer', own => text(own, {user: oidc('client-id: c')}), 'no way'],
	['auth-provider: oidc without a token', own => text(own, {user: oidc(issuer)}), 'no way'],
	[
		'auth-provider: oidc with a token that has expired',
		own => text(own, {user: oidc(`${issuer}, id-token: ${expired}`)}),
		'no way',
	],
	[
		'a proxy that is no URL',
		own => text(own, {cluster: cluster(own, ', proxy-url: "127.0.0.1:1"')}),
		'no way',
	],
	['a proxy of another kind', own => text(own, {cluster: cluster(own, ', proxy-url: "ftp://x"')}), 'no way'],
	['a server with a blank behind it', own => text({...own, server: `${own.server} `}), 'no way'],
	['a context that is not there', own => text(own, {current: 'current-context: zz'}), 'no way'],
	['no current context', own => text(own, {current: ''}), 'no way'],
	['a user who is not there', own => text(own, {context: 'cluster: c, user: nobody'}), 'no way'],
	['a cluster that is not there', own => text(own, {context: 'cluster: nowhere, user: u'}), 'no way'],
	['an empty file', () => '', 'no way'],
	[
		'an authority with empty lines',
		own => text({...own, ca: pemOf(own, pem => pem.replaceAll('\n', '\n\n'))}),
		'reached',
	],
	[
		'an authority with line ends of Windows, between words',
		own => text({...own, ca: pemOf(own, pem => `CA\n${pem}of ours\n`.replaceAll('\n', '\r\n'))}),
		'reached',
	],
	[
		'an authority after a byte order mark',
		own => text({...own, ca: pemOf(own, pem => `\uFEFF${pem}`)}),
		'no way',
	],
	['an authority after a word', own => text({...own, ca: pemOf(own, pem => `CA: ${pem}`)}), 'no way'],
	[
		'an authority as DER',
		own =>
			text({
				...own,
				ca: Buffer.from(own.ca, 'base64')
					.toString()
					.replaceAll(/-----.*\n|\n/g, ''),
			}),
		'no way',
	],
	[
		'an empty file as authority, and that of the system',
		own => text(own, {cluster: `server: "${own.server}", certificate-authority: empty`}),
		'reached',
		{env: own => ({SSL_CERT_FILE: `${own.directory}/ca.crt`})},
	],
	['JSON that is indented with tabs', own => JSON.stringify(load(text(own)), null, '\t'), 'reached'],
	['a directive of YAML', own => `%YAML 1.1\n---\n${text(own)}`, 'reached'],
	['an entry that is nothing', own => text(own).replace('users:', 'users:\n-'), 'reached'],
	['two slashes after the server', own => text({...own, server: `${own.server}//`}), 'reached'],
	['a token and a password alone', own => text(own, {user: user(own, ', password: b')}), 'no way'],
	[
		'a proxy with a login that is not encoded',
		own => text(own, {cluster: cluster(own, ', proxy-url: "http://me:50%zz@127.0.0.1:1"')}),
		'no way',
	],
	[
		'exec: that gives YAML',
		own =>
			plugin(
				own,
				() =>
					`printf 'kind: ExecCredential\napiVersion: ${credentialVersion}\nstatus:\n  token: ${own.token}\n'`,
			),
		'reached',
	],
	[
		'exec: that gives JSON with tabs',
		own => plugin(own, give => `printf '{\n\t'; ${give()} | cut -c2-`),
		'reached',
	],
	...['tomorrow', '2100-01-01T00:00:00', '2100-01-01', ''].map((expirationTimestamp): KubeconfigCase => [
		`exec: that says it is good until "${expirationTimestamp}"`,
		own => plugin(own, give => give({token: own.token, expirationTimestamp})),
		'no way',
	]),
	[
		'exec: that says it is good until a time with its zone',
		own =>
			plugin(own, give =>
				give({token: own.token, expirationTimestamp: '2100-01-01T00:00:00.123456789+02:00'}),
			),
		'reached',
	],
	[
		'exec: looked for by our own $PATH, whatever $PATH it is given itself',
		own => text(own, {user: named(exec(own, 'interactiveMode: Never, env: [{name: PATH, value: /none}]'))}),
		'reached',
		{env: own => ({PATH: `${own.directory}:${process.env['PATH']}`})},
	],
	[
		'exec: not looked for by the $PATH it is given',
		own =>
			text(own, {
				user: named(exec(own, `interactiveMode: Never, env: [{name: PATH, value: "${own.directory}"}]`)),
			}),
		'no way',
	],
];
