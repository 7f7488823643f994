/** `kn-canary get`: the services as kubectl lists them, with the split that users get and the state in words. */
import {TransportError, type ApiAnswer, type Cluster} from '../../kube/cluster.js';
import {listBounds, pageSize} from '../../kube/list.js';
import {identityOf, parseList, stampOf} from '../../kube/identity.js';
import {servingPath} from '../../kube/paths.js';
import {sentenceOf} from '../../kube/status.js';
import {findVisibleNamespaces} from '../../kube/visible-namespaces.js';
import {reflect} from '../../kube/watch/reflector.js';
import {tooDeep} from '../../knative/text/nesting.js';
import {printable} from '../../knative/text/printable.js';
import type {RevisionTrouble} from '../../knative/revision/revision-trouble.js';
import {readDomainMappings} from '../../kube/read-domain-mappings.js';
import type {DomainMapping} from '../../knative/service/domain-mapping.js';
import {plainReason} from '../../knative/release/plain-reason.js';
import {parseService, type ServiceView} from '../../knative/service/service.js';
import {serviceState} from '../../knative/service/service-state.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {visibleJson, type OutputStreams} from '../said.js';
import {podTroubles} from './read-pod-trouble.js';
import {age} from '../print/age.js';
import type {ReadFormat} from '../print/output-format.js';
import {textTable} from '../print/text-table.js';

export type GetOptions = {
	/** Services by name; all of them when none is given. */
	names: readonly string[];
	namespace: string;
	/** Over all namespaces that the operator may list. */
	allNamespaces: boolean;
	/** Namespaces that the kubeconfig speaks of, for who may not list those there are. */
	known?: () => Promise<readonly string[]>;
	/** A label selector, as kubectl takes it. */
	selector: string | undefined;
	/** Goes on and prints each change, until `signal`. */
	watch: boolean;
	format: ReadFormat;
	signal?: AbortSignal;
};

/** What the API server refused, in its words. */
class RefusedRead extends Error {
	override name = 'Refused';
}

async function read(cluster: Cluster, path: string, query?: Record<string, string>): Promise<ApiAnswer> {
	const answer = await cluster.request({method: 'GET', path, ...(query && {query})});
	if (answer.status !== 200) throw new RefusedRead(sentenceOf(answer));
	return answer;
}

async function listed(cluster: Cluster, path: string, selector: string | undefined): Promise<unknown[]> {
	const pages: (readonly unknown[])[] = [];
	const beyond = listBounds();
	let token = '';
	do {
		const answer = await read(cluster, path, {
			limit: String(pageSize),
			...(selector !== undefined && {labelSelector: selector}),
			...(token !== '' && {continue: token}),
		});
		const page = parseList(answer.body);
		if (!page) {
			throw new RefusedRead('The answer is no list of services: something else answers for the API server.');
		}
		const why = beyond(page);
		if (why !== undefined) throw new RefusedRead(`Not listed: ${why}.`);
		pages.push(page.items);
		token = page.continue;
	} while (token !== '');
	return pages.flat();
}

const others = '-n NAMESPACE lists those of another.';

/** What may be listed, and why that is not all there is. */
async function everywhere(
	cluster: Cluster,
	{namespace, selector, known = async () => []}: GetOptions,
): Promise<{items: unknown[]; note?: string}> {
	const visible = await findVisibleNamespaces(cluster, [...(await known()), namespace]);
	const list = async (name?: string) => listed(cluster, servingPath('services', name), selector);
	if (visible.kind === 'all') return {items: await list()};
	if (visible.names.length === 0) throw new RefusedRead(`${visible.sentence} ${others}`);
	const items: unknown[] = [];
	for (const name of visible.names) items.push(...(await list(name)));
	return {items, note: `${visible.sentence} ${others}`};
}

const headings = (options: GetOptions): string[] => [
	...(options.allNamespaces ? ['NAMESPACE'] : []),
	'NAME',
	'STATE',
	'SPLIT',
	'URL',
	'AGE',
	...(options.format.kind === 'wide' ? ['LATEST CREATED', 'LATEST READY', 'DOMAINS', 'IMAGE'] : []),
	'REASON',
];

