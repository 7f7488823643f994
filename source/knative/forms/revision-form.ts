/** The form that makes a revision of a Service, and the one for its autoscaling, which makes one too. */

import {
	autoscalingErrors,
	autoscalingSettings,
	settingOf,
	stockLimits,
	type AutoscalingKey,
	type AutoscalingLimits,
	type AutoscalingSetting,
} from '../autoscaling/autoscaling.js';
import {errorsOf, type EnvRow, type Field, type FieldErrors} from './form.js';
import type {EnvChange, RevisionRequest} from '../revision/plan-revision.js';
import {canaryTag, stableTag} from '../release/verbs/role-tags.js';
import {
	concurrencyRule,
	envRowsRule,
	imageRule,
	namesIn,
	objectNameRule,
	percentRule,
	pullSecretsRule,
	tagRule,
} from './rules.js';
import type {ServiceView} from '../service/service.js';

/** As typed. An empty autoscaling setting is left to the cluster. */
export type RevisionValues = Record<AutoscalingKey, string> & {
	image: string;
	env: readonly EnvRow[];
	/** Share of the new revision. */
	percent: string;
	/** Empty: no tag. */
	newTag: string;
	oldTag: string;
	containerConcurrency: string;
	serviceAccount: string;
	/** Comma-separated. */
	pullSecrets: string;
	/** What the rest is a change of: the template, or what users run. */
	base: string;
};

/** That the template is not what users run, so that one has to say which of the two the new revision is made from. */
export type BaseOffer = {
	/** What users run. */
	revision: string;
	/** In few words: the image, and what is different beside it. */
	template: string;
	running: string;
	/** What has become of what the template made, where that failed users: `rejected at 12:04 by ann: 5xx`. */
	outcome: string | undefined;
};

export type RevisionFieldId = keyof RevisionValues;

/** In the order in which they are asked, with what the Service has now. */
export function revisionFields(view: ServiceView, offer?: BaseOffer): Field<RevisionFieldId>[] {
	const initial = initialRevision(view);
	return [
		...(offer ? [baseField(offer, initial)] : []),
		{id: 'image', label: 'Image', kind: 'text', initial: initial.image, group: 'basic', hint: ''},
		{
			id: 'env',
			label: 'Environment',
			kind: 'env list',
			initial: initial.env,
			group: 'basic',
			hint: 'NAME=value',
		},
		{
			id: 'percent',
			label: 'Initial traffic %',
			kind: 'text',
			initial: initial.percent,
			group: 'basic',
			hint: '0: nothing moves until you split',
		},
		{
			id: 'newTag',
			label: 'Canary tag',
			kind: 'text',
			initial: initial.newTag,
			group: 'basic',
			hint: 'gives it a URL of its own, to try it in private',
		},
		{
			id: 'oldTag',
			label: 'Stable tag',
			kind: 'text',
			initial: initial.oldTag,
			group: 'basic',
			hint: 'marks where a rollback goes',
		},
		...autoscalingSettings
			.filter(setting => !setting.tuning)
			.map((setting): Field<RevisionFieldId> => scalingField(setting, initial, 'advanced', 'default')),
		hardLimitField(initial, 'advanced'),
		{
			id: 'serviceAccount',
			label: 'Service account',
			kind: 'text',
			initial: initial.serviceAccount,
			group: 'advanced',
			hint: 'empty: default',
		},
		{
			id: 'pullSecrets',
			label: 'Pull secrets',
			kind: 'text',
			initial: initial.pullSecrets,
			group: 'advanced',
			hint: 'Secrets for a private registry, comma-separated',
		},
	];
}

function baseField({template, running, outcome}: BaseOffer, initial: RevisionValues): Field<RevisionFieldId> {
	return {
		id: 'base',
		label: 'Made from',
		kind: 'choice',
		choices: [
			{value: 'template', label: `template${outcome === undefined ? '' : `, ${outcome}`}: ${template}`},
			{value: 'users', label: `what users run: ${running}`},
		],
		initial: initial.base,
		group: 'basic',
		hint: 'space changes it; what you typed stays',
	};
}

function scalingField(
	{key, label, fallback, hint}: AutoscalingSetting,
	initial: RevisionValues,
	group: 'basic' | 'advanced',
	whose: string,
	value = fallback,
): Field<RevisionFieldId> {
	const field = {id: key, label, kind: 'text', initial: initial[key], group} as const;
	if (whose === 'default') return {...field, hint: `default ${value}; ${hint}`};
	return {...field, hint, aside: `${whose} ${value}`};
}

