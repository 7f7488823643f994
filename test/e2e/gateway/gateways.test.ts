/** Gateways as they occur, found and asked by the built program. */
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {
	at,
	startApiRelay,
	tokenOf,
	type ApiRelay,
	type KubernetesObject,
	type RelayRules,
} from '../../support/kube/api-relay.js';
import {createAuthority, hasOpenssl, type Authority} from '../../support/kube/authority.js';
import {startTestGateway, type TestGateway} from '../../support/gateway/gateways.js';
import {forbiddenTo} from '../../support/kube/rights.js';
import {openLinear} from '../../support/program/linear.js';
import {builtProgram, runProgram} from '../../support/program/run-program.js';
import {startSandboxProcess, type SandboxProcess} from '../../support/program/sandbox-process.js';
import {openTerminal} from '../../support/terminal/terminal.js';

let sandbox: SandboxProcess;
let authority: Authority;
let relay: ApiRelay | undefined;
let gateways: TestGateway[] = [];

beforeAll(async () => {
	sandbox = await startSandboxProcess(builtProgram);
	authority = createAuthority();
});

afterAll(async () => {
	authority.remove();
	await sandbox.stop();
});

afterEach(async () => {
	await relay?.close();
	relay = undefined;
	await Promise.all(gateways.map(async each => each.close()));
	gateways = [];
});

async function gateway(options: Partial<Parameters<typeof startTestGateway>[0]> = {}): Promise<TestGateway> {
	const made = await startTestGateway({to: sandbox.gateway, ...options});
	gateways.push(made);
	return made;
}

const certificate = () => authority.issue('gateway', ['DNS:*.default.example.com']);

/** A kubeconfig of the sandbox's API server, with other objects or other answers. */
async function kubeconfig(rules: RelayRules): Promise<string> {
	relay = await startApiRelay(sandbox.kubeconfig, {
		rules: {token: tokenOf(sandbox.kubeconfig), ...rules},
	});
	const file = path.join(authority.directory, 'kubeconfig');
	const {url: server} = relay;
	writeFileSync(
		file,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [{name: 'c', cluster: {server}}],
			users: [{name: 'u', user: {token: 'any'}}],
			contexts: [{name: 'c', context: {cluster: 'c', user: 'u'}}],
			'current-context': 'c',
		}),
	);
	return file;
}

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

const named = (object: KubernetesObject, kind: string, name?: string): boolean =>
	object['kind'] === kind && (name === undefined || at(object, 'metadata')['name'] === name);

/** Of the objects as the sandbox has them: URLs with https, as with external-domain-tls. */
function withHttps(object: KubernetesObject): void {
	if (object['apiVersion'] !== 'serving.knative.dev/v1') return;
	const status = at(object, 'status');
	if (typeof status['url'] !== 'string') return;
	Object.assign(status, JSON.parse(JSON.stringify(status).replaceAll('http://', 'https://')));
}

/** The gateway's Service with these ports, at 127.0.0.1. */
const kourierWith =
	(ports: object[], more: (object: KubernetesObject) => void = () => {}) =>
	(object: KubernetesObject): void => {
		more(object);
		if (!named(object, 'Service', 'kourier')) return;
		Object.assign(at(object, 'spec'), {ports});
		Object.assign(object, {status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}}});
	};

/** The Service of the gateway of the class contour, whose port leads to one of this machine; other paths are left alone. */
const contourAt =
	(port: number): NonNullable<RelayRules['answer']> =>
	({path: to}) =>
		to.endsWith('/namespaces/contour-external/services/envoy')
			? {
					status: 200,
					body: {
						kind: 'Service',
						apiVersion: 'v1',
						metadata: {name: 'envoy', namespace: 'contour-external'},
						spec: {ports: [{name: 'http', port}]},
						status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}},
					},
				}
			: undefined;

const pemOf = (label: string, what: string): string =>
	`-----BEGIN ${label}-----\n${what === '' ? '' : `${Buffer.from(what).toString('base64')}\n`}-----END ${label}-----\n`;

/** Its exit code. */
async function run(command: string, args: string[]): Promise<number> {
	const [code] = await once(spawn(command, args, {stdio: 'ignore'}), 'close');
	return Number(code);
}

const verify = async (file: string, ...args: string[]) =>
	runProgram(['verify', 'checkout', '--requests', '8', '--rate', '50', '--kubeconfig', file, ...args], {
		XDG_STATE_HOME: authority.directory,
	});

