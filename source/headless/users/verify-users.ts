/**
 * `kn-canary verify --source users`: sends nothing, and says from the counts of the users' own requests whether the split that
 * they get is the one that the route has, or the one that is expected. It ends early when they disagree: the test holds
 * however often one looks.
 */
import type {Cluster} from '../../kube/cluster.js';
import {usersVerdicts} from '../../console/live/users-words.js';
import type {UsersMeter, UsersSnapshot} from '../../users/users.js';
import {expectedShares} from '../evidence/expected-split.js';
import {settledService} from '../read/settled-service.js';
import {followUsers, type FollowedUsers} from './follow-users.js';
import {usersJson, usersLines} from './users-text.js';

export type VerifyUsersRun = {
	service: string;
	namespace: string;
	/** Seconds at the most. */
	seconds: number;
	/** As `expectedShares` takes it; the split of the route when not given. */
	expect: string | undefined;
	output: 'text' | 'json';
	meter: UsersMeter;
	signal?: AbortSignal;
};

type Streams = {stdout: {write(text: string): unknown}; stderr: {write(text: string): unknown}};

/** 0 agrees, 1 disagrees, 2 cannot tell, 3 could not ask: as of `kn-canary verify`. */
export type VerifyCode = 0 | 1 | 2 | 3;

export function usersExitCode({state, view: {split}}: UsersSnapshot): VerifyCode {
	if (state !== 'counting') return 3;
	const isWrong = split?.state === 'disagrees' || split?.state === 'impossible';
	return isWrong ? 1 : split?.state === 'agrees' ? 0 : 2;
}

export async function runVerifyUsers(
	cluster: Cluster,
	run: VerifyUsersRun,
	{stdout, stderr}: Streams,
): Promise<VerifyCode> {
	const {namespace, service: name, seconds, expect, output, meter, signal} = run;
	const could = (sentence: string): VerifyCode => {
		if (output === 'json')
			stdout.write(`${JSON.stringify({result: 'could not ask', exitCode: 3, sentence})}\n`);
		else stderr.write(`${sentence}\n`);
		return 3;
	};
	const found = await settledService(cluster, {namespace, service: name, ...(signal && {signal})});
	if (found.kind === 'could not ask') return could(found.sentence);
	const expected = expect === undefined ? undefined : expectedShares(expect, found.service.statusTraffic);
	if (expected && !expected.ok) return could(expected.reason);
	const begun = performance.now();
	let last: FollowedUsers | undefined;
	await followUsers(cluster, found.service, {
		meter,
		...(expected?.ok && {expected: expected.shares}),
		...(signal && {signal}),
		onRound(now) {
			last = now;
			const {state, view} = now.snapshot;
			const passed = (performance.now() - begun) / 1000;
			return (
				state === 'unknown' ||
				usersExitCode(now.snapshot) === 1 ||
				view.sinceSplit.seconds >= seconds ||
				passed >= seconds + 15
			);
		},
	});
	if (!last) return could('Nothing is known of the users.');
	const {service, snapshot} = last;
	const code = usersExitCode(snapshot);
	if (output === 'json') {
		const result = (['agrees', 'disagrees', 'cannot tell', 'could not ask'] as const)[code];
		stdout.write(
			`${JSON.stringify({result, exitCode: code, ...usersJson(service, snapshot)}, undefined, 2)}\n`,
		);
		return code;
	}
	const lines = usersLines(service, snapshot);
	(code === 3 ? stderr : stdout).write(`${lines.join('\n')}\n`);
	if (code === 2) stdout.write(`${cannotTell(snapshot)}\n`);
	return code;
}

function cannotTell(snapshot: UsersSnapshot): string {
	if (!snapshot.view.split) return '? Cannot tell: rates are no counts, so that nothing can be tested.';
	return `? Cannot tell: ${usersVerdicts(snapshot)[0]?.text ?? 'too few requests'}.`;
}