function hardLimitField(initial: RevisionValues, group: 'basic' | 'advanced'): Field<RevisionFieldId> {
	return {
		id: 'containerConcurrency',
		label: 'Concurrency, hard',
		kind: 'text',
		initial: initial.containerConcurrency,
		group,
		hint: '0 = unlimited (default)',
		...(group === 'basic' && {aside: 'default: 0'}),
	};
}

/**
 * The autoscaling sheet: every setting there is, with the cluster's default in the hint, and what becomes of the new
 * revision that applying makes.
 *
 * @param fallbacks The cluster's own defaults; undefined where they could not be read, and a stock cluster's are shown.
 */
export function autoscalingFields(
	view: ServiceView,
	fallbacks: Readonly<Partial<Record<AutoscalingKey, string>>> | undefined,
	offer?: BaseOffer,
): Field<RevisionFieldId>[] {
	const initial = initialRevision(view);
	const whose = fallbacks ? 'default:' : 'stock default:';
	const common = autoscalingSettings.filter(setting => !setting.tuning);
	const tuning = autoscalingSettings.filter(setting => setting.tuning);
	return [
		...(offer ? [baseField(offer, initial)] : []),
		...common.map(setting => scalingField(setting, initial, 'basic', whose, fallbacks?.[setting.key])),
		hardLimitField(initial, 'basic'),
		{
			id: 'percent',
			label: 'Initial traffic %',
			kind: 'text',
			initial: initial.percent,
			group: 'basic',
			hint: 'creates a new revision; 0: nothing moves until you split',
		},
		{
			id: 'newTag',
			label: 'Canary tag',
			kind: 'text',
			initial: initial.newTag,
			group: 'basic',
			hint: 'gives it a URL of its own',
		},
		...tuning.map(setting => scalingField(setting, initial, 'advanced', whose, fallbacks?.[setting.key])),
	];
}

/** What the form starts with: the Service as it is, nothing for the new revision, tags canary and stable. */
export function initialRevision(view: ServiceView): RevisionValues {
	const setting = (key: AutoscalingKey) => {
		const found = autoscalingSettings.find(candidate => candidate.key === key);
		return (found && settingOf(view.summary.autoscaling, found)) ?? '';
	};
	return {
		'min-scale': setting('min-scale'),
		'max-scale': setting('max-scale'),
		'initial-scale': setting('initial-scale'),
		metric: setting('metric'),
		target: setting('target'),
		'target-utilization-percentage': setting('target-utilization-percentage'),
		window: setting('window'),
		'scale-down-delay': setting('scale-down-delay'),
		'activation-scale': setting('activation-scale'),
		'scale-to-zero-pod-retention-period': setting('scale-to-zero-pod-retention-period'),
		'panic-window-percentage': setting('panic-window-percentage'),
		'panic-threshold-percentage': setting('panic-threshold-percentage'),
		'target-burst-capacity': setting('target-burst-capacity'),
		'metric-aggregation-algorithm': setting('metric-aggregation-algorithm'),
		class: setting('class'),
		image: view.summary.image,
		env: view.summary.env.map(entry =>
			entry.value === undefined
				? {name: entry.name, value: '', source: entry.shown}
				: {name: entry.name, value: entry.value},
		),
		percent: '0',
		newTag: canaryTag,
		oldTag: stableTag,
		containerConcurrency: String(view.summary.containerConcurrency),
		serviceAccount: view.summary.serviceAccount,
		pullSecrets: view.summary.pullSecrets.join(', '),
		base: 'template',
	};
}

/**
 * What was typed for one Service, carried over to another one of its name: what was changed stays as typed, all else
 * becomes as the other one has it, so that nothing is taken along that nobody asked for.
 */
export function carryOver(values: RevisionValues, from: ServiceView, to: ServiceView): RevisionValues {
	const before = initialRevision(from);
	const now = initialRevision(to);
	const kept: RevisionValues = {...now};
	for (const id of Object.keys(before)) {
		if (isText(id) && values[id] !== before[id]) kept[id] = values[id];
	}
	const changes = envChanges(before.env, values.env);
	const typed = new Map(changes.map(change => [change.name, change]));
	const isNew = ({name}: EnvChange) => !now.env.some(row => row.name === name);
	return {
		...kept,
		env: [
			...now.env.flatMap(row => rowsOf(typed.get(row.name) ?? row)),
			...changes.filter(change => isNew(change)).flatMap(change => rowsOf(change)),
			...values.env.filter(row => row.unfinished),
		],
	};
}

