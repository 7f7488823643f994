/** `kn-canary users`: what the users of a service get, measured for a while, or followed. */
import type {Cluster} from '../../kube/cluster.js';
import type {UsersMeter} from '../../users/users.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {visibleJson, type OutputStreams} from '../said.js';
import {readService} from '../read/read-service.js';
import {followUsers, type FollowedUsers} from './follow-users.js';
import {usersJson, usersLines} from './users-text.js';

export type UsersRun = {
	service: string;
	namespace: string;
	/** Seconds that are measured, and that "recent" is. */
	seconds: number;
	/** Goes on until it is ended, and says again what there is after each of them. */
	watch: boolean;
	output: 'text' | 'json';
	/** How the users are measured: by the pods, or by Prometheus. */
	meter: UsersMeter;
	signal?: AbortSignal;
};

/** Milliseconds between two prints of what is followed. */
const printEvery = 10_000;
/** Milliseconds after which nothing known is nothing to be known. */
const longestWait = 15_000;

/** Ends with 0 when it is known what users get, and with 1 and a sentence when it is not. */
export async function runUsers(
	cluster: Cluster,
	run: UsersRun,
	{stdout, stderr}: OutputStreams,
): Promise<ExitCode> {
	const {namespace, service: name, seconds, watch, output, meter, signal} = run;
	const found = await readService(cluster, namespace, name);
	if (!found.ok) {
		const subject = found.isAnswer ? `Service ${name} in namespace ${namespace}: ` : '';
		const sentence = `${subject}${found.reason}`;
		if (output === 'json') stdout.write(`${visibleJson({exitCode: exitCodes.notMade, sentence}, 2)}\n`);
		else stderr.write(`${sentence}\n`);
		return exitCodes.notMade;
	}
	const begun = performance.now();
	let printed = 0;
	let last: FollowedUsers | undefined;
	const print = ({service, snapshot}: FollowedUsers) => {
		printed = performance.now();
		const text =
			output === 'json'
				? JSON.stringify(usersJson(service, snapshot), undefined, watch ? undefined : 2)
				: usersLines(service, snapshot).join('\n');
		stdout.write(`${text}\n`);
	};
	await followUsers(cluster, found.service, {
		meter,
		...(signal && {signal}),
		onRound(now) {
			last = now;
			const {snapshot} = now;
			const passed = performance.now() - begun;
			const measured = snapshot.view.recent.seconds;
			const isHopeless = isNothingKnown(snapshot, passed);
			if (watch) {
				const isDue = printed === 0 ? measured > 0 || isHopeless : performance.now() - printed >= printEvery;
				if (isDue) print(now);
				return false;
			}
			if (stderr.isTTY) stderr.write(`\r${Math.floor(measured)} of ${seconds} s\u001B[K`);
			return isHopeless || measured >= seconds || passed >= (seconds + longestWait / 1000) * 1000;
		},
	})
		.catch((error: unknown) => {
			// Whoever ends it is told what was measured until then.
			if (watch || !last || signal?.aborted !== true) throw error;
		})
		.finally(() => {
			if (stderr.isTTY && !watch) stderr.write('\r\u001B[K');
		});
	if (!last) return exitCodes.notMade;
	if (!watch) print(last);
	return last.snapshot.state === 'counting' ? exitCodes.done : exitCodes.notMade;
}

/** Whether it is no use to wait for more. @param passed Milliseconds since it began. */
const isNothingKnown = ({state}: FollowedUsers['snapshot'], passed: number): boolean =>
	state === 'unknown' || state === 'unserved' || (state === 'waiting' && passed > longestWait);

/** The same for who asks for more than that: measured for so many seconds; undefined where nothing is known. */
export async function measureUsers(
	cluster: Cluster,
	{
		service: name,
		namespace,
		seconds,
		meter,
		signal,
	}: Pick<UsersRun, 'service' | 'namespace' | 'seconds' | 'meter' | 'signal'>,
): Promise<{report: object; lines: readonly string[]} | undefined> {
	const found = await readService(cluster, namespace, name);
	if (!found.ok) return undefined;
	const begun = performance.now();
	let last: FollowedUsers | undefined;
	await followUsers(cluster, found.service, {
		meter,
		...(signal && {signal}),
		onRound(now) {
			last = now;
			const passed = performance.now() - begun;
			const {state, view} = now.snapshot;
			if (state !== 'counting') return isNothingKnown(now.snapshot, passed);
			return view.recent.seconds >= seconds || passed >= seconds * 1000 + longestWait;
		},
	});
	return (
		last && {report: usersJson(last.service, last.snapshot), lines: usersLines(last.service, last.snapshot)}
	);
}
