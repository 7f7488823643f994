/** What a form would write, as lines for its review. Pure. */
import {
	initialRevision,
	type RevisionFieldId,
	type RevisionValues,
} from '../../knative/forms/revision-form.js';
import type {ServiceValues} from '../../knative/forms/service-form.js';
import type {ServiceView} from '../../knative/service/service.js';
import type {Fact, Plan} from '../../release/plan.js';

/** What a new Service will be. Values of variables are in `uncovered` alone: they may be secrets. */
export function serviceFacts(values: ServiceValues): Plan['facts'] {
	return [
		{label: 'Image', value: values.image},
		{label: 'Protocol', value: `${values.protocol === 'grpc' ? 'gRPC (h2c)' : 'HTTP'}, port ${values.port}`},
		{
			label: 'Environment',
			value: values.env.map(({name}) => name).join('  '),
			uncovered: values.env.map(({name, value}) => `${name}=${value}`).join('  '),
		},
		{label: 'Pods', value: range(values.minScale, values.maxScale)},
		{
			label: 'Concurrency',
			value: [
				values.target && `soft ${values.target}`,
				values.containerConcurrency && `hard ${values.containerConcurrency}`,
			]
				.filter(part => part !== '')
				.join(', '),
		},
		{
			label: 'Limits',
			value: [values.cpu && `CPU ${values.cpu}`, values.memory && `memory ${values.memory}`]
				.filter(part => part !== '')
				.join(', '),
		},
		{label: 'Command', value: [values.command, values.args].filter(part => part !== '').join(' ')},
		{label: 'Runs as', value: values.serviceAccount},
		{label: 'Pull secrets', value: values.pullSecrets},
		{label: 'Visible', value: values.clusterLocal ? 'in the cluster only' : ''},
		{label: 'Traffic', value: '100 % to the latest ready revision'},
	].filter(({value}) => value !== '');
}

function range(min: string, max: string): string {
	return min === '' && max === '' ? '' : `${min || '0'} to ${max === '' || max === '0' ? 'any number' : max}`;
}

/**
 * What the new revision has that the template does not: each variable that is new, changed or removed, and each other field
 * that differs.
 */
export function revisionFacts(values: RevisionValues, service: ServiceView): Plan['facts'] {
	const before = initialRevision(service);
	const facts: Fact[] = [];
	// What is lost is read first: it is nowhere on the form any more.
	for (const row of before.env) {
		if (!values.env.some(({name}) => name === row.name)) facts.push({label: row.name, value: 'removed'});
	}
	for (const row of values.env) {
		const old = before.env.find(({name}) => name === row.name);
		if (row.source !== undefined || old?.value === row.value) continue;
		facts.push({
			label: row.name,
			value: old === undefined ? 'new' : 'changed',
			uncovered: old === undefined ? `${row.value}  (new)` : `${old.source ?? old.value} → ${row.value}`,
		});
	}
	const plain = Object.keys(values).filter(
		(id): id is Exclude<RevisionFieldId, 'env' | 'percent' | 'newTag' | 'oldTag' | 'base'> =>
			!['env', 'percent', 'newTag', 'oldTag', 'base'].includes(id),
	);
	for (const id of plain) {
		if (values[id] === before[id]) continue;
		facts.push({label: id, value: `${before[id] || 'not set'} → ${values[id] || 'not set'}`});
	}
	return facts;
}
