/** The form that makes a Service: its fields, what is wrong with what was typed, and the object that results. */

import {autoscalingErrors} from '../autoscaling/autoscaling.js';
import {errorsOf, optional, type EnvRow, type Field, type FieldErrors} from './form.js';
import {
	concurrencyRule,
	cpuRule,
	envRowsRule,
	imageRule,
	labelRule,
	memoryRule,
	namesIn,
	namespaceRule,
	objectNameRule,
	portRule,
	pullSecretsRule,
} from './rules.js';
import {splitWords} from '../commands/shell-words.js';
import type {Protocol} from '../revision/template.js';
import type {Container, KnativeService} from '../objects/wire.js';

/** As typed: empty text leaves the setting to the cluster. */
export type ServiceValues = {
	namespace: string;
	name: string;
	image: string;
	protocol: Protocol;
	port: string;
	env: readonly EnvRow[];
	minScale: string;
	maxScale: string;
	/** Soft limit of requests at once in one pod. */
	target: string;
	/** Hard limit of requests at once in one pod. */
	containerConcurrency: string;
	cpu: string;
	memory: string;
	command: string;
	args: string;
	clusterLocal: boolean;
	serviceAccount: string;
	/** Comma-separated. */
	pullSecrets: string;
};

export type ServiceFieldId = keyof ServiceValues;

/** In the order in which they are asked. */
export function serviceFields({namespace = 'default'}: {namespace?: string} = {}): Field<ServiceFieldId>[] {
	const text = (id: ServiceFieldId, label: string, hint: string, initial = '') =>
		({id, label, kind: 'text', initial, hint}) as const;
	return [
		{...text('namespace', 'Namespace', '', namespace), group: 'basic'},
		{...text('name', 'Name', 'lower-case letters, digits and -'), group: 'basic'},
		{...text('image', 'Image', 'domain/namespace/image:tag'), group: 'basic'},
		{
			id: 'protocol',
			label: 'Protocol',
			kind: 'choice',
			choices: [
				{value: 'http', label: 'HTTP'},
				{value: 'grpc', label: 'gRPC'},
			],
			initial: 'http',
			group: 'basic',
			hint: 'gRPC is HTTP/2 without TLS (h2c)',
		},
		{...text('port', 'Port', '1 to 65535, where the container listens', '8080'), group: 'basic'},
		{id: 'env', label: 'Environment', kind: 'env list', initial: [], group: 'advanced', hint: 'NAME=value'},
		{...text('minScale', 'Min pods', '0 scales to zero'), group: 'advanced'},
		{...text('maxScale', 'Max pods', '0 is without limit'), group: 'advanced'},
		{...text('target', 'Concurrency, soft', 'aimed at per pod; 100 by default'), group: 'advanced'},
		{
			...text('containerConcurrency', 'Concurrency, hard', '0 = unlimited'),
			group: 'advanced',
		},
		{...text('cpu', 'CPU', 'cores: 0.5 or 500m'), group: 'advanced'},
		{...text('memory', 'Memory', 'bytes: 128Mi'), group: 'advanced'},
		{...text('command', 'Command', 'instead of the one of the image'), group: 'advanced'},
		{...text('args', 'Arguments', 'quotes as in a shell'), group: 'advanced'},
		{...text('serviceAccount', 'Service account', 'empty: default'), group: 'advanced'},
		{
			...text('pullSecrets', 'Pull secrets', 'Secrets for a private registry, comma-separated'),
			group: 'advanced',
		},
		{
			id: 'clusterLocal',
			label: 'Cluster-local only',
			kind: 'toggle',
			initial: false,
			group: 'advanced',
			hint: 'not on the external gateway',
		},
	];
}

/** What the form starts with. */
export function initialService({namespace = 'default'}: {namespace?: string} = {}): ServiceValues {
	return {
		namespace,
		name: '',
		image: '',
		protocol: 'http',
		port: '8080',
		env: [],
		minScale: '',
		maxScale: '',
		target: '',
		containerConcurrency: '',
		cpu: '',
		memory: '',
		command: '',
		args: '',
		clusterLocal: false,
		serviceAccount: '',
		pullSecrets: '',
	};
}

/** One clear sentence per field that the server would refuse; empty when it would take them all. */
export function validateService(values: ServiceValues): FieldErrors<ServiceFieldId> {
	const scale = autoscalingErrors({
		'min-scale': values.minScale,
		'max-scale': values.maxScale,
		target: values.target,
	});
	return errorsOf<ServiceFieldId>({
		namespace: namespaceRule(values.namespace),
		name: labelRule('The name', values.name),
		image: imageRule(values.image),
		port: portRule(values.port),
		env: envRowsRule(values.env),
		minScale: scale['min-scale'],
		maxScale: scale['max-scale'],
		target: scale.target,
		containerConcurrency: optional(values.containerConcurrency, concurrencyRule),
		cpu: optional(values.cpu, cpuRule),
		memory: optional(values.memory, memoryRule),
		command: wordsRule(values.command),
		args: wordsRule(values.args),
		serviceAccount: optional(values.serviceAccount, value => objectNameRule('The service account', value)),
		pullSecrets: pullSecretsRule(values.pullSecrets),
	});
}

function wordsRule(line: string): string | undefined {
	const words = splitWords(line);
	return words.ok ? undefined : words.reason;
}

/** The object to create. @throws RangeError when `validateService` finds anything wrong with the values. */
export function toService(values: ServiceValues): KnativeService {
	const [wrong] = Object.values(validateService(values));
	if (wrong !== undefined) throw new RangeError(wrong);
	const annotations = givenOf({
		'autoscaling.knative.dev/min-scale': values.minScale,
		'autoscaling.knative.dev/max-scale': values.maxScale,
		'autoscaling.knative.dev/target': values.target,
	});
	return {
		apiVersion: 'serving.knative.dev/v1',
		kind: 'Service',
		metadata: {
			name: values.name,
			namespace: values.namespace,
			...(values.clusterLocal && {labels: {'networking.knative.dev/visibility': 'cluster-local'}}),
		},
		spec: {
			template: {
				...(annotations && {metadata: {annotations}}),
				spec: {
					...(values.containerConcurrency !== '' && {
						containerConcurrency: Number(values.containerConcurrency),
					}),
					...(values.serviceAccount !== '' && {serviceAccountName: values.serviceAccount}),
					...(namesIn(values.pullSecrets).length > 0 && {
						imagePullSecrets: namesIn(values.pullSecrets).map(name => ({name})),
					}),
					containers: [containerOf(values)],
				},
			},
		},
	};
}

function containerOf(values: ServiceValues): Container {
	const command = splitWords(values.command);
	const args = splitWords(values.args);
	const limits = givenOf({cpu: values.cpu, memory: values.memory});
	return {
		image: values.image,
		ports: [{...(values.protocol === 'grpc' && {name: 'h2c'}), containerPort: Number(values.port)}],
		...(values.env.length > 0 && {env: values.env.map(({name, value}) => ({name, value}))}),
		...(command.ok && command.value.length > 0 && {command: command.value}),
		...(args.ok && args.value.length > 0 && {args: args.value}),
		...(limits && {resources: {limits}}),
	};
}

/** Only the entries that are not empty; undefined when there is none. */
function givenOf(entries: Readonly<Record<string, string>>): Record<string, string> | undefined {
	const given = Object.entries(entries).filter(([, value]) => value !== '');
	return given.length === 0 ? undefined : Object.fromEntries(given);
}
