/** Gateways that speak TLS, or should: whom they are asked as, whose certificate is taken, and where it is said why not. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it} from 'vitest';
import {createAuthority, hasOpenssl} from '../../support/kube/authority.js';
import {openLinear} from '../../support/program/linear.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {openTerminal} from '../../support/terminal/terminal.js';
import {onGateways, kourierWith, withHttps} from './parts/on-gateways.js';

const on = onGateways();
const {gateway, certificate, kubeconfig, verify} = on;

const pemOf = (label: string, what: string): string =>
	`-----BEGIN ${label}-----\n${what === '' ? '' : `${Buffer.from(what).toString('base64')}\n`}-----END ${label}-----\n`;

/** Its exit code. */
async function run(command: string, args: string[]): Promise<number> {
	const [code] = await once(spawn(command, args, {stdio: 'ignore'}), 'close');
	return Number(code);
}

describe.skipIf(!hasOpenssl)('a gateway', () => {
	it.each(['TLSv1.2', 'TLSv1.3'] as const)(
		'that wants a certificate of its clients is not said to have closed a connection (%s)',
		async version => {
			const {port} = await gateway({
				tls: {
					...certificate(),
					ca: on.authority.pem,
					requestCert: true,
					rejectUnauthorized: true,
					minVersion: version,
					maxVersion: version,
				},
			});
			const args = ['--gateway', `https://127.0.0.1:${port}`, '--cacert', on.authority.file];
			const {code, output} = await verify(on.sandbox.kubeconfig, ...args);
			expect(output).toMatch(
				/^TLS with \S+ for checkout\.default\.example\.com failed \(.*client certificate.*\): name a port without mutual TLS with --gateway\./,
			);
			expect(output).not.toMatch(/SSL routines|closed/);
			expect(code).toBe(3);
		},
	);

	it('is asked over TLS, with the name of the host, where the URL has https', async () => {
		const plain = await gateway({answer: () => ({status: 301, headers: {location: 'https://x.example'}})});
		const secure = await gateway({tls: certificate()});
		const file = await kubeconfig({
			object: kourierWith(
				[
					{name: 'http2', port: plain.port},
					{name: 'https', port: secure.port},
				],
				withHttps,
			),
		});
		const {code, output} = await verify(file, '--cacert', on.authority.file);
		expect(output).toMatch(/8 of 8 answered/);
		expect(code).toBe(0);
		// Beside a host that cannot exist: what that gets proves nothing.
		const seen = secure.seen.filter(({host}) => !host.startsWith('kn-canary-'));
		expect(new Set(seen.map(({host, serverName}) => `${host} ${serverName}`))).toEqual(
			new Set(['checkout.default.example.com checkout.default.example.com']),
		);
		expect(plain.seen).toEqual([]);
	});

	it('is not believed without an authority that vouches for it, unless it is told so', async () => {
		const secure = await gateway({tls: certificate()});
		const file = await kubeconfig({object: kourierWith([{name: 'https', port: secure.port}], withHttps)});
		const strange = await verify(file);
		expect(strange.code).toBe(3);
		expect(strange.output).toMatch(
			/The certificate of 127\.0\.0\.1:\d+ for checkout\.default\.example\.com is not trusted \([^;]*\): give its CA with --cacert FILE; --insecure-gateway does not check it\./,
		);
		expect(secure.seen).toEqual([]);
		expect((await verify(file, '--insecure-gateway')).code).toBe(0);
		const bySystem = await runProgram(
			['verify', 'checkout', '--requests', '4', '--rate', '50', '--kubeconfig', file],
			{SSL_CERT_FILE: on.authority.file},
		);
		expect(bySystem.code).toBe(0);
	});

	it('is believed by an authority that another one has signed, as curl does', async () => {
		const between = on.authority.issueAuthority('between');
		const secure = await gateway({tls: between.issue('below', ['DNS:*.default.example.com'])});
		const file = await kubeconfig({object: kourierWith([{name: 'https', port: secure.port}], withHttps)});
		expect((await verify(file, '--cacert', between.certFile)).code).toBe(0);
		expect((await verify(file, '--cacert', on.authority.file)).code).toBe(3);
	});

	it.each<[what: string, file: (one: string, other: string) => string]>([
		['of two', (one, other) => one + other],
		['with text between', (one, other) => `Subject: one\n${one}\n  other:\n\n${other}`],
		['with line breaks of Windows', one => one.replaceAll('\n', '\r\n')],
		['with a second that is no certificate', one => `${one}${pemOf('CERTIFICATE', 'none')}`],
		['with a second that is empty', one => `${one}${pemOf('CERTIFICATE', '')}`],
		['with a second without an end', (one, other) => one + other.replace(/-----END.*/s, '')],
		['with a first that is broken', (one, other) => other.replace(/[a-z]{2}/, '!!') + one],
		['with an empty line in it', one => one.replace(/^(MII.*)$/m, '$1\n')],
		['with something else in it', one => one + pemOf('PKCS7', 'something else')],
		['with a line before each', one => one.replaceAll(/^/gm, '  ')],
	])('is asked with a file of authorities %s as curl asks it, or it is said why not', async (_, file) => {
		const other = createAuthority();
		const {port} = await gateway({tls: certificate()});
		const authorities = path.join(on.authority.directory, 'authorities.pem');
		writeFileSync(authorities, file(on.authority.pem, other.pem));
		other.remove();
		const host = 'checkout.default.example.com';
		const to = `${host}:443:127.0.0.1:${port}`;
		const trust = ['--cacert', authorities];
		const curl = await run('curl', [
			'-s',
			'--noproxy',
			'*',
			...trust,
			'--connect-to',
			to,
			`https://${host}/`,
		]);
		const {code, output} = await verify(
			on.sandbox.kubeconfig,
			'--gateway',
			`https://127.0.0.1:${port}`,
			...trust,
		);
		const said = {
			0: /8 of 8 answered/,
			2: /--cacert \S+ (has a certificate that cannot be read|holds no certificate)/,
		};
		const expected = curl === 0 ? 0 : 2;
		expect({curl, output, code}).toMatchObject({code: expected});
		expect(output).toMatch(said[expected]);
	});

	it('of 443 speaks TLS whatever the URL says, and one of another port what the URL says', async () => {
		const secure = await gateway({tls: certificate()});
		const file = await kubeconfig({});
		const place = `127.0.0.1:${secure.port}`;
		expect((await verify(file, '--gateway', `https://${place}`, '--cacert', on.authority.file)).code).toBe(0);
		expect((await verify(file, '--gateway', place, '--cacert', on.authority.file)).code).toBe(3);
		on.relay!.rules = {...on.relay!.rules, object: withHttps};
		expect((await verify(file, '--gateway', place, '--cacert', on.authority.file)).code).toBe(0);
	});

	it('that has no TLS port is asked in the clear for a URL with https, and that is said', async () => {
		const plain = await gateway();
		const file = await kubeconfig({object: kourierWith([{name: 'http2', port: plain.port}], withHttps)});
		const why = 'because the gateway has no TLS port: the URL is https, and the certificate of';
		const host = 'checkout.default.example.com';
		const {code, output} = await verify(file);
		expect(code).toBe(0);
		expect(output).toContain(`Asked in the clear, ${why} ${host} is not checked.`);
		const json = await verify(file, '-o', 'json');
		expect(JSON.parse(json.stdout)).toMatchObject({
			url: `https://${host}`,
			gateway: {tls: false},
			notes: [`Asked in the clear, ${why} ${host} is not checked.`],
		});
		const alone = await runProgram(['verify', 'cart', '--revision', '@canary', '--kubeconfig', file]);
		expect(alone.stdout).toContain(`Asked in the clear, ${why} canary-cart.default.example.com`);
		// What may be secret is not sent before that is agreed to.
		const before = plain.seen.length;
		const secret = ['--cookie', 'sid=s3cret'];
		for (const args of [[], ['--revision', '@canary']]) {
			const kept = await runProgram(['verify', 'cart', '--kubeconfig', file, ...secret, ...args]);
			expect(kept.code).toBe(3);
			expect(kept.stdout + kept.stderr).toMatch(
				/Not sent: https:\S+ is asked in the clear, because the gateway has no TLS port, and Cookie may be secret/,
			);
			expect(kept.stdout + kept.stderr).toContain(`agree with --gateway http://127.0.0.1:${plain.port}.`);
		}
		expect(plain.seen.length).toBe(before);
		const agreeing = ['--gateway', `http://127.0.0.1:${plain.port}`];
		const ofCanary = ['verify', 'cart', '--kubeconfig', file, '--revision', '@canary'];
		const agreed = await runProgram([...ofCanary, ...secret, ...agreeing]);
		expect(agreed.code).toBe(0);
		expect(agreed.stdout).toContain('curl -H "Cookie: $COOKIE" -H \'Host: canary-cart.');
		expect(agreed.stdout).not.toContain('s3cret');
		// As it was told to, too.
		const told = await verify(file, '--gateway', `http://127.0.0.1:${plain.port}`);
		expect(told.output).toContain(
			`Asked in the clear, as --gateway says: the URL is https, and the certificate of ${host} is not checked.`,
		);
		await using terminal = openTerminal({
			command: process.execPath,
			args: [builtProgram, '--kubeconfig', file],
			env: {XDG_STATE_HOME: on.authority.directory},
		});
		await terminal.until(/▸ . cart /);
		const pane = await terminal.until(/▲ Asked in the clear/);
		expect(pane).toMatch(/is not checked\./);
		terminal.press('v');
		const sheet = await terminal.until(/Test request: cart[^]*200/);
		expect(sheet).toMatch(/▲ Asked in the clear, because the gateway has no TLS port/);
		terminal.press('esc', 'space');
		await terminal.until(/req\/s.*answers? .*in the clear/);
		await using linear = openLinear(['--kubeconfig', file], on.authority.directory);
		await linear.hear(/Gateway kourier at/);
		linear.type('verify');
		await linear.hear(/Asked in the clear, because the gateway has no TLS port[^]*Answer 200/);
	});
});
