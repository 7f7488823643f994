/** The loop of one service, and what the operator wants of it. */
import type {Loop} from '../../../probe/loop/loop.js';
import type {ProbeTarget} from '../../../probe/transport/probe.js';
import type {ObjectName} from '../../tables/object-name.js';
import type {RequestOptions} from '../../../probe/transport/request-options.js';

export type LoopEntry = {
	/** The service that is asked. */
	readonly of: ObjectName;
	readonly loop: Loop;
	/** How it is asked: another way is another loop. */
	readonly requestOptions: RequestOptions;
	/** The operator wants it to run; it does while its service is selected, or its budget lasts. */
	wanted: boolean;
	/** What was last told to the loop, so that it is told only what is new. */
	told: {authority: string; tags: string};
	/** How many requests it had sent when its service was left; undefined while that is selected. */
	leftAt: number | undefined;
	/** In which order services were left. */
	leftAs: number;
	readonly unsubscribe: () => void;
	/** Tags that are chosen by header, because their hosts lead nowhere; undefined until that was looked into. */
	byHeader: ReadonlySet<string> | undefined;
};

/** Of this program, for the User-Agent; set when it is built. */
const version = process.env['KN_CANARY_VERSION'];

/** Makes loops. Loaded with the first use: the first frame needs no HTTP client. */
export async function loadLoops(): Promise<(target: ProbeTarget, requestOptions: RequestOptions) => Loop> {
	const [{createLoop}, {createProbe}, {probeOptionsOf}] = await Promise.all([
		import('../../../probe/loop/loop.js'),
		import('../../../probe/transport/create-probe.js'),
		import('../../../probe/transport/request-options.js'),
	]);
	return (target, requestOptions) =>
		createLoop({
			target,
			rate: requestOptions.rate,
			maxRate: requestOptions.maxRate,
			timeout: requestOptions.timeout,
			expectStatus: requestOptions.request.expectStatus,
			probe: createProbe(probeOptionsOf(requestOptions, version)),
		});
}

/** All requests that a loop has sent: at the service's own host, and in pairs. */
export function sentOf({loop}: Pick<LoopEntry, 'loop'>): number {
	const {history, sent, comparison} = loop.snapshot();
	return history.reduce((sum, epoch) => sum + epoch.sent, sent) + 2 * (comparison?.pairs ?? 0);
}
