/** `kn-canary create`, `revision create`, `scale`, `tag` and `delete`: from flags to what is wished for. */
import {splitTags} from '../../knative/split/tags.js';
import {initialService, type ServiceValues} from '../../knative/forms/service-form.js';
import type {RevisionValues} from '../../knative/forms/revision-form.js';
import {exitCodes, type ExitCode} from '../../headless/exit-codes.js';
import type {ObjectWish} from '../../headless/write/change-object.js';
import {parseEnvWords} from '../../headless/write/planned-object.js';
import type {WriteFlags} from '../../headless/write/run.js';
import {createUnderWay} from '../../release/under-way.js';
import {historyOf} from '../cluster-from-flags.js';
import {errorJson} from '../command-errors.js';
import type {ConsoleFlags} from '../flags.js';
import {isJson, onCluster} from './on-cluster.js';
import {terminalOf} from './run-release.js';

type ContainerFlags = {
	env?: readonly string[];
	concurrencyLimit?: string;
	scaleMin?: string;
	scaleMax?: string;
	scaleTarget?: string;
	serviceAccount?: string;
	pullSecret?: readonly string[];
};
type AutoscalingFlags = {
	scaleInit?: string;
	scaleActivation?: string;
	scaleMetric?: string;
	scaleUtilization?: string;
	scaleWindow?: string;
	scaleDownDelay?: string;
};
type NewRevisionFlags = {traffic: string; tag?: string; stableTag: string; from?: 'template' | 'users'};
export type CreateFlags = WriteFlags &
	ContainerFlags & {
		image: string;
		port: string;
		limit?: readonly string[];
		cmd?: string;
		arg?: string;
		clusterLocal?: true;
	};
export type RevisionFlags = WriteFlags &
	ContainerFlags &
	AutoscalingFlags &
	NewRevisionFlags & {image?: string};
export type ScaleFlags = WriteFlags &
	AutoscalingFlags &
	NewRevisionFlags & {min?: string; max?: string; target?: string; concurrencyLimit?: string};
export type TagFlags = WriteFlags & {untag?: readonly string[]};
export type DeleteFlags = WriteFlags & {revision?: string};

/** A wish, or what is wrong with the flags. */
type Wished =
	{ok: true; wish: (at: {namespace: string; service: string}) => ObjectWish} | {ok: false; reason: string};

/** Ends the process with an exit code of the table. */
async function run(
	service: string,
	{sandbox: _sandbox, ...common}: ConsoleFlags,
	flags: WriteFlags,
	wished: Wished,
): Promise<void> {
	const both = {...common, output: flags.output};
	if (!wished.ok) return refuse(both, wished.reason);
	const underWay = createUnderWay();
	await onCluster(
		both,
		async (commandContext): Promise<ExitCode> => {
			const {runObject} = await import('../../headless/write/run.js');
			return runObject({service, namespace: common.namespace}, wished.wish, flags, {
				cluster: commandContext.cluster,
				history: historyOf(),
				underWay,
				production: common.production,
				terminal: terminalOf(commandContext, both),
			});
		},
		{lastWords: underWay.lastWords},
	);
}

function refuse(flags: {output: string}, sentence: string): never {
	if (isJson(flags)) process.stdout.write(`${errorJson(exitCodes.usage, sentence)}\n`);
	else process.stderr.write(`error: ${sentence}\n`);
	process.exitCode = exitCodes.usage;
	process.exit();
}

/** `kn-canary create SERVICE`. Flags that cannot be read end it with a sentence and an exit code, before anything is asked. */
export async function runCreate(service: string, common: ConsoleFlags, flags: CreateFlags): Promise<void> {
	const env = parseEnvWords(flags.env ?? []);
	const limits = limitsOf(flags.limit ?? []);
	const port = /^(?:(?<protocol>h2c|http1?|grpc):)?(?<number>.*)$/.exec(flags.port)?.groups ?? {};
	const protocol = port['protocol'] === 'h2c' || port['protocol'] === 'grpc' ? 'grpc' : 'http';
	const wished = ((): Wished => {
		if (!env.ok) return env;
		if (!limits.ok) return limits;
		const {cpu = '', memory = ''} = limits.values;
		return {
			ok: true,
			wish: ({namespace, service: name}) => ({
				verb: 'create',
				values: {
					...initialService({namespace}),
					name,
					image: flags.image,
					protocol,
					port: port['number'] ?? '',
					env: env.changes.flatMap(change => ('remove' in change ? [] : [change])),
					minScale: flags.scaleMin ?? '',
					maxScale: flags.scaleMax ?? '',
					target: flags.scaleTarget ?? '',
					containerConcurrency: flags.concurrencyLimit ?? '',
					cpu,
					memory,
					command: flags.cmd ?? '',
					args: flags.arg ?? '',
					clusterLocal: flags.clusterLocal ?? false,
					serviceAccount: flags.serviceAccount ?? '',
					pullSecrets: (flags.pullSecret ?? []).join(', '),
				} satisfies ServiceValues,
			}),
		};
	})();
	await run(service, common, flags, wished);
}