function isText(id: string): id is Exclude<RevisionFieldId, 'env'> {
	return id !== 'env';
}

function rowsOf(entry: EnvRow | EnvChange): EnvRow[] {
	return 'remove' in entry ? [] : [entry];
}

/** One clear sentence per field that the server would refuse; what the Service has already is not judged again. */
export function validateRevision(
	values: RevisionValues,
	view: ServiceView,
	limits: AutoscalingLimits = stockLimits,
): FieldErrors<RevisionFieldId> {
	const before = initialRevision(view);
	const touched = (id: Exclude<RevisionFieldId, 'env'>) => values[id] !== before[id];
	const known = new Set(before.env.map(row => row.name));
	const names = values.env.map(row => row.name);
	const twice = values.env.find(({name}, index) => names.indexOf(name) !== index);
	// What it has already is not judged again, unless by what was typed beside it.
	const typed = values.env.filter(row => row.unfinished || !known.has(row.name));
	const scale = autoscalingErrors(values, limits);
	for (const key of autoscalingSettings.map(setting => setting.key)) {
		if (!touched(key) && !(key === 'max-scale' && touched('min-scale'))) delete scale[key];
	}
	return errorsOf<RevisionFieldId>({
		...scale,
		image: touched('image') ? imageRule(values.image) : undefined,
		env: envRowsRule(twice === undefined || typed.some(row => row.unfinished) ? typed : [twice, twice]),
		percent: percentRule(values.percent),
		newTag: values.newTag === '' ? undefined : tagRule(values.newTag, view.name),
		oldTag:
			values.oldTag === ''
				? undefined
				: values.oldTag === values.newTag
					? 'The old revision cannot have the same tag as the new one.'
					: tagRule(values.oldTag, view.name),
		containerConcurrency: touched('containerConcurrency')
			? concurrencyRule(values.containerConcurrency)
			: undefined,
		serviceAccount:
			touched('serviceAccount') && values.serviceAccount !== ''
				? objectNameRule('The service account', values.serviceAccount)
				: undefined,
		pullSecrets: touched('pullSecrets') ? pullSecretsRule(values.pullSecrets) : undefined,
	});
}

/** The difference to what the Service has, for `planRevision`. @throws RangeError when `validateRevision` objects. */
export function toRevisionRequest(
	values: RevisionValues,
	view: ServiceView,
	limits: AutoscalingLimits = stockLimits,
): RevisionRequest {
	const [wrong] = Object.values(validateRevision(values, view, limits));
	if (wrong !== undefined) throw new RangeError(wrong);
	const before = initialRevision(view);
	const autoscaling: Record<string, string | undefined> = {};
	for (const {key} of autoscalingSettings) {
		if (values[key] !== before[key]) autoscaling[key] = values[key] === '' ? undefined : values[key];
	}
	return {
		env: envChanges(before.env, values.env),
		percent: Number(values.percent),
		autoscaling,
		...(values.image !== before.image && {image: values.image}),
		...(values.newTag !== '' && {newTag: values.newTag}),
		...(values.oldTag !== '' && {oldTag: values.oldTag}),
		...(values.containerConcurrency !== before.containerConcurrency && {
			containerConcurrency: Number(values.containerConcurrency),
		}),
		...(values.serviceAccount !== before.serviceAccount && {serviceAccount: values.serviceAccount}),
		...(values.pullSecrets !== before.pullSecrets && {pullSecrets: namesIn(values.pullSecrets)}),
	};
}

function envChanges(before: readonly EnvRow[], after: readonly EnvRow[]): EnvChange[] {
	const removed = before
		.filter(row => !after.some(candidate => candidate.name === row.name))
		.map((row): EnvChange => ({name: row.name, remove: true}));
	const set = after
		.filter(row => {
			const old = before.find(candidate => candidate.name === row.name);
			return (
				row.source === undefined && !row.unfinished && (old?.source !== undefined || old?.value !== row.value)
			);
		})
		.map((row): EnvChange => ({name: row.name, value: row.value}));
	return [...removed, ...set];
}
