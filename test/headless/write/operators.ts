/**
 * Operators, CI and kubectl on one sandbox, each machine with a history of its own. Time passes as the test says, for the
 * sandbox and for the commands: what a Revision records is told to the second.
 */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {onTestFinished, vi} from 'vitest';
import {readRevisions, readService} from '../../../source/headless/read/read-service.js';
import {
	release,
	type ReleaseDependencies,
	type ReleaseOptions,
} from '../../../source/headless/write/release-command.js';
import type {Result} from '../../../source/headless/write/apply-plan.js';
import {openHistoryFile} from '../../../source/journal/journal-file.js';
import {rejectedAnnotation} from '../../../source/knative/release/evidence/rejection.js';
import {rolloutInProgress, serviceState} from '../../../source/knative/service/service-state.js';
import type {ServiceView} from '../../../source/knative/service/service.js';
import type {SplitTarget} from '../../../source/knative/service/traffic-entries.js';
import type {Cluster} from '../../../source/kube/cluster.js';
import {servingPath} from '../../../source/kube/paths.js';
import {gatewayOf, openSandbox} from '../sandbox.js';

export const services = servingPath('services', 'default');

const container = (target: string) => ({
	image: 'registry.example.com/samples/helloworld-go:1',
	env: [{name: 'TARGET', value: target}],
});

/** A row of `spec.traffic` as it is written. */
const targetOf = ({revision, latest, percent, tag}: SplitTarget) => ({
	...(latest ? {latestRevision: true} : {revisionName: revision}),
	percent,
	...(tag !== undefined && {tag}),
});

type RunOptions = Partial<ReleaseOptions> & {
	machine?: string;
	compare?: ReleaseDependencies['compare'];
	/** Who is asked at a terminal, where `yes` is not given. */
	agree?: (word: string) => Promise<boolean>;
	/** The cluster as this operator may use it. */
	through?: (cluster: Cluster) => Cluster;
};

export type Operators = Awaited<ReturnType<typeof openOperators>>;

