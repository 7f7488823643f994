/** The form that makes a revision of a Service, and the one for its autoscaling, which makes one too. */

import {autoscalingErrors, autoscalingSettings, settingOf, type AutoscalingKey} from './autoscaling.js';
import {errorsOf, type EnvRow, type Field, type FieldErrors} from './form.js';
import type {EnvChange, RevisionRequest} from './plan-revision.js';
import {stableTag} from './release.js';
import {concurrencyRule, envRule, imageRule, percentRule, tagRule} from './rules.js';
import type {ServiceView} from './service.js';

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
};

export type RevisionFieldId = keyof RevisionValues;

/** The tag the new revision gets unless another one is typed. */
export const canaryTag = 'canary';

/** In the order in which they are asked, with what the Service has now. */
export function revisionFields(view: ServiceView): Field<RevisionFieldId>[] {
	const initial = initialRevision(view);
	return [
		{
			id: 'env',
			label: 'Environment',
			kind: 'env list',
			initial: initial.env,
			group: 'basic',
			hint: 'NAME=value',
		},
		{id: 'image', label: 'Image', kind: 'text', initial: initial.image, group: 'basic', hint: ''},
		{
			id: 'percent',
			label: 'Traffic for it, %',
			kind: 'text',
			initial: initial.percent,
			group: 'basic',
			hint: '0: nothing moves until you split',
		},
		{
			id: 'newTag',
			label: 'Tag of the new one',
			kind: 'text',
			initial: initial.newTag,
			group: 'basic',
			hint: 'gives it a URL of its own, to try it in private',
		},
		{
			id: 'oldTag',
			label: 'Tag of the old one',
			kind: 'text',
			initial: initial.oldTag,
			group: 'basic',
			hint: 'marks where a rollback goes',
		},
		...autoscalingFields(view),
	];
}

/** The settings of autoscaling, with the cluster's default in the hint. `fallbacks` where the cluster's differ. */
export function autoscalingFields(
	view: ServiceView,
	fallbacks: Readonly<Partial<Record<AutoscalingKey, string>>> = {},
): Field<RevisionFieldId>[] {
	const initial = initialRevision(view);
	return [
		...autoscalingSettings.map((setting): Field<RevisionFieldId> => ({
			id: setting.key,
			label: setting.label,
			kind: 'text',
			initial: initial[setting.key],
			group: 'advanced',
			hint: `default ${fallbacks[setting.key] ?? setting.fallback}; ${setting.hint}`,
		})),
		{
			id: 'containerConcurrency',
			label: 'Concurrency, hard',
			kind: 'text',
			initial: initial.containerConcurrency,
			group: 'advanced',
			hint: 'default 0: none; never more per pod',
		},
	];
}

/** What the form starts with: the Service as it is, nothing for the new revision, tags canary and stable. */
export function initialRevision(view: ServiceView): RevisionValues {
	const settings = Object.fromEntries(
		autoscalingSettings.map(setting => [setting.key, settingOf(view.summary.autoscaling, setting) ?? '']),
	);
	return {
		'min-scale': settings['min-scale'] ?? '',
		'max-scale': settings['max-scale'] ?? '',
		'initial-scale': settings['initial-scale'] ?? '',
		metric: settings['metric'] ?? '',
		target: settings['target'] ?? '',
		'target-utilization-percentage': settings['target-utilization-percentage'] ?? '',
		window: settings['window'] ?? '',
		'scale-down-delay': settings['scale-down-delay'] ?? '',
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
	};
}

/** One clear sentence per field that the server would refuse; what the Service has already is not judged again. */
export function validateRevision(values: RevisionValues, view: ServiceView): FieldErrors<RevisionFieldId> {
	const before = initialRevision(view);
	const touched = (id: Exclude<RevisionFieldId, 'env'>) => values[id] !== before[id];
	const known = new Set(before.env.map(row => row.name));
	const names = values.env.map(row => row.name);
	const twice = names.find((name, index) => names.indexOf(name) !== index);
	const scale = autoscalingErrors(values);
	for (const key of autoscalingSettings.map(setting => setting.key)) {
		if (!touched(key) && !(key === 'max-scale' && touched('min-scale'))) delete scale[key];
	}
	return errorsOf<RevisionFieldId>({
		...scale,
		image: touched('image') ? imageRule(values.image) : undefined,
		env: twice === undefined ? envRule(names.filter(name => !known.has(name))) : envRule([twice, twice]),
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
	});
}

/** The difference to what the Service has, for `planRevision`. @throws RangeError when `validateRevision` objects. */
export function toRevisionRequest(values: RevisionValues, view: ServiceView): RevisionRequest {
	const [wrong] = Object.values(validateRevision(values, view));
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
	};
}

function envChanges(before: readonly EnvRow[], after: readonly EnvRow[]): EnvChange[] {
	const removed = before
		.filter(row => !after.some(candidate => candidate.name === row.name))
		.map((row): EnvChange => ({name: row.name, remove: true}));
	const set = after
		.filter(row => {
			const old = before.find(candidate => candidate.name === row.name);
			return row.source === undefined && (old?.source !== undefined || old?.value !== row.value);
		})
		.map((row): EnvChange => ({name: row.name, value: row.value}));
	return [...removed, ...set];
}
