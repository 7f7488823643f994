/** What `describe` says beside the release: the template and the conditions. Values of variables are not shown. Pure. */
import type {Facts} from '../../release/plan-facts.js';
import {resourcesOf} from '../../knative/revision/template.js';
import {age} from '../print/age.js';
import {textTable} from '../print/text-table.js';

/** Label and value in two columns, then a line for each condition. */
export function describedLines({service, now = Date.now()}: Facts): string[] {
	const {summary, template, conditions} = service;
	const facts = [
		['Image', summary.image],
		['Port', `${summary.port} (${summary.protocol})`],
		[
			'Environment',
			summary.env
				.map(({name, value, shown}) => (value === undefined ? `${name} (${shown})` : name))
				.join(', '),
		],
		['Autoscaling', [...summary.autoscaling].map(([key, value]) => `${key}=${value}`).join(', ')],
		[
			'Concurrency',
			summary.containerConcurrency === 0 ? '' : `at most ${summary.containerConcurrency} in one pod`,
		],
		[
			'Resources',
			[...resourcesOf(template.spec, summary.container)]
				.map(([name, value]) => `${name} ${value}`)
				.join(', '),
		],
		['Runs as', summary.serviceAccount],
		['Made by', service.creator ?? ''],
		['Changed by', service.lastModifier ?? ''],
		['Managed by', service.owners.map(({by}) => by).join(', ')],
		['Visible', service.clusterLocal ? 'in the cluster only' : ''],
		['Age', age(service.createdAt, now)],
	].filter(([, value]) => value !== '');
	const width = Math.max(...facts.map(([label = '']) => label.length));
	return [
		...facts.map(([label = '', value = '']) => `${label.padEnd(width)}  ${value}`),
		'',
		...textTable([
			['CONDITION', 'STATUS', 'AGE', 'REASON', 'MESSAGE'],
			...conditions.map(({type, status, since, reason, message}) => [
				type,
				status,
				age(since, now),
				reason ?? '',
				message ?? '',
			]),
		]),
	];
}
