import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, it} from 'vitest';
import {copiedFlags} from '../../../source/kube/auth/copied-flags.js';
import {connect} from '../../../source/kube/connect.js';

it('has the server that was given, a place for the token, and none of the secrets', () => {
	const given = {server: 'https://jo:s3cret@api.example:6443', token: 's3cret', as: 'bob'};
	expect(copiedFlags('prod', [], given)).toEqual([
		'--context',
		'prod',
		'--server',
		'https://api.example:6443',
		'--token',
		'$TOKEN',
		'--as',
		'bob',
	]);
});

it('has no context where no file has one: kubectl refuses one that it does not find', async () => {
	const server = 'https://api.example:6443';
	const home = '/nonexistent';
	const cluster = await connect({home, env: {}, overrides: {server}});
	await cluster.close();
	expect(cluster.flags).toEqual(['--server', server]);
});

const listed = (...files: string[]) => ({KUBECONFIG: files.join(path.delimiter)});

async function flagsWith(source: {kubeconfig?: string; env: Record<string, string>}) {
	const cluster = await connect({...source, home: '/nonexistent'});
	await cluster.close();
	return cluster.flags;
}

it('has what $KUBECONFIG named, as far as it is there: another shell has another one', async () => {
	const directory = await mkdtemp(path.join(tmpdir(), 'copied flags-'));
	const main = path.join(directory, 'main');
	const more = path.join(directory, 'more');
	const missing = path.join(directory, 'missing');
	try {
		const config = {
			'current-context': 'prod',
			contexts: [{name: 'prod', context: {cluster: 'c', user: 'u'}}],
			clusters: [{name: 'c', cluster: {server: 'http://127.0.0.1:1'}}],
			users: [{name: 'u', user: {}}],
		};
		await writeFile(main, JSON.stringify(config));
		await writeFile(more, '{}');
		const given = path.relative(process.cwd(), main);
		const context = ['--context', 'prod'];
		const alone = [...context, '--kubeconfig', main];
		expect(await flagsWith({env: listed(given)})).toEqual(alone);
		expect(await flagsWith({env: listed(missing, main)})).toEqual(alone);
		expect(await flagsWith({env: listed(more), kubeconfig: given})).toEqual(alone);
		expect(await flagsWith({env: listed(more, given)})).toEqual([
			`KUBECONFIG=${more}${path.delimiter}${main}`,
			...context,
		]);
	} finally {
		await rm(directory, {recursive: true});
	}
});
