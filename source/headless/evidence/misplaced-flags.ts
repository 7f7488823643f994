/** Flags of a request that the service's protocol has no place for: what was asked for and cannot be sent is said. Pure. */
import type {ServiceView} from '../../knative/service/service.js';

const ofGrpc = ['--grpc-method', '--grpc-data', '--proto'] as const;
const ofHttp = ['--path', '--method', '--data', '--expect-status'] as const;

/**
 * A sentence for the first one; undefined when there is none.
 *
 * @param typed Flags as they stand on the command line. What a file or a variable says holds for many services, and is left alone.
 */
export function misplacedFlag(
	{name, summary: {protocol}}: {name: string; summary: Pick<ServiceView['summary'], 'protocol'>},
	typed: readonly string[],
): string | undefined {
	const isGrpc = protocol === 'grpc';
	const flag = (isGrpc ? ofHttp : ofGrpc).find(other => typed.includes(other));
	if (flag !== undefined) {
		const [others, own] = isGrpc ? ['HTTP', 'gRPC'] : ['gRPC', 'HTTP'];
		const instead = isGrpc ? ' (--grpc-method says what is called)' : '';
		return `${flag} is for ${others} services, and ${name} speaks ${own}: leave it out${instead}.`;
	}
	const alone = ['--grpc-data', '--proto'].find(other => typed.includes(other));
	return isGrpc && alone !== undefined && !typed.includes('--grpc-method')
		? `${alone} needs --grpc-method: the health check is called without it.`
		: undefined;
}
