/**
 * The services of the gRPC image as protobuf descriptors in code: the program is bundled into one folder, so there is
 * no .proto file to read when it runs.
 *
 * Sources: grpc/grpc src/proto/grpc/health/v1/health.proto, examples/protos/helloworld.proto.
 */
import type {PackageDefinition, ServiceDefinition} from '@grpc/proto-loader';
import {fromJSON} from '@grpc/proto-loader';

const healthCheck = {requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse', comment: ''};
const hello = {requestType: 'HelloRequest', responseType: 'HelloReply', comment: ''};

const definition: PackageDefinition = fromJSON(
	{
		nested: {
			grpc: {
				nested: {
					health: {
						nested: {
							v1: {
								nested: {
									HealthCheckRequest: {fields: {service: {type: 'string', id: 1}}},
									HealthCheckResponse: {
										fields: {status: {type: 'ServingStatus', id: 1}},
										nested: {
											ServingStatus: {values: {UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3}},
										},
									},
									Health: {methods: {Check: healthCheck, Watch: {...healthCheck, responseStream: true}}},
								},
							},
						},
					},
				},
			},
			helloworld: {
				nested: {
					HelloRequest: {fields: {name: {type: 'string', id: 1}}},
					HelloReply: {fields: {message: {type: 'string', id: 1}}},
					Greeter: {
						methods: {
							SayHello: hello,
							SayHelloStreamReply: {...hello, responseStream: true},
						},
					},
				},
			},
		},
	},
	{enums: String, defaults: true},
);

function service(name: string): ServiceDefinition {
	const found = definition[name];
	if (!found || 'format' in found) {
		throw new Error(`the descriptors hold no gRPC service ${name}`);
	}

	return found;
}

export const healthService: ServiceDefinition = service('grpc.health.v1.Health');
export const greeterService: ServiceDefinition = service('helloworld.Greeter');
