import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import * as fc from '../../support/property.js';
import {describe, expect, onTestFinished, test} from 'vitest';
import {
	atCluster,
	copiedLines,
	coveredLine,
	curlCommand,
	droppedByKn,
	grpcurlCommand,
	isGuarded,
	knTrafficCommand,
	kubectlCreateCommand,
	kubectlDeleteCommand,
	kubectlForwardCommand,
	kubectlGetCommand,
	kubectlLogsCommand,
	kubectlMarkCommand,
	kubectlPatchCommand,
} from '../../../source/knative/commands/commands.js';
import {guard, trafficOperation} from '../../../source/knative/objects/patch.js';
import {askedBy} from '../../../source/knative/commands/identify-revisions.js';
import {quoteWord, quoteWords, splitWords} from '../../../source/knative/commands/shell-words.js';
import {latestKey, move, putTag, splitOf, takeOut} from '../../../source/knative/split/split.js';
import {revisionName, serviceView} from '../objects.js';

const [first] = [revisionName(1)];

/** The arguments that a program gets when a real shell runs the line; every one is ended by a NUL. */
function argumentsOf(line: string, env: Readonly<Record<string, string>> = {}): string[] {
	const script = `show() { printf '%s\\0' "$@"; }\nshow ${line}`;
	const options = {encoding: 'utf8', env: {...process.env, ...env}} as const;
	return execFileSync('sh', ['-c', script], options).split('\0').slice(0, -1);
}

const gateway = {host: '203.0.113.10', port: 80};
const host = 'helloworld-go.default.example.com';

describe('curl', () => {
	test.each([
		[gateway, {}, `curl -H 'Host: ${host}' http://203.0.113.10/`],
		[{host: '127.0.0.1', port: 8081}, {}, `curl -H 'Host: ${host}' http://127.0.0.1:8081/`],
		[{host: '2001:db8::1', port: 80}, {}, `curl -H 'Host: ${host}' 'http://[2001:db8::1]/'`],
		[gateway, {path: '/a?b=1&c=2'}, `curl -H 'Host: ${host}' 'http://203.0.113.10/a?b=1&c=2'`],
		[
			{...gateway, port: 443},
			{scheme: 'https'},
			`curl --connect-to ${host}:443:203.0.113.10:443 https://${host}/`,
		],
		[{...gateway, port: 443}, {}, `curl -H 'Host: ${host}' http://203.0.113.10:443/`],
		[
			{host: '2001:db8::1', port: 8443},
			{scheme: 'https', cacert: '/etc/my ca.pem', insecure: true},
			`curl --cacert '/etc/my ca.pem' --insecure --connect-to '${host}:443:[2001:db8::1]:8443' https://${host}/`,
		],
	] as const)('for %j %j', (endpoint, options, line) => {
		expect(curlCommand(host, endpoint, options)).toBe(line);
	});

	test('over TLS keeps the port that the host is asked with', () => {
		expect(curlCommand(`${host}:8443`, {...gateway, port: 30443}, {scheme: 'https'})).toBe(
			`curl --connect-to ${host}:8443:203.0.113.10:30443 https://${host}:8443/`,
		);
	});

	/** What curl is given, of a request with this header or body, by a real shell with TOKEN=secret in it. */
	const given = (request: Parameters<typeof curlCommand>[2]): string[] =>
		argumentsOf(curlCommand(host, gateway, request), {TOKEN: 'secret'}).slice(1);

	test.each([
		['Authorization: Bearer ${TOKEN}', 'Authorization: Bearer secret'],
		['Cookie: a=b; session=$TOKEN', 'Cookie: a=b; session=secret'],
		['X-Path: "`$TOKEN`" \\', 'X-Path: "`$TOKEN`" \\'],
		['X-Note: "quoted" $TOKEN \\', 'X-Note: "quoted" secret \\'],
		['X-Price: 5$', 'X-Price: 5$'],
		['X-At: me@example.com', 'X-At: me@example.com'],
	])('the header %s reaches the shell so that it becomes %s', (header, wanted) => {
		expect(given({headers: [header]})).toEqual(expect.arrayContaining(['-H', wanted]));
	});

	test('a header from a file is what is in the file, after a scheme of credentials too', () => {
		const folder = mkdtempSync(path.join(tmpdir(), 'kn-canary-commands-'));
		onTestFinished(() => rmSync(folder, {recursive: true}));
		const file = path.join(folder, "it's $TOKEN");
		writeFileSync(file, 'from-file\n');
		expect(given({headers: [`Authorization: Basic @${file}`, `X-$-Key: @${file}`]})).toEqual(
			expect.arrayContaining(['Authorization: Basic from-file', 'X-$-Key: from-file']),
		);
	});

	test('the method is said only where curl would take another one', () => {
		expect(given({})).not.toContain('-X');
		expect(given({method: 'GET', body: '{}'})).toEqual(expect.arrayContaining(['-X', 'GET']));
		expect(given({method: 'POST'})).toEqual(expect.arrayContaining(['-X', 'POST']));
		expect(given({method: 'POST', body: '{}'})).not.toContain('-X');
	});
});

