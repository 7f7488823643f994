import {describe, expect, test} from 'vitest';
import {
	knNotes,
	knTrafficCommand,
	kubectlDeleteCommand,
	kubectlForwardCommand,
	kubectlGetCommand,
	kubectlLogsCommand,
	kubectlMarkCommand,
	kubectlPatchCommand,
} from '../../../source/knative/commands/commands.js';
import {guard, trafficOperation} from '../../../source/knative/objects/patch.js';
import {latestKey, move, putTag, splitOf, takeOut} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';
import {argumentsOf, first} from './lines.js';

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
		expect(knNotes(tagged)).toEqual([]);
		const slight = move(before, first, 49);
		expect(knTrafficCommand(view, before, slight)).toContain(` --traffic ${first}=99,@latest=1`);
		const untagged = tagged.map(row => (row.key === latestKey ? {...row, tags: []} : row));
		expect(knNotes(untagged)).toEqual([`The kn command drops ${latestKey} (0 %, untagged).`]);
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
