import {execFileSync} from 'node:child_process';
import * as fc from '../../support/property.js';
import {describe, expect, test} from 'vitest';
import {
	atCluster,
	copiedLines,
	curlCommand,
	grpcurlCommand,
	knTrafficCommand,
	kubectlCreateCommand,
	kubectlDeleteCommand,
	kubectlPatchCommand,
} from '../../../source/knative/commands/commands.js';
import {guard, trafficOperation} from '../../../source/knative/objects/patch.js';
import {quoteWord, quoteWords, splitWords} from '../../../source/knative/commands/shell-words.js';
import {latestKey, move, putTag, splitOf, takeOut} from '../../../source/knative/split/split.js';
import {revisionName, serviceView} from '../objects.js';

const [first] = [revisionName(1)];

/** The arguments that a program gets when a real shell runs the line; every one is ended by a NUL. */
function argumentsOf(line: string): string[] {
	const script = `show() { printf '%s\\0' "$@"; }\nshow ${line}`;
	return execFileSync('sh', ['-c', script], {encoding: 'utf8'}).split('\0').slice(0, -1);
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
	] as const)('for %j %j', (endpoint, options, line) => {
		expect(curlCommand(host, endpoint, options)).toBe(line);
	});
});

test('grpcurl speaks to the gateway in the name of the host', () => {
	expect(grpcurlCommand(host, gateway)).toBe(
		`grpcurl -plaintext -authority ${host} 203.0.113.10:80 grpc.health.v1.Health/Check`,
	);
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
		const remove = kubectlDeleteCommand('ksvc', view);
		expect(copiedLines([remove])).toBe(remove);
	});
});
