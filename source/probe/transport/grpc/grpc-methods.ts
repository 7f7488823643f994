/** The gRPC methods that can be probed. Another one is another entry: how it is written, and what its reply says. */
import {fromJSON} from '@grpc/proto-loader';
import type {AnyDefinition, MessageTypeDefinition, PackageDefinition} from '@grpc/proto-loader';

export type GrpcReply = {
	/** What the reply says, as text; its first line identifies revisions by default. */
	body: string;
	/** The call went well but the reply says that the service does not. */
	error: boolean;
};

export type GrpcMethod = {
	/** `/package.Service/Method` */
	path: string;
	serialize: () => Buffer;
	/** Throws when the bytes are no reply of this method. */
	read: (bytes: Buffer) => GrpcReply;
};

/** grpc/grpc-proto, grpc/health/v1/health.proto, which every implementation of the health protocol shares. */
const definition = fromJSON(
	{
		nested: {
			'grpc.health.v1': {
				nested: {
					HealthCheckRequest: {fields: {service: {type: 'string', id: 1}}},
					HealthCheckResponse: {
						fields: {status: {type: 'ServingStatus', id: 1}},
						nested: {
							ServingStatus: {values: {UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3}},
						},
					},
				},
			},
		},
	},
	{enums: String, defaults: true},
);

function isMessage(entry: AnyDefinition | undefined): entry is MessageTypeDefinition<object, object> {
	return entry !== undefined && 'deserialize' in entry && typeof entry.deserialize === 'function';
}

/** How a message of the definition is written and read. */
export function encoding(from: PackageDefinition, name: string): MessageTypeDefinition<object, object> {
	const found = from[name];
	if (!isMessage(found)) {
		throw new Error(`The definition has no message ${name}.`);
	}

	return found;
}

const checkRequest = encoding(definition, 'grpc.health.v1.HealthCheckRequest');
const checkResponse = encoding(definition, 'grpc.health.v1.HealthCheckResponse');

/** The health of the server as a whole: its reply is `SERVING` when all is well. */
export const healthCheck: GrpcMethod = {
	path: '/grpc.health.v1.Health/Check',
	serialize: () => checkRequest.serialize({}),
	read(bytes) {
		// A number when a newer version of the protocol has a state that this one does not know.
		const reply = checkResponse.deserialize(bytes);
		const status = 'status' in reply ? String(reply.status) : 'UNKNOWN';
		return {body: status, error: status !== 'SERVING'};
	},
};

export const grpcMethods: ReadonlyMap<string, GrpcMethod> = new Map([[healthCheck.path, healthCheck]]);