test('grpcurl speaks to the gateway in the name of the host', () => {
	expect(grpcurlCommand(host, gateway)).toBe(
		`grpcurl -plaintext -authority ${host} 203.0.113.10:80 grpc.health.v1.Health/Check`,
	);
});

test('grpcurl calls the method that is asked for, by its file, over TLS that is believed by name', () => {
	const options = {
		method: 'shop.v1.Cart/Get',
		request: {id: "it's"},
		protoFile: 'my cart.proto',
		headers: ['X-Who: me'],
		scheme: 'https',
	} as const;
	const call = ['-authority', host, '203.0.113.10:443', 'shop.v1.Cart/Get'];
	const described = ['-proto', 'my cart.proto', '-d', `{"id":"it's"}`, '-H', 'X-Who: me', ...call];
	const endpoint = {...gateway, port: 443};
	expect(argumentsOf(grpcurlCommand(host, endpoint, options))).toEqual(['grpcurl', ...described]);
	expect(
		argumentsOf(grpcurlCommand(host, endpoint, {...options, cacert: '/ca.pem', insecure: true})),
	).toEqual(['grpcurl', '-cacert', '/ca.pem', '-insecure', ...described]);
	// Without TLS there is nothing to believe.
	const plain = grpcurlCommand(host, gateway, {cacert: '/ca.pem', insecure: true});
	expect(plain).toBe(grpcurlCommand(host, gateway));
});

test('kubectl gets the same operations, with the guard, through a real shell', () => {
	const view = serviceView();
	const operation = trafficOperation(splitOf(view));
	const line = kubectlPatchCommand(view, [operation], {context: "prod's"});
	const words = argumentsOf(line);
	expect(words.slice(0, -1)).toEqual([
		'kubectl',
		'--context',
		"prod's",
		'patch',
		'ksvc',
		'helloworld-go',
		'-n',
		'default',
		'--type=json',
	]);
	const json = words.at(-1)?.replace(/^-p=/, '') ?? '';
	expect(JSON.parse(json)).toEqual([...guard(view), operation]);
	expect(kubectlPatchCommand(view, [operation])).toBe(
		`kubectl patch ksvc helloworld-go -n default --type=json -p='[{"op":"test","path":"/metadata/uid","value":"${view.uid}"},` +
			'{"op":"test","path":"/metadata/generation","value":1},' +
			`{"op":"add","path":"/spec/traffic","value":[{"latestRevision":true,"percent":100}]}]'`,
	);
});

test('a patch with characters that a terminal acts on is shown without them and means the same', () => {
	const value = "it's \u001b[2J \u009b \u202e\u{e0061} 👩‍💻 \\ $HOME `id` \n";
	const line = kubectlPatchCommand(serviceView(), [{op: 'add', path: '/x', value}]);
	expect(/\p{Cc}|[\u202a-\u202e]/u.test(line)).toBe(false);
	const json = argumentsOf(line).at(-1)?.replace(/^-p=/, '') ?? '';
	expect(JSON.parse(json)).toContainEqual({op: 'add', path: '/x', value});
});