/** `cart-00001=90,cart-00002=10`: what the route has, in the form that `split` takes; `?` where that is no whole split. */
function splitText({statusTraffic, splitDoubt}: ServiceView): string {
	if (splitDoubt !== undefined) return '?';
	const shares = statusTraffic.filter(({percent}) => percent > 0);
	return shares.length === 0
		? '<none>'
		: shares.map(({revision, percent}) => `${revision}=${percent}`).join(',');
}

/** The hosts of DomainMappings that are to lead to it, and which do not yet; a question mark where they may not be listed. */
function domainsText({namespace, name}: ServiceView, domains: readonly DomainMapping[] | undefined): string {
	if (!domains) return '?';
	const own = domains.filter(each => each.namespace === namespace && each.service === name);
	return own.length === 0
		? '<none>'
		: own.map(({host, ready}) => (ready ? host : `${host}(NotReady)`)).join(',');
}

type RowFacts = {
	now: number;
	troubles: ReadonlyMap<string, RevisionTrouble>;
	/** Only where they are shown. */
	domains: readonly DomainMapping[] | undefined;
};

function row(item: unknown, options: GetOptions, {now, troubles, domains}: RowFacts): string[] {
	const parsed = parseService(item);
	if (!parsed.ok) return headings(options).map((_, index) => (index === 0 ? printable(parsed.reason) : ''));
	const service = parsed.value;
	const trouble = troubles.get(service.uid);
	const word = trouble?.word ?? serviceState(service).word;
	return [
		...(options.allNamespaces ? [service.namespace] : []),
		service.name,
		word,
		splitText(service),
		service.url ?? '',
		age(service.createdAt, now),
		...(options.format.kind === 'wide'
			? [
					service.latestCreated ?? '<none>',
					service.latestReady ?? '<none>',
					domainsText(service, domains),
					service.summary.image,
				]
			: []),
		trouble?.sentence ?? plainReason(service),
	];
}

async function printed(
	cluster: Cluster,
	items: readonly unknown[],
	options: GetOptions,
	{heading = true} = {},
): Promise<string> {
	const {format, names} = options;
	if (format.kind === 'objects') {
		const [only] = items;
		const value =
			names.length === 1 && typeof only === 'object' && only !== null
				? only
				: {apiVersion: 'v1', kind: 'List', metadata: {resourceVersion: ''}, items};
		const why = tooDeep(value);
		if (why !== undefined) {
			const deep = items.find(item => tooDeep(item) !== undefined);
			throw new RefusedRead(`${printable(identityOf(deep)?.name ?? 'The list')} cannot be printed: ${why}.`);
		}
		return format.print(value, items);
	}
	const now = Date.now();
	const services = items.flatMap(item => {
		const parsed = parseService(item);
		return parsed.ok ? [parsed.value] : [];
	});
	const asked: RowFacts = {
		now,
		troubles: await podTroubles(cluster, services, now),
		domains: format.kind === 'wide' ? await domainsFor(cluster, options) : undefined,
	};
	const table = textTable([headings(options), ...items.map(item => row(item, options, asked))]);
	return table.slice(heading ? 0 : 1).join('\n');
}

async function domainsFor(
	cluster: Cluster,
	{allNamespaces, namespace, signal = new AbortController().signal}: GetOptions,
): Promise<readonly DomainMapping[] | undefined> {
	return readDomainMappings(cluster, allNamespaces ? undefined : namespace, signal);
}