function limitsOf(
	words: readonly string[],
): {ok: true; values: {cpu?: string; memory?: string}} | {ok: false; reason: string} {
	const values: {cpu?: string; memory?: string} = {};
	for (const word of words.flatMap(text => text.split(','))) {
		const [name, quantity = ''] = word.split(/=(.*)/s);
		if ((name !== 'cpu' && name !== 'memory') || quantity === '') {
			return {ok: false, reason: `--limit ${word}: give cpu=QUANTITY or memory=QUANTITY.`};
		}
		values[name] = quantity;
	}
	return {ok: true, values};
}

/** Only what was given. */
function given<Key extends string>(
	values: Readonly<Record<Key, string | undefined>>,
): Partial<Record<Key, string>> {
	const found: Partial<Record<Key, string>> = {};
	for (const key in values) {
		const value = values[key];
		if (value !== undefined) found[key] = value;
	}
	return found;
}

const scaling = (flags: AutoscalingFlags) =>
	given({
		'initial-scale': flags.scaleInit,
		'activation-scale': flags.scaleActivation,
		metric: flags.scaleMetric,
		'target-utilization-percentage': flags.scaleUtilization,
		window: flags.scaleWindow,
		'scale-down-delay': flags.scaleDownDelay,
	});

const placing = ({
	traffic,
	tag,
	stableTag,
}: NewRevisionFlags): Partial<Omit<RevisionValues, 'env' | 'base'>> => ({
	percent: traffic.replace(/%$/, ''),
	oldTag: stableTag,
	...(tag !== undefined && {newTag: tag}),
});

/** `kn-canary revision create SERVICE`: a template like that of `--from`, or of the latest, with what the flags change. */
export async function runRevision(
	service: string,
	common: ConsoleFlags,
	flags: RevisionFlags,
): Promise<void> {
	const env = parseEnvWords(flags.env ?? []);
	await run(service, common, flags, {
		...(env.ok
			? {
					ok: true,
					wish: () => ({
						verb: 'revision',
						action: 'create revision',
						from: flags.from,
						env: env.changes,
						values: {
							...placing(flags),
							...scaling(flags),
							...given({
								image: flags.image,
								'min-scale': flags.scaleMin,
								'max-scale': flags.scaleMax,
								target: flags.scaleTarget,
								containerConcurrency: flags.concurrencyLimit,
								serviceAccount: flags.serviceAccount,
								pullSecrets: flags.pullSecret?.join(', '),
							}),
						},
					}),
				}
			: env),
	});
}

/** `kn-canary scale SERVICE`: a revision that differs in its autoscaling alone. */
export async function runScale(service: string, common: ConsoleFlags, flags: ScaleFlags): Promise<void> {
	await run(service, common, flags, {
		ok: true,
		wish: () => ({
			verb: 'revision',
			action: 'autoscaling',
			from: flags.from,
			env: [],
			values: {
				...placing(flags),
				...scaling(flags),
				...given({
					'min-scale': flags.min,
					'max-scale': flags.max,
					target: flags.target,
					containerConcurrency: flags.concurrencyLimit,
				}),
			},
		}),
	});
}

/** `kn-canary tag SERVICE TAG=REVISION…`, and `--untag`. */
export async function runTag(
	service: string,
	words: readonly string[],
	common: ConsoleFlags,
	flags: TagFlags,
): Promise<void> {
	await run(service, common, flags, tagWish(words, flags.untag ?? []));
}

function tagWish(words: readonly string[], remove: readonly string[]): Wished {
	const pairs = words.map(word => word.split(/=(.*)/s));
	const [revision = ''] = pairs[0] ?? [];
	const other = pairs.find(([name]) => name !== revision);
	if (other) {
		return {ok: false, reason: `one revision at a time: ${revision} and ${other[0] ?? ''} are two.`};
	}
	const add = pairs.flatMap(([, tags]) => splitTags(tags ?? ''));
	if (add.length === 0 && remove.length === 0) {
		return {ok: false, reason: `no tag for ${revision}: give REVISION=TAG, or REVISION and --untag TAG.`};
	}
	return {ok: true, wish: () => ({verb: 'tag', revision, add, remove})};
}

/** `kn-canary delete SERVICE`: the service, or with `--revision` one of its revisions. */
export async function runDelete(service: string, common: ConsoleFlags, flags: DeleteFlags): Promise<void> {
	await run(service, common, flags, {ok: true, wish: () => ({verb: 'delete', revision: flags.revision})});
}