describe('kn', () => {
	const view = serviceView({
		ready: 2,
		traffic: [
			{revisionName: first, percent: 50, tag: 'stable'},
			{latestRevision: true, percent: 50, tag: 'canary'},
		],
	});
	const before = splitOf(view);

	test('names the shares', () => {
		expect(knTrafficCommand(view, before, move(before, first, 10))).toBe(
			`kn service update helloworld-go -n default --traffic ${first}=60,@latest=40`,
		);
	});

	test('names the tags that move', () => {
		expect(knTrafficCommand(view, before, putTag(before, first, 'canary'))).toBe(
			`kn service update helloworld-go -n default --traffic ${first}=50,@latest=50 ` +
				`--untag canary --tag ${first}=canary`,
		);
	});

	test('takes the tags of a row that is taken out away', () => {
		expect(knTrafficCommand(view, before, takeOut(before, latestKey).split)).toBe(
			`kn service update helloworld-go -n default --traffic ${first}=100 --untag canary`,
		);
	});

	test('leaves out a row at 0 %, and is said to drop it where no tag keeps it', () => {
		const tagged = move(before, first, 50);
		expect(knTrafficCommand(view, before, tagged)).toBe(
			`kn service update helloworld-go -n default --traffic ${first}=100`,
		);
		expect(droppedByKn(tagged)).toEqual([]);
		const slight = move(before, first, 49);
		expect(knTrafficCommand(view, before, slight)).toContain(` --traffic ${first}=99,@latest=1`);
		const untagged = tagged.map(row => (row.key === latestKey ? {...row, tags: []} : row));
		expect(droppedByKn(untagged)).toMatchObject([{key: latestKey, percent: 0}]);
	});

	test('says nothing of tags that stay where they are', () => {
		expect(knTrafficCommand(view, before, before)).toBe(
			`kn service update helloworld-go -n default --traffic ${first}=50,@latest=50`,
		);
	});
});

describe('kubectl', () => {
	const cart = {namespace: 'shop', name: 'cart'};
	const container = {pod: 'cart-00001-x', namespace: 'shop', container: 'user-container'};

	test.each([
		[kubectlForwardCommand({...cart, port: 80}, 8080), 'kubectl port-forward -n shop service/cart 8080:80'],
		[kubectlGetCommand('ksvc', cart), 'kubectl get ksvc cart -n shop -o yaml'],
		[
			kubectlGetCommand('revision', {...cart, name: 'cart-00001'}, {managedFields: true}),
			'kubectl get revision cart-00001 -n shop -o yaml --show-managed-fields',
		],
		[
			kubectlLogsCommand(container, {tail: 200, previous: false}),
			'kubectl logs cart-00001-x -n shop -c user-container --tail=200 -f',
		],
		[
			kubectlLogsCommand(container, {tail: 50, previous: true}),
			'kubectl logs cart-00001-x -n shop -c user-container --tail=50 --previous',
		],
		[
			kubectlDeleteCommand('revision', {...cart, name: 'cart-00001'}),
			'kubectl delete revision cart-00001 -n shop',
		],
	])('is given what it takes: %s', (line, wanted) => {
		expect(line).toBe(wanted);
	});

	test('marks the revision that was seen, and none that has taken its name', () => {
		const line = kubectlMarkCommand(
			{namespace: 'shop', revision: 'cart-00001', uid: 'u-1'},
			{why: "it's slow"},
		);
		const words = argumentsOf(line);
		expect(words.slice(0, -1)).toEqual('kubectl patch revision cart-00001 -n shop --type=merge'.split(' '));
		expect(JSON.parse(words.at(-1)?.replace(/^-p=/, '') ?? '')).toEqual({
			metadata: {uid: 'u-1', annotations: {why: "it's slow"}},
		});
	});
});

test.each([
	['http', undefined, 'http'],
	['http', {method: 'a.B/C'}, 'http'],
	['grpc', undefined, 'health check'],
	['grpc', {method: 'a.B/C'}, 'grpc method'],
] as const)('asked by %s with the call %j it is asked by %s', (protocol, call, wanted) => {
	expect(askedBy(protocol, call)).toBe(wanted);
});

describe('shell words', () => {
	const word = fc.string({unit: 'grapheme'}).filter(text => !text.includes('\0'));

	test('a shell gets exactly what was quoted', () => {
		const words = [
			'',
			' ',
			"it's",
			'"',
			'$HOME',
			'`id`',
			'\\',
			'~',
			'*',
			'a\nb',
			'-n',
			'a=b',
			'!x',
			'#',
			'世界 👍',
		];
		expect(argumentsOf(quoteWords(words))).toEqual(words);
		expect(quoteWord('a/b:c=1,d%e@f+g.h-i_j')).toBe('a/b:c=1,d%e@f+g.h-i_j');
	});

	test('what is quoted is read back as it was', () => {
		fc.assert(
			fc.property(fc.array(word, {maxLength: 5}), words => {
				expect(splitWords(quoteWords(words))).toEqual({ok: true, value: words});
			}),
		);
	});

	test.each([
		'a b  c',
		`a'b c'd "e f" g\\ h`,
		String.raw`"a\"b\\c\d\$e"`,
		`'' "" x`,
		String.raw`--flag='it'\''s' "two words"`,
		'  a\tb ',
	])('%s is read as a real shell reads it', line => {
		expect(splitWords(line)).toEqual({ok: true, value: argumentsOf(line)});
	});

	test.each([
		["a 'b", "A ' is opened and not closed."],
		['a "b', 'A " is opened and not closed.'],
		['a \\', 'A \\ at the end quotes nothing.'],
	])('%s is refused', (line, reason) => {
		expect(splitWords(line)).toEqual({ok: false, reason});
	});
});