/** Prints; 0, or 1 where the server refused, with its words on standard error. */
export async function getServices(
	cluster: Cluster,
	options: GetOptions,
	{stdout, stderr}: OutputStreams,
): Promise<ExitCode> {
	const {names, namespace, allNamespaces, selector} = options;
	const refused: string[] = [];
	let isSaid = false;
	const say = (text: string) => {
		const isWhole = text.endsWith('\n') || (options.format.kind === 'objects' && options.format.isExact);
		isSaid = true;
		if (text !== '') stdout.write(isWhole ? text : `${text}\n`);
	};
	const path = servingPath('services', allNamespaces ? undefined : namespace);
	// As all commands do with `-o json`: an object for who reads no words, where there is no other.
	const fail = (sentences: readonly string[]): ExitCode => {
		const isJson = options.format.kind === 'objects' && options.format.isJson === true;
		const exitCode = exitCodes.notMade;
		if (isJson && !isSaid) {
			stdout.write(`${visibleJson({exitCode, sentence: sentences.join('; ')}, 2)}\n`);
		} else stderr.write(sentences.map(sentence => `${sentence}\n`).join(''));
		return exitCode;
	};
	try {
		const items: unknown[] = [];
		if (names.length === 0 && allNamespaces && !options.watch) {
			const {items: found, note} = await everywhere(cluster, options);
			items.push(...found);
			if (note !== undefined) stderr.write(`${note}\n`);
		} else if (names.length === 0) items.push(...(await listed(cluster, path, selector)));
		for (const name of names) {
			try {
				items.push((await read(cluster, servingPath('services', namespace, name))).body);
			} catch (error) {
				if (!(error instanceof RefusedRead)) throw error;
				refused.push(error.message);
			}
		}
		if (items.length > 0 || options.format.kind === 'objects') {
			if (names.length === 0 || items.length > 0) say(await printed(cluster, items, options));
		} else if (names.length === 0 && !options.watch) {
			stderr.write(allNamespaces ? 'No services found.\n' : `No services found in namespace ${namespace}.\n`);
		}
		if (options.watch) {
			if (refused.length > 0) fail(refused.splice(0));
			const why = await follow(cluster, path, options, {said: items, say, stderr});
			if (why !== undefined) return fail([why]);
		}
	} catch (error) {
		if (!(error instanceof RefusedRead || error instanceof TransportError)) throw error;
		return fail([...refused, error.message]);
	}
	return refused.length === 0 ? exitCodes.done : fail(refused);
}

/**
 * Each change as it comes, after what was `said` already; also one that came between that and the first list of the watch.
 * Returns why it may not go on; undefined when it was ended.
 */
async function follow(
	cluster: Cluster,
	path: string,
	options: GetOptions,
	{
		said,
		say,
		stderr,
	}: {said: readonly unknown[]; say: (text: string) => void} & Pick<OutputStreams, 'stderr'>,
): Promise<string | undefined> {
	const {names, selector, signal} = options;
	const named = new Set(names);
	const versions = new Map(said.map(item => [stampOf(item).uid, stampOf(item).resourceVersion]));
	let turn = Promise.resolve();
	let trouble = '';
	let refused: string | undefined;
	const tell = (object: unknown) => {
		if (named.size > 0 && !named.has(identityOf(object)?.name ?? '')) return;
		const {uid, resourceVersion} = stampOf(object);
		if (versions.get(uid) === resourceVersion) return;
		versions.set(uid, resourceVersion);
		// One after the other, in the order of the changes.
		turn = turn.then(async () =>
			say(await printed(cluster, [object], {...options, names: ['one']}, {heading: false})),
		);
	};
	const reflector = reflect(
		cluster,
		{
			path,
			query: {
				...(selector !== undefined && {labelSelector: selector}),
				// Who has a right to one object may watch that one.
				...(names.length === 1 && {fieldSelector: `metadata.name=${names[0]}`}),
			},
		},
		{
			onState(state) {
				if (state.kind === 'live' || state.kind === 'connecting') return;
				if (state.kind === 'forbidden') {
					refused = `The services cannot be watched: ${state.why}.`;
					reflector.stop();
				} else if (state.why !== trouble) {
					stderr.write(`Not current: ${state.why}. Retrying.\n`);
				}
				trouble = state.why;
			},
			onChange(change) {
				if (change.type === 'put' || change.type === 'gone') tell(change.object);
				else for (const item of change.items) tell(item);
			},
		},
	);
	signal?.addEventListener('abort', () => reflector.stop(), {once: true});
	await reflector.done;
	await turn;
	return refused;
}