/** Ends with the test. */
export async function openOperators() {
	let time = Date.UTC(2026, 10, 26, 9, 0, 0);
	vi.useFakeTimers({toFake: ['Date'], now: time});
	onTestFinished(() => {
		vi.useRealTimers();
	});
	const directory = await mkdtemp(path.join(tmpdir(), 'kn-canary-operators-'));
	onTestFinished(async () => rm(directory, {recursive: true, force: true}));
	const {cluster, sandbox} = await openSandbox({seed: false});

	function pass(seconds: number): void {
		time += seconds * 1000;
		if (vi.isFakeTimers()) vi.setSystemTime(time);
	}

	async function service(name: string): Promise<ServiceView> {
		const read = await readService(cluster, 'default', name);
		if (!read.ok) throw new Error(read.reason);
		return read.service;
	}

	/** Once the controllers have done with it, as far as time has passed: it is ready, or will not be by itself. */
	async function settled(name: string): Promise<ServiceView> {
		for (;;) {
			const view = await service(name);
			// A gradual rollout goes on only when time passes.
			const isOver = ['ready', 'failed', 'serving'].includes(serviceState(view).kind);
			if (isOver || rolloutInProgress(view)) return view;
		}
	}

	/** A JSON merge patch of the spec, as whoever does not look before writes. */
	async function patch(name: string, spec: object): Promise<void> {
		const answer = await cluster.request({
			method: 'PATCH',
			path: `${services}/${name}`,
			contentType: 'application/merge-patch+json',
			body: {spec},
		});
		if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
		await settled(name);
		pass(60);
	}

	const create = async (name: string): Promise<void> => {
		const answer = await cluster.request({
			method: 'POST',
			path: services,
			body: {
				apiVersion: 'serving.knative.dev/v1',
				kind: 'Service',
				metadata: {name, namespace: 'default'},
				spec: {template: {spec: {containers: [container('one')]}}},
			},
		});
		if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
		await settled(name);
		pass(60);
	};

	/** As CI does it: another template, and the split as it is. */
	const deploy = async (name: string, target: string, image?: string) =>
		patch(name, {template: {spec: {containers: [{...container(target), ...(image && {image})}]}}});

	/** As kubectl does it: the whole list. `1=90#stable 2=10#canary`. */
	const split = async (name: string, words: string) =>
		patch(name, {
			traffic: words.split(' ').map(word => {
				const [share = '', tag] = word.split('#');
				const [number = '', percent = ''] = share.split('=');
				return {
					...(number === '@latest'
						? {latestRevision: true}
						: {revisionName: `${name}-${number.padStart(5, '0')}`}),
					percent: Number(percent),
					...(tag !== undefined && {tag}),
				};
			}),
		});

	/** A service with so many revisions, and this split of them, written once all are there. */
	async function madeOf(name: string, revisions: number, words?: string): Promise<void> {
		await create(name);
		if (words !== undefined) await split(name, '1=100');
		for (let number = 2; number <= revisions; number++) await deploy(name, `number ${number}`);
		if (words !== undefined) await split(name, words);
	}

	return {
		cluster,
		gateway: gatewayOf(sandbox),
		pass,
		patch,
		service,
		settled,
		revisions: async (name: string) => (await readRevisions(cluster, 'default', name)) ?? [],
		create,
		deploy,
		split,
		madeOf,
		/** `kn service update --traffic`: all others to 0 %, and rows without a tag go that end there. */
		kn: async (name: string, shares: Readonly<Record<number, number>>) => {
			const left = new Map(
				Object.entries(shares).map(([number, percent]) => [`${name}-${number.padStart(5, '0')}`, percent]),
			);
			const {specTraffic} = await service(name);
			const rows = specTraffic.flatMap(({revision, latest, tag}) => {
				const percent = latest ? 0 : (left.get(revision ?? '') ?? 0);
				if (!latest) left.delete(revision ?? '');
				return percent === 0 && tag === undefined ? [] : [targetOf({revision, latest, percent, tag})];
			});
			const added = [...left]
				.filter(([, percent]) => percent > 0)
				.map(([revisionName, percent]) => ({revisionName, percent}));
			return patch(name, {traffic: [...rows, ...added]});
		},
		/** `kn service update --untag TAG --tag REVISION=TAG`, of a tag that is there or not. */
		moveTag: async (name: string, number: number, tag: string) => {
			const revision = `${name}-${String(number).padStart(5, '0')}`;
			const {specTraffic} = await service(name);
			const rows = specTraffic
				.map(row => (row.tag === tag ? {...row, tag: undefined} : row))
				.filter(({percent, tag: kept}) => percent > 0 || kept !== undefined);
			const free = rows.findIndex(row => row.revision === revision && row.tag === undefined);
			const tagged = {revision, latest: false, percent: rows[free]?.percent ?? 0, tag};
			const after = free === -1 ? [...rows, tagged] : rows.with(free, tagged);
			return patch(name, {traffic: after.map(row => targetOf(row))});
		},
		/** Annotations of the Service itself; null takes one away. */
		annotate: async (name: string, annotations: Readonly<Record<string, string | null>>): Promise<void> => {
			const answer = await cluster.request({
				method: 'PATCH',
				path: `${services}/${name}`,
				contentType: 'application/merge-patch+json',
				body: {metadata: {annotations}},
			});
			if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
			await settled(name);
			pass(60);
		},
		/** Of a Revision, and of nothing else, as a colleague's `kubectl annotate` writes it. */
		markRejected: async (revision: string, why: string): Promise<void> => {
			const answer = await cluster.request({
				method: 'PATCH',
				path: servingPath('revisions', 'default', revision),
				contentType: 'application/merge-patch+json',
				body: {metadata: {annotations: {[rejectedAnnotation]: why}}},
			});
			if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
			pass(60);
		},
		splitOf: async (name: string): Promise<string> => {
			const {specTraffic} = await settled(name);
			return specTraffic
				.map(({revision, percent, tag}) => {
					const short = revision === undefined ? '@latest' : String(Number(revision.slice(-5)));
					return `${short}=${percent}${tag === undefined ? '' : `#${tag}`}`;
				})
				.join(' ');
		},
		/** The command, on a machine of its own. */
		run: async (
			verb: ReleaseOptions['verb'],
			name: string,
			{machine = 'nowhere', compare, agree, through = own => own, ...options}: RunOptions = {},
		): Promise<Result> => {
			const result = await release(
				{
					verb,
					namespace: 'default',
					service: name,
					shares: [],
					dryRun: false,
					yes: agree === undefined,
					production: false,
					reason: '',
					wait: 0,
					...options,
				},
				{
					cluster: through(cluster),
					history: openHistoryFile(path.join(directory, machine)),
					show() {},
					agree,
					progress() {},
					...(compare && {compare}),
				},
			);
			await settled(name);
			pass(60);
			return result;
		},
	};
}