test('curl gets method, headers and body as they were said, and secrets stay named', () => {
	const command = curlCommand(
		'shop.default.example.com',
		{host: '10.0.0.1', port: 80},
		{
			method: 'PUT',
			headers: ["X-Who: it's me", 'Authorization: Bearer $TOKEN', 'X-Key: @key file.txt'],
			body: '@body.json',
		},
	);
	expect(command).toBe(
		String.raw`curl -X PUT -H 'X-Who: it'\''s me' -H "Authorization: Bearer $TOKEN" -H "X-Key: $(cat 'key file.txt')" --data-binary @body.json -H 'Host: shop.default.example.com' http://10.0.0.1/`,
	);
	expect(curlCommand('h', {host: '10.0.0.1', port: 80}, {method: 'POST', body: 'a b'})).toBe(
		"curl --data-binary 'a b' -H 'Host: h' http://10.0.0.1/",
	);
});

describe('a line that is copied', () => {
	const view = serviceView();
	const patch = kubectlPatchCommand(view, [trafficOperation(splitOf(view))]);
	const kn = knTrafficCommand(view, splitOf(view), splitOf(view));
	const flags = ['--context', "it's\nstaging $(x)", '--kubeconfig', '/home/me/a b/config'];

	test.each([
		['kubectl', patch],
		['kn', kn],
		['kubectl', kubectlDeleteCommand('ksvc', view)],
	])('of %s leads to the same cluster through a real shell, wherever it is pasted', (program, line) => {
		const words = argumentsOf(atCluster(line, flags));
		expect(words.slice(0, 5)).toEqual([program, ...flags]);
		expect(words.slice(5)).toEqual(argumentsOf(line).slice(1));
	});

	test('of an object that is piped in, too, whatever is in the object', () => {
		const object = {metadata: {name: "a'b | kubectl delete"}};
		const line = atCluster(kubectlCreateCommand(object), flags);
		const script = `kubectl() { cat; printf '%s\\0' "$@"; }\n${line}`;
		const said = execFileSync('sh', ['-c', script], {encoding: 'utf8'});
		expect(said.startsWith(JSON.stringify(object))).toBe(true);
		expect(said.slice(JSON.stringify(object).length).split('\0').slice(0, -1)).toEqual([
			...flags,
			'create',
			'-f',
			'-',
		]);
	});

	test('is the one that is guarded, where one is: two that do the same would both be run', () => {
		expect(copiedLines([patch, kn])).toBe(patch);
		expect(copiedLines([kn, patch])).toBe(patch);
		const remove = kubectlDeleteCommand('ksvc', view);
		expect(copiedLines([remove])).toBe(remove);
		expect(copiedLines([kn, remove])).toBe(kn);
	});

	test('of several that are guarded each runs only after the one before it was done', () => {
		const mark = kubectlMarkCommand({namespace: 'shop', revision: first, uid: 'u-1'}, {why: 'slow'});
		expect(copiedLines([patch, kn, mark])).toBe(`${patch} &&\n${mark}`);
	});

	test('is guarded where the cluster refuses it for an object that is another or was changed', () => {
		const mark = kubectlMarkCommand({namespace: 'shop', revision: first, uid: 'u-1'}, {why: 'slow'});
		const create = kubectlCreateCommand({metadata: {name: 'shop'}});
		const lines = [patch, mark, create, kn, kubectlDeleteCommand('ksvc', view)];
		expect(lines.map(line => isGuarded(line))).toEqual([true, true, true, false, false]);
	});

	test('is shown without the values of variables, and with all else', () => {
		const env = [
			{name: 'DB', value: 'a "secret" \\'},
			{name: 'PORT', value: '80'},
		];
		const line = kubectlCreateCommand({metadata: {name: 'shop'}, env});
		expect(coveredLine(line)).toBe(
			`printf %s '{"metadata":{"name":"shop"},"env":[{"name":"DB","value":"•••"},{"name":"PORT","value":"•••"}]}' | kubectl create -f -`,
		);
	});
});
