/** Gateways that redirect: where they are asked then, or what is said. */
import {describe, expect, it} from 'vitest';
import {hasOpenssl} from '../../support/kube/authority.js';
import {builtProgram} from '../../support/program/run-program.js';
import {openTerminal} from '../../support/terminal/terminal.js';
import {onGateways, kourierWith} from './parts/on-gateways.js';

const on = onGateways();
const {gateway, certificate, kubeconfig, verify} = on;

/** A gateway that redirects http to https, and the same one at its port for https. */
async function redirecting() {
	const plain = await gateway({
		answer: ({headers, url}) => ({status: 301, headers: {location: `https://${headers.host}${url}`}}),
	});
	const secure = await gateway({tls: certificate()});
	const file = await kubeconfig({
		object: kourierWith([
			{name: 'http2', port: plain.port},
			{name: 'https', port: secure.port},
		]),
	});
	return {plain, secure, file};
}

describe.skipIf(!hasOpenssl)('a gateway', () => {
	it('that redirects http to https is asked where it speaks TLS, or it is said what to give', async () => {
		const {plain, secure, file} = await redirecting();
		expect((await verify(file, '--cacert', on.authority.file)).code).toBe(0);
		expect(secure.seen.length).toBeGreaterThan(7);
		const alone = await verify(file, '--gateway', `127.0.0.1:${plain.port}`);
		expect(alone.code).toBe(3);
		expect(alone.output).toContain(
			'The gateway redirects http to https://checkout.default.example.com/; give where it speaks TLS with --gateway https://127.0.0.1:PORT.',
		);
		const elsewhere = await gateway({
			answer: ({headers}) => ({
				status: 308,
				headers: {location: `https://${headers.host}:${secure.port}/`},
			}),
		});
		const {output} = await verify(file, '--gateway', `127.0.0.1:${elsewhere.port}`);
		const place = `https://127.0.0.1:${secure.port}`;
		expect(output).toContain(`; give where it speaks TLS with --gateway ${place}.`);
		expect((await verify(file, '--gateway', place, '--cacert', on.authority.file)).code).toBe(0);
	});

	it('that redirects is told of by v, with where to, and asked over TLS by the next v', async () => {
		const {plain, secure, file} = await redirecting();
		await using terminal = openTerminal({
			command: process.execPath,
			args: [builtProgram, '--kubeconfig', file, '--cacert', on.authority.file],
			env: {XDG_STATE_HOME: on.authority.directory},
		});
		await terminal.until(new RegExp(`gateway 127\\.0\\.0\\.1:${plain.port}`));
		terminal.press('down', 'v');
		const screen = await terminal.until(/The gateway redirects http to/);
		expect(screen).toContain('https://checkout.default.example.com/');
		expect(screen.replaceAll(/\s+/g, ' ')).toContain(`v asks again over TLS, at 127.0.0.1:${secure.port}.`);
		terminal.press('v');
		await terminal.until(/Hello Checkout!/);
		expect(terminal.screen()).toContain(
			`--connect-to checkout.default.example.com:443:127.0.0.1:${secure.port}`,
		);
	});

	it('that redirects elsewhere is not believed, and it is said where to, without anybody’s login', async () => {
		let location = '';
		const plain = await gateway({answer: () => ({status: 308, headers: {location}, body: 'moved'})});
		const redirected = async (to: string) => {
			location = to;
			return verify(on.sandbox.kubeconfig, '--gateway', `127.0.0.1:${plain.port}`);
		};
		const host = 'checkout.default.example.com';
		const itself = await redirected(`http://${host}/`);
		expect(itself.output).toContain(
			`8 of 8 answers are redirects (308 to http://${host}/): nothing shows that a revision works; choose what to send (--path, --method, --header).`,
		);
		expect(itself.code).toBe(2);
		expect((await redirected(`https://me:secret@${host}/`)).output).toContain(
			`The gateway redirects http to https://${host}/; give`,
		);
		const login = await redirected('https://login.example/?next=a');
		expect(login.output).toContain('(308 to https://login.example/?next=a)');
		expect(login.output).toContain('If it wants a login, give it with --header or --cookie.');
		expect((await redirected('')).output).toContain('(308 moved)');
	});
});
