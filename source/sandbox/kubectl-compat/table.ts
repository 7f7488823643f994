/**
 * Lists as tables, with the columns of the CRDs and of kubectl's own printers.
 *
 * Sources: knative/serving config/core/300-resources (additionalPrinterColumns), kubernetes
 * pkg/printers/internalversion/printers.go, apiextensions-apiserver pkg/registry/customresource/tableconvertor.
 */
import type {Resource, StoredObject} from '../shared-store.js';
import {ageOf} from './table-age.js';
import {partial, type IncludeObject, type ListMetadata} from './partial-object.js';
import {at, listOf, objectOf, objectsOf, stringOf} from '../api/body/json.js';

type PrintColumn = {
	name: string;
	type: 'string' | 'integer';
	description: string;
	/** Columns above 0 are shown by `-o wide` only. */
	priority?: number;
	cell: (object: StoredObject, now: number) => unknown;
};

/** A column of a CRD, with the JSON path it is declared by. */
function declared(
	name: string,
	jsonPath: string,
	cell: (object: StoredObject) => unknown,
	type: PrintColumn['type'] = 'string',
): PrintColumn {
	return {
		name,
		type,
		description: `Custom resource definition column (in JSONPath format): ${jsonPath}`,
		// An absent value is an empty cell.
		cell: object => cell(object) ?? null,
	};
}

function fromStatus(name: string, field: string, type: PrintColumn['type'] = 'string'): PrintColumn {
	return declared(name, `.status.${field}`, object => at(object.status, field), type);
}

function fromReady(name: string, field: string): PrintColumn {
	return declared(name, `.status.conditions[?(@.type=='Ready')].${field}`, object => {
		const ready = objectsOf(at(object.status, 'conditions')).find(({type}) => type === 'Ready');
		return ready?.[field];
	});
}

function fromLabel(name: string, label: string): PrintColumn {
	return declared(
		name,
		`.metadata.labels['${label.replaceAll('.', '\\.')}']`,
		object => object.metadata.labels?.[label],
	);
}

function own(name: string, description: string, cell: PrintColumn['cell'], priority = 0): PrintColumn {
	return {name, type: 'string', description, priority, cell};
}

const age = own(
	'Age',
	'CreationTimestamp is a timestamp representing the server time when this object was created.',
	(object, now) => ageOf(object.metadata.creationTimestamp, now),
);
const ready = [fromReady('Ready', 'status'), fromReady('Reason', 'reason')];
const latest = [
	fromStatus('LatestCreated', 'latestCreatedRevisionName'),
	fromStatus('LatestReady', 'latestReadyRevisionName'),
];

const columns: Record<string, PrintColumn[]> = {
	'serving.knative.dev/services': [fromStatus('URL', 'url'), ...latest, ...ready],
	'serving.knative.dev/configurations': [...latest, ...ready],
	'serving.knative.dev/routes': [fromStatus('URL', 'url'), ...ready],
	'serving.knative.dev/revisions': [
		fromLabel('Config Name', 'serving.knative.dev/configuration'),
		fromLabel('Generation', 'serving.knative.dev/configurationGeneration'),
		...ready,
		fromStatus('Actual Replicas', 'actualReplicas', 'integer'),
		fromStatus('Desired Replicas', 'desiredReplicas', 'integer'),
	],
	'networking.internal.knative.dev/ingresses': ready,
	'networking.internal.knative.dev/serverlessservices': [
		declared('Mode', '.spec.mode', object => at(object.spec, 'mode')),
		declared('Activators', '.spec.numActivators', object => at(object.spec, 'numActivators'), 'integer'),
		fromStatus('ServiceName', 'serviceName'),
		fromStatus('PrivateServiceName', 'privateServiceName'),
		...ready,
	],
	'autoscaling.internal.knative.dev/podautoscalers': [
		fromStatus('DesiredScale', 'desiredScale', 'integer'),
		fromStatus('ActualScale', 'actualScale', 'integer'),
		...ready,
	],
	'apps/deployments': [
		own(
			'Ready',
			'Number of the pod with ready state',
			object => `${count(object.status, 'readyReplicas')}/${count(object.spec, 'replicas')}`,
		),
		own('Up-to-date', 'Pods of the newest template', object => count(object.status, 'updatedReplicas')),
		own('Available', 'Pods that are available', object => count(object.status, 'availableReplicas')),
		age,
	],
	'apps/replicasets': [
		own('Desired', 'Number of desired pods.', object => count(object.spec, 'replicas')),
		own('Current', 'Pods there are.', object => count(object.status, 'replicas')),
		own('Ready', 'Pods that are ready.', object => count(object.status, 'readyReplicas')),
		age,
	],
	'/namespaces': [
		own('Status', 'The status of the namespace', object => at(object.status, 'phase') ?? ''),
		age,
	],
	'/configmaps': [
		own(
			'Data',
			'Number of data entries',
			object =>
				Object.keys(objectOf(object['data'])).length + Object.keys(objectOf(object['binaryData'])).length,
		),
		age,
	],
	'/secrets': [
		own('Type', 'Used to facilitate programmatic handling of secret data.', object => object['type'] ?? ''),
		own('Data', 'Number of data entries', object => Object.keys(objectOf(object['data'])).length),
		age,
	],
	'/pods': [
		own('Ready', 'The aggregate readiness state of this pod for accepting traffic.', readyContainers),
		own('Status', 'The aggregate status of the containers in this pod.', podPhase),
		own('Restarts', 'The number of times the containers in this pod have been restarted.', restarts),
		age,
		own('IP', 'The IP address of the pod.', object => at(object.status, 'podIP') ?? '<none>', 1),
		own('Node', 'The node the pod runs on.', object => at(object.spec, 'nodeName') ?? '<none>', 1),
	],
	'/services': [
		own('Type', 'The type of the service.', object => at(object.spec, 'type') ?? 'ClusterIP'),
		own('Cluster-IP', 'The address within the cluster.', object => at(object.spec, 'clusterIP') ?? '<none>'),
		own('External-IP', 'The address from outside.', externalAddress),
		own('Port(s)', 'The ports of the service.', servicePorts),
		age,
		own('Selector', 'The labels of the pods behind the service.', selectorText, 1),
	],
	'/events': [
		own('Last Seen', 'Time when this event was last observed', (object, now) =>
			ageOf(object['lastTimestamp'] ?? object['eventTime'] ?? object.metadata.creationTimestamp, now),
		),
		own('Type', 'Type of this event (Normal, Warning)', object => object['type'] ?? ''),
		own('Reason', 'The reason of the transition', object => object['reason'] ?? ''),
		own('Object', 'The object this event is about', object => {
			const {kind, name} = objectOf(object['involvedObject']);
			return `${stringOf(kind).toLowerCase()}/${stringOf(name)}`;
		}),
		own('Message', 'What happened', object => stringOf(object['message']).trim()),
	],
};

