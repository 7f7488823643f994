/** A line that is copied does the same, to the same cluster, wherever it is pasted. */
import {execFileSync} from 'node:child_process';
import {describe, expect, test} from 'vitest';
import {
	atCluster,
	copiedLines,
	coveredLine,
	isGuarded,
	knTrafficCommand,
	kubectlCreateCommand,
	kubectlDeleteCommand,
	kubectlMarkCommand,
	kubectlPatchCommand,
} from '../../../source/knative/commands/commands.js';
import {ownLine} from '../../../source/knative/commands/own-line.js';
import {trafficOperation} from '../../../source/knative/objects/patch.js';
import {splitOf} from '../../../source/knative/split/split.js';
import {serviceView} from '../objects.js';
import {argumentsOf, first} from './lines.js';

/** What a line pipes into kubectl, as the shell gives it on. */
const pipedBy = (shown: string) =>
	/^printf %s '(.*)' \| kubectl/.exec(shown)?.[1]?.replaceAll(`'\\''`, "'") ?? '';

describe('a line that is copied', () => {
	const view = serviceView();
	const patch = kubectlPatchCommand(view, [trafficOperation(splitOf(view))]);
	const kn = knTrafficCommand(view, splitOf(view), splitOf(view));
	const several = ["KUBECONFIG=/home/me/a b:/etc/it's", '--context', 'prod'];
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

	test.each([
		['kubectl', atCluster(patch, several)],
		['kubectl', atCluster(kubectlCreateCommand({metadata: {name: 'shop'}}), several)],
		['kn-canary', ownLine(['status', 'shop'], {namespace: 'default', flags: several})],
	])('of %s has several kubeconfigs in the environment of that program', (program, line) => {
		const script = `run() { sh -c 'printf "%s\\n" "$KUBECONFIG" "$*"' - "$@"; }\n${line.replace(`${program} --`, 'run --').replace(`${program} status`, 'run status')}`;
		const said = execFileSync('sh', ['-c', script], {encoding: 'utf8', env: {PATH: process.env['PATH']}});
		expect(said).toMatch(/^\/home\/me\/a b:\/etc\/it's\n/);
		expect(said).toContain('--context prod');
		expect(said.replace(/^.*\n/, '')).not.toContain('KUBECONFIG');
	});

	test('reads the token from a variable of the shell that it is pasted into, and nothing else', () => {
		const line = atCluster(kubectlDeleteCommand('ksvc', view), ['--context', '$TOKEN', '--token', '$TOKEN']);
		const said = execFileSync('sh', ['-c', `TOKEN='a b'\nkubectl() { printf '%s\\n' "$@"; }\n${line}`], {
			encoding: 'utf8',
		});
		expect(said.split('\n').slice(0, 4)).toEqual(['--context', '$TOKEN', '--token', 'a b']);
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
			`printf %s '{"metadata":{"name":"shop"},"env":[{"name":"DB","value":•••},{"name":"PORT","value":•••}]}' | kubectl create -f -`,
		);
	});

	test('that is shown without values, and pasted all the same, is nothing that kubectl could send', () => {
		const line = kubectlCreateCommand({metadata: {name: 'shop'}, env: [{name: 'DB', value: "it's"}]});
		expect(JSON.parse(pipedBy(line))).toMatchObject({env: [{name: 'DB', value: "it's"}]});
		expect(() => JSON.parse(pipedBy(coveredLine(line)))).toThrow(SyntaxError);
	});
});