describe.skipIf(!hasOpenssl)('a gateway', () => {
	it.each(['TLSv1.2', 'TLSv1.3'] as const)(
		'that wants a certificate of its clients is not said to have closed a connection (%s)',
		async version => {
			const {port} = await gateway({
				tls: {
					...certificate(),
					ca: authority.pem,
					requestCert: true,
					rejectUnauthorized: true,
					minVersion: version,
					maxVersion: version,
				},
			});
			const args = ['--gateway', `https://127.0.0.1:${port}`, '--cacert', authority.file];
			const {code, output} = await verify(sandbox.kubeconfig, ...args);
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
		const {code, output} = await verify(file, '--cacert', authority.file);
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
			{SSL_CERT_FILE: authority.file},
		);
		expect(bySystem.code).toBe(0);
	});

	it('is believed by an authority that another one has signed, as curl does', async () => {
		const between = authority.issueAuthority('between');
		const secure = await gateway({tls: between.issue('below', ['DNS:*.default.example.com'])});
		const file = await kubeconfig({object: kourierWith([{name: 'https', port: secure.port}], withHttps)});
		expect((await verify(file, '--cacert', between.certFile)).code).toBe(0);
		expect((await verify(file, '--cacert', authority.file)).code).toBe(3);
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
		const authorities = path.join(authority.directory, 'authorities.pem');
		writeFileSync(authorities, file(authority.pem, other.pem));
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
			sandbox.kubeconfig,
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
		expect((await verify(file, '--gateway', `https://${place}`, '--cacert', authority.file)).code).toBe(0);
		expect((await verify(file, '--gateway', place, '--cacert', authority.file)).code).toBe(3);
		relay!.rules = {...relay!.rules, object: withHttps};
		expect((await verify(file, '--gateway', place, '--cacert', authority.file)).code).toBe(0);
	});

	it('that redirects http to https is asked where it speaks TLS, or it is said what to give', async () => {
		const {plain, secure, file} = await redirecting();
		expect((await verify(file, '--cacert', authority.file)).code).toBe(0);
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
		expect((await verify(file, '--gateway', place, '--cacert', authority.file)).code).toBe(0);
	});

	it('that redirects is told of by v, with where to, and asked over TLS by the next v', async () => {
		const {plain, secure, file} = await redirecting();
		await using terminal = openTerminal({
			command: process.execPath,
			args: [builtProgram, '--kubeconfig', file, '--cacert', authority.file],
			env: {XDG_STATE_HOME: authority.directory},
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
			return verify(sandbox.kubeconfig, '--gateway', `127.0.0.1:${plain.port}`);
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
		const agreed = await runProgram([
			...['verify', 'cart', '--kubeconfig', file, '--revision', '@canary', ...secret],
			...['--gateway', `http://127.0.0.1:${plain.port}`],
		]);
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
			env: {XDG_STATE_HOME: authority.directory},
		});
		await terminal.until(/▸ . cart /);
		const pane = await terminal.until(/▲ Asked in the clear/);
		expect(pane).toMatch(/is not checked\./);
		terminal.press('v');
		const sheet = await terminal.until(/Test request: cart[^]*200/);
		expect(sheet).toMatch(/▲ Asked in the clear, because the gateway has no TLS port/);
		terminal.press('esc', 'space');
		await terminal.until(/req\/s .*answers? .*in the clear/);
		await using linear = openLinear(['--kubeconfig', file], authority.directory);
		await linear.hear(/Gateway kourier at/);
		linear.type('verify');
		await linear.hear(/Asked in the clear, because the gateway has no TLS port[^]*Answer 200/);
	});

	it('is asked for another host where that is given, as of a DomainMapping', async () => {
		const plain = await gateway({answer: () => ({status: 200, body: 'mapped\n'})});
		const file = await kubeconfig({});
		await verify(file, '--gateway', `127.0.0.1:${plain.port}`, '--host', 'shop.example.org');
		expect(plain.seen.map(({host}) => host)).toContain('shop.example.org');
		expect((await verify(file, '--host', 'no host')).code).toBe(2);
	});

	it.each([
		['', 'shop.example.org', 'shop.example.org'],
		[
			', whose name has a hash where the host is too long for it',
			'a-shop-with-a-long-name.of-a-department-with-a-longer-one.example.org',
			// kmeta.ChildName (knative.dev/pkg) made this of it.
			'a-shop-with-a-long-name.of-a-de2f72759e4798767ca30e775e98eb0316',
		],
	])(
		'of a DomainMapping is that of its own Ingress%s, and speaks what its URL says',
		async (_, host, ingress) => {
			const wrong = await gateway({answer: () => ({status: 404})});
			const mapped = await gateway({
				tls: authority.issue('mapped', [`DNS:${host}`]),
				rewriteHost: 'checkout.default.example.com',
			});
			const own = await gateway();
			const door = {status: {loadBalancer: {ingress: [{ip: '127.0.0.1'}]}}};
			const objects: Record<string, object> = {
				[`/apis/serving.knative.dev/v1beta1/namespaces/default/domainmappings/${host}`]: {
					metadata: {name: host, namespace: 'default', uid: 'd-1'},
					spec: {ref: {kind: 'Service', name: 'checkout', namespace: 'default'}},
					status: {url: `https://${host}`, conditions: [{type: 'Ready', status: 'True'}]},
				},
				[`/apis/networking.internal.knative.dev/v1alpha1/namespaces/default/ingresses/${ingress}`]: {
					metadata: {
						name: ingress,
						annotations: {'networking.knative.dev/ingress.class': 'contour.ingress.networking.knative.dev'},
					},
					status: {
						publicLoadBalancer: {ingress: [{domainInternal: 'envoy.contour-external.svc.cluster.local'}]},
					},
				},
				'/api/v1/namespaces/contour-external/services/envoy': {
					metadata: {name: 'envoy', namespace: 'contour-external'},
					spec: {
						ports: [
							{name: 'http', port: wrong.port},
							{name: 'https', port: mapped.port},
						],
					},
					...door,
				},
			};
			const file = await kubeconfig({
				answer: ({path: to}) => (objects[to] ? {status: 200, body: objects[to]} : undefined),
				object: kourierWith([{name: 'http2', port: own.port}]),
			});
			const {code, output} = await verify(file, '--host', host, '--cacert', authority.file);
			expect(output).toContain(`default/checkout  https://${host} at 127.0.0.1:${mapped.port}`);
			expect(output).not.toContain('in the clear');
			expect(output).toMatch(/8 of 8 answered/);
			expect(code).toBe(0);
			const seen = mapped.seen.filter(each => !each.host.startsWith('kn-canary-'));
			expect(new Set(seen.map(each => `${each.host} ${each.serverName}`))).toEqual(
				new Set([`${host} ${host}`]),
			);
			expect(wrong.seen).toEqual([]);
			// Of cart, whose revisions have tags: those are hosts of the service itself.
			const tagged = await runProgram(
				['verify', 'cart', '--requests', '8', '--rate', '50', '--kubeconfig', file, '--host', host].concat(
					'--cacert',
					authority.file,
				),
				{XDG_STATE_HOME: authority.directory},
			);
			expect(tagged.output).not.toMatch(/teaches nothing/);
			expect(own.seen.map(each => each.host)).toContain('canary-cart.default.example.com');
		},
	);

	it('with an address of IPv6 is printed with brackets', async () => {
		const plain = await gateway({address: '::1'});
		const file = await kubeconfig({});
		const {code, output} = await verify(file, '--gateway', `[::1]:${plain.port}`);
		expect(code).toBe(0);
		expect(output).toContain(` at [::1]:${plain.port}`);
	});

	it('is found with rights in one namespace, from the Ingress of the service itself', async () => {
		const plain = await gateway();
		const asked: string[] = [];
		const file = await kubeconfig({
			answer(request) {
				const {method, path: to} = request;
				if (!/^\/apis?\//.test(to) || to.includes('selfsubject')) return undefined;
				asked.push(`${method} ${to}`);
				return to.includes('/namespaces/default/') ? undefined : forbiddenTo(request);
			},
			object(object) {
				if (!named(object, 'Ingress')) return;
				Object.assign(at(object, 'status'), {
					publicLoadBalancer: {ingress: [{ip: '127.0.0.1'}]},
				});
			},
		});
		// Port 80 of this machine is nobody's: the address is found, and it is said that nothing answers there.
		const {output} = await verify(file);
		expect(output).toMatch(/127\.0\.0\.1:80/);
		expect(asked.filter(line => !line.includes('/namespaces/'))).toEqual([]);
		expect((await verify(file, '--gateway', `127.0.0.1:${plain.port}`)).code).toBe(0);
	});

	it.each(['networking.knative.dev/ingress-class', 'networking.knative.dev/ingress.class'])(
		'of the class in the annotation %s is asked where the Ingress may not be read',
		async annotation => {
			const wrong = await gateway({answer: () => ({status: 404})});
			const right = await gateway();
			const edit = {own: true};
			const file = await kubeconfig({
				answer: request =>
					request.path.includes('/ingresses') ? forbiddenTo(request) : contourAt(right.port)(request),
				object: kourierWith([{name: 'http2', port: wrong.port}], object => {
					if (object['apiVersion'] !== 'serving.knative.dev/v1' || !edit.own) return;
					if (!named(object, 'Service', 'checkout')) return;
					Object.assign(at(object, 'metadata', 'annotations'), {
						[annotation]: 'contour.ingress.networking.knative.dev',
					});
				}),
			});
			expect((await verify(file)).code).toBe(0);
			expect(wrong.seen).toEqual([]);
			edit.own = false;
			const {code, output} = await verify(file);
			expect(code).toBe(3);
			expect(wrong.seen.length).toBeGreaterThan(0);
			expect(output).toMatch(
				/This is the gateway of the class kourier, the default of config-network, because the Ingress of the service cannot be read \(Ingress default\/checkout: .*ingresses.*\)\./,
			);
		},
	);

	it('of another class than the usual one of the cluster is the one that is asked', async () => {
		const wrong = await gateway({answer: () => ({status: 404})});
		const right = await gateway();
		const file = await kubeconfig({
			answer: contourAt(right.port),
			object: kourierWith([{name: 'http2', port: wrong.port}], object => {
				if (!named(object, 'Ingress', 'checkout')) return;
				Object.assign(at(object, 'metadata', 'annotations'), {
					'networking.knative.dev/ingress.class': 'contour.ingress.networking.knative.dev',
				});
				Object.assign(at(object, 'status'), {
					publicLoadBalancer: {ingress: [{domainInternal: 'envoy.contour-external.svc.cluster.local'}]},
				});
			}),
		});
		expect((await verify(file)).code).toBe(0);
		expect(wrong.seen).toEqual([]);
		expect(right.seen.length).toBeGreaterThan(7);
	});
});