function count(part: unknown, field: string): number {
	const value = at(part, field);
	return typeof value === 'number' ? value : 0;
}

function readyContainers(object: StoredObject): string {
	const containers = objectsOf(at(object.status, 'containerStatuses'));
	const total = listOf(at(object.spec, 'containers')).length || containers.length;
	return `${containers.filter(container => container['ready'] === true).length}/${total}`;
}

function podPhase(object: StoredObject): string {
	if (object.metadata.deletionTimestamp !== undefined) {
		return 'Terminating';
	}

	for (const container of objectsOf(at(object.status, 'containerStatuses'))) {
		const reason =
			stringOf(at(container, 'state', 'waiting', 'reason')) ||
			stringOf(at(container, 'state', 'terminated', 'reason'));
		if (reason !== '') {
			return reason;
		}
	}

	return stringOf(at(object.status, 'reason')) || stringOf(at(object.status, 'phase')) || 'Unknown';
}

function restarts(object: StoredObject): string {
	const counts = objectsOf(at(object.status, 'containerStatuses')).map(({restartCount}) =>
		typeof restartCount === 'number' ? restartCount : 0,
	);
	return String(counts.reduce((sum, number) => sum + number, 0));
}

function externalAddress(object: StoredObject): string {
	const type = at(object.spec, 'type');
	if (type === 'ExternalName') {
		return stringOf(at(object.spec, 'externalName'));
	}

	const addresses = objectsOf(at(object.status, 'loadBalancer', 'ingress'))
		.map(({ip, hostname}) => stringOf(ip) || stringOf(hostname))
		.filter(address => address !== '');
	if (addresses.length > 0) {
		return addresses.join(',');
	}

	return type === 'LoadBalancer' ? '<pending>' : '<none>';
}

function servicePorts(object: StoredObject): string {
	const ports = objectsOf(at(object.spec, 'ports')).map(({port, nodePort, protocol}) => {
		const node = typeof nodePort === 'number' ? `:${nodePort}` : '';
		return `${String(port)}${node}/${stringOf(protocol) || 'TCP'}`;
	});
	return ports.join(',') || '<none>';
}

function selectorText(object: StoredObject): string {
	const pairs = Object.entries(objectOf(at(object.spec, 'selector'))).map(
		([key, value]) => `${key}=${String(value)}`,
	);
	return pairs.join(',') || '<none>';
}

const nameColumn = {
	name: 'Name',
	type: 'string',
	format: 'name',
	description:
		'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
	priority: 0,
};

export type TableOptions = {
	/** Of meta.k8s.io. */
	version: string;
	metadata: ListMetadata;
	includeObject: IncludeObject;
	now: number;
	/** In a watch only the first table says what its columns are. */
	withoutHeaders?: boolean;
};

/** The objects as a `meta.k8s.io` Table, one row each. */
export function tableOf(resource: Resource, objects: StoredObject[], options: TableOptions): unknown {
	const {version, metadata, includeObject, now, withoutHeaders = false} = options;
	const ownColumns = columns[`${resource.group}/${resource.plural}`] ?? [age];
	// Events are told by when and what, not by their generated names.
	const isNamed = resource.plural !== 'events';
	return {
		kind: 'Table',
		apiVersion: `meta.k8s.io/${version}`,
		metadata,
		columnDefinitions: withoutHeaders
			? null
			: [
					...(isNamed ? [nameColumn] : []),
					...ownColumns.map(({name, type, description, priority = 0}) => ({
						name,
						type,
						format: '',
						description,
						priority,
					})),
				],
		rows: objects.map(object => ({
			cells: [
				...(isNamed ? [object.metadata.name] : []),
				...ownColumns.map(column => column.cell(object, now)),
			],
			...(includeObject === 'None'
				? {}
				: {object: includeObject === 'Object' ? object : partial(object, version)}),
		})),
	};
}
