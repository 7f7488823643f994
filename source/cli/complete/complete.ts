/** Answers a shell that asks what may stand at the cursor. It says nothing rather than something wrong, and soon. */
import * as v from 'valibot';
import type {Command} from 'commander';
import {connect, listContexts} from '../../kube/connect.js';
import type {Cluster} from '../../kube/cluster.js';
import {listAll} from '../../kube/list.js';
import {corePath, ofService, servingPath} from '../../kube/paths.js';
import {identityOf} from '../../kube/identity.js';
import {parseService} from '../../knative/service/service.js';
import {serviceState} from '../../knative/service/service-state.js';
import {splitOf} from '../../knative/split/split.js';
import {printable} from '../../knative/text/printable.js';
import {wantedAt, type CompletionCandidate, type FromCluster, type Wanted} from './candidates.js';

/** Milliseconds that somebody who has pressed Tab waits. */
const readTimeout = 3000;

/** As cobra's protocol has it, which kubectl speaks with plugins (spf13/cobra completions.go). */
const directives = {none: 4, open: 2 + 4, files: 16} as const;

/** Words that say how to get to the cluster, wherever they stand. */
const ways = v.object({
	kubeconfig: v.optional(v.string()),
	context: v.optional(v.string()),
	namespace: v.optional(v.string()),
});

function wayOf(words: readonly string[]): v.InferOutput<typeof ways> {
	const found: Record<string, string> = {};
	const names = new Map([
		['--kubeconfig', 'kubeconfig'],
		['--context', 'context'],
		['--namespace', 'namespace'],
		['-n', 'namespace'],
	]);
	for (const [index, word] of words.entries()) {
		const [flag = '', value = words[index + 1]] = word.split(/=(.*)/s);
		const name = names.get(flag);
		if (name !== undefined && value !== undefined && value !== '') found[name] = value;
	}
	return v.parse(ways, found);
}

/** Lines as cobra prints them: candidates with their meaning behind a tab, and a number that says what kind they are. */
export async function completionLines(program: Command, words: readonly string[]): Promise<string[]> {
	const wanted = wantedAt(program, words);
	const {list, directive} = await foundFor(wanted, words.slice(0, -1));
	const current = words.at(-1) ?? '';
	const lines = list
		.filter(({word}) => word.startsWith(current))
		.map(({word, about}) => (about === '' ? printable(word) : `${printable(word)}\t${printable(about)}`));
	return [...lines, `:${directive}`];
}

async function foundFor(
	wanted: Wanted,
	before: readonly string[],
): Promise<{list: readonly CompletionCandidate[]; directive: number}> {
	if (wanted.kind === 'candidates') return {list: wanted.candidates, directive: directives.none};
	if (wanted.kind === 'files') return {list: [], directive: directives.files};
	const way = wayOf(before);
	const signal = AbortSignal.timeout(readTimeout);
	try {
		if (wanted.kind === 'contexts') {
			const contexts = await listContexts(way.kubeconfig === undefined ? {} : {kubeconfig: way.kubeconfig});
			return {list: contexts.map(({name}) => ({word: name, about: ''})), directive: directives.none};
		}
		const cluster = await connect({
			...(way.kubeconfig !== undefined && {kubeconfig: way.kubeconfig}),
			...(way.namespace !== undefined && {namespace: way.namespace}),
			context: way.context,
			readOnly: true,
			requestTimeout: readTimeout,
		});
		try {
			const list = await asked(cluster, wanted, signal);
			const isOpen = 'suffix' in wanted && wanted.suffix !== '';
			return {list, directive: isOpen ? directives.open : directives.none};
		} finally {
			await cluster.close();
		}
	} catch {
		// Nobody reads what is said while a line is being typed.
		return {list: [], directive: directives.none};
	}
}

async function asked(
	cluster: Cluster,
	wanted: FromCluster,
	signal: AbortSignal,
): Promise<CompletionCandidate[]> {
	const {namespace} = cluster;
	const list = async (path: string, query = {}) => (await listAll(cluster, path, query, signal)) ?? [];
	switch (wanted.kind) {
		case 'namespaces':
			return (await list(corePath('namespaces'))).flatMap(item => named(item));
		case 'services':
			return (await list(servingPath('services', namespace))).flatMap(item => {
				const parsed = parseService(item);
				return parsed.ok ? [{word: parsed.value.name, about: serviceState(parsed.value).word}] : [];
			});
		case 'tags': {
			const {service: name} = wanted;
			const all = await list(servingPath('services', namespace));
			const parsed = all.map(item => parseService(item)).find(item => item.ok && item.value.name === name);
			if (!parsed?.ok) return [];
			return splitOf(parsed.value).flatMap(({tags, key}) => tags.map(word => ({word, about: key})));
		}
		case 'revisions': {
			const {service, suffix} = wanted;
			const revisions = await list(servingPath('revisions', namespace), ofService(service));
			const roles = ['@stable', '@canary', '@latest'].map(word => ({word, about: ''}));
			const newestFirst = revisions
				.flatMap(item => named(item))
				.toSorted((a, b) => (a.word < b.word ? 1 : -1));
			return [...newestFirst, ...roles].map(({word, about}) => ({word: `${word}${suffix}`, about}));
		}
	}
}

function named(item: unknown): CompletionCandidate[] {
	const name = identityOf(item)?.name;
	return name === undefined ? [] : [{word: name, about: ''}];
}
