/**
 * What kubectl and client-go send of built-in kinds: protobuf in an envelope, which their typed clients never take back
 * for JSON, not even after a 415. Only the fields that the sandbox reads are described here; protobuf skips the others.
 *
 * Sources: k8s.io/apimachinery pkg/runtime/{generated.proto,serializer/protobuf}, pkg/apis/meta/v1/generated.proto,
 * k8s.io/api {core,authorization,authentication}/v1/generated.proto.
 */
import protobuf from 'protobufjs/light.js';
import {isObject, objectOf, parseJson, type JsonObject} from '../api/body/json.js';

export const protobufType = 'application/vnd.kubernetes.protobuf';

/** What the envelope begins with. */
const magic = Buffer.from('k8s\0');

type MessageFields = Record<string, readonly [id: number, type: string, kind?: 'repeated' | 'map']>;

const messages: Record<string, MessageFields> = {
	TypeMeta: {apiVersion: [1, 'string'], kind: [2, 'string']},
	Unknown: {typeMeta: [1, 'TypeMeta'], raw: [2, 'bytes']},
	Time: {seconds: [1, 'int64']},
	OwnerReference: {
		kind: [1, 'string'],
		name: [3, 'string'],
		uid: [4, 'string'],
		apiVersion: [5, 'string'],
		controller: [6, 'bool'],
		blockOwnerDeletion: [7, 'bool'],
	},
	ObjectMeta: {
		name: [1, 'string'],
		generateName: [2, 'string'],
		namespace: [3, 'string'],
		uid: [5, 'string'],
		resourceVersion: [6, 'string'],
		labels: [11, 'string', 'map'],
		annotations: [12, 'string', 'map'],
		ownerReferences: [13, 'OwnerReference', 'repeated'],
		finalizers: [14, 'string', 'repeated'],
	},
	Namespace: {metadata: [1, 'ObjectMeta'], spec: [2, 'NamespaceSpec']},
	NamespaceSpec: {finalizers: [1, 'string', 'repeated']},
	ConfigMap: {
		metadata: [1, 'ObjectMeta'],
		data: [2, 'string', 'map'],
		binaryData: [3, 'bytes', 'map'],
		immutable: [4, 'bool'],
	},
	Secret: {
		metadata: [1, 'ObjectMeta'],
		data: [2, 'bytes', 'map'],
		type: [3, 'string'],
		stringData: [4, 'string', 'map'],
		immutable: [5, 'bool'],
	},
	/** A message on the wire, a string in JSON. */
	Quantity: {string: [1, 'string']},
	ResourceQuota: {metadata: [1, 'ObjectMeta'], spec: [2, 'ResourceQuotaSpec']},
	ResourceQuotaSpec: {hard: [1, 'Quantity', 'map']},
	Preconditions: {uid: [1, 'string'], resourceVersion: [2, 'string']},
	DeleteOptions: {
		gracePeriodSeconds: [1, 'int64'],
		preconditions: [2, 'Preconditions'],
		orphanDependents: [3, 'bool'],
		propagationPolicy: [4, 'string'],
		dryRun: [5, 'string', 'repeated'],
	},
	ResourceAttributes: {
		namespace: [1, 'string'],
		verb: [2, 'string'],
		group: [3, 'string'],
		version: [4, 'string'],
		resource: [5, 'string'],
		subresource: [6, 'string'],
		name: [7, 'string'],
	},
	NonResourceAttributes: {path: [1, 'string'], verb: [2, 'string']},
	AccessReviewSpec: {
		resourceAttributes: [1, 'ResourceAttributes'],
		nonResourceAttributes: [2, 'NonResourceAttributes'],
	},
	SelfSubjectAccessReview: {metadata: [1, 'ObjectMeta'], spec: [2, 'AccessReviewSpec']},
	RulesReviewSpec: {namespace: [1, 'string']},
	SelfSubjectRulesReview: {metadata: [1, 'ObjectMeta'], spec: [2, 'RulesReviewSpec']},
	SelfSubjectReview: {metadata: [1, 'ObjectMeta']},
};

/** The kinds that may come on the wire; the other messages are parts of them. */
const kinds = new Set([
	'Namespace',
	'ConfigMap',
	'Secret',
	'ResourceQuota',
	'DeleteOptions',
	'SelfSubjectAccessReview',
	'SelfSubjectRulesReview',
	'SelfSubjectReview',
]);

const root = protobuf.Root.fromJSON({
	nested: Object.fromEntries(
		Object.entries(messages).map(([message, fields]) => [
			message,
			{
				fields: Object.fromEntries(
					Object.entries(fields).map(([name, [id, type, kind]]) => [
						name,
						{
							id,
							type,
							...(kind === 'repeated' ? {rule: 'repeated'} : {}),
							...(kind === 'map' ? {keyType: 'string'} : {}),
						},
					]),
				),
			},
		]),
	),
});

/**
 * The object in a protobuf body, as JSON would carry it.
 *
 * @throws Error when the bytes are no envelope, or hold a kind that the sandbox does not take in protobuf.
 */
export function decodeProtobuf(bytes: Buffer): JsonObject {
	if (!bytes.subarray(0, magic.length).equals(magic)) {
		throw new Error('provided data does not appear to be a protobuf message, expected prefix 6b387300');
	}

	const envelope = root.lookupType('Unknown');
	const unknown = objectOf(envelope.toObject(envelope.decode(bytes.subarray(magic.length))));
	const {apiVersion, kind} = objectOf(unknown['typeMeta']);
	const {raw} = unknown;
	if (typeof kind !== 'string' || !kinds.has(kind)) {
		throw new Error(`no kind ${JSON.stringify(kind ?? '')} is registered for protobuf`);
	}

	const type = root.lookupType(kind);
	const decoded: unknown = type.toObject(type.decode(raw instanceof Uint8Array ? raw : new Uint8Array()), {
		bytes: String,
		longs: Number,
	});
	// Once through JSON: no class instances, nothing that JSON does not have.
	return {kind, apiVersion, ...objectOf(withoutEmpty(parseJson(JSON.stringify(decoded))))};
}

/** The fields whose keys are the client's: an empty string is a value there. */
const maps = new Set(
	Object.values(messages).flatMap(fields =>
		Object.entries(fields)
			.filter(([, [, , kind]]) => kind === 'map')
			.map(([name]) => name),
	),
);

function quantities(hard: unknown): JsonObject {
	return Object.fromEntries(
		Object.entries(objectOf(hard)).map(([name, quantity]) => [name, objectOf(quantity)['string']]),
	);
}

/** Go writes the zero value of every string; JSON leaves it out. */
function withoutEmpty(value: unknown): unknown {
	return isObject(value)
		? Object.fromEntries(
				Object.entries(value)
					.filter(([, inner]) => inner !== '')
					.map(([field, inner]) => [
						field,
						field === 'hard' ? quantities(inner) : maps.has(field) ? inner : withoutEmpty(inner),
					]),
			)
		: value;
}
