/**
 * `kn-canary verify --source users`: sends nothing, and says from the counts of the users' own requests whether the split that
 * they get is the one that the route has, or the one that is expected. It ends early when they disagree: the test holds
 * however often one looks.
 */
import type {Cluster} from '../../kube/cluster.js';
import {
	isSplitWrong,
	splitVerdictBegins,
	untestedWords,
	usersVerdicts,
} from '../../console/live/users-lines.js';
import type {UsersMeter, UsersSnapshot} from '../../users/users.js';
import {exitCodes, type ExitCode} from '../exit-codes.js';
import {visibleJson, type OutputStreams} from '../said.js';
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

/** Of `usersExitCode`, in the words of the report of `verify`. */
const results: Readonly<Partial<Record<ExitCode, string>>> = {
	[exitCodes.done]: 'agrees',
	[exitCodes.notMade]: 'disagrees',
	[exitCodes.cannotTell]: 'cannot tell',
	[exitCodes.couldNotAsk]: 'could not ask',
};

/** Where nothing was counted, as `verify` has it. */
const notAsked = {
	refused: exitCodes.notMade,
	usage: exitCodes.usage,
	'cannot tell': exitCodes.cannotTell,
	'could not ask': exitCodes.couldNotAsk,
} as const;

/** What a script is told: 0 where users get the split, 1 where they get another, 2 where that cannot be told, 3 where nothing was counted. */
export function usersExitCode({state, view}: UsersSnapshot): ExitCode {
	if (state === 'unserved') return exitCodes.cannotTell;
	if (state !== 'counting') return exitCodes.couldNotAsk;
	if (isSplitWrong(view)) return exitCodes.notMade;
	return view.split?.state === 'agrees' ? exitCodes.done : exitCodes.cannotTell;
}

/** Ends after `seconds` that were counted, or 15 s later where they never were. Returns what the program is to exit with. */
export async function runVerifyUsers(
	cluster: Cluster,
	run: VerifyUsersRun,
	{stdout, stderr}: OutputStreams,
): Promise<ExitCode> {
	const {namespace, service: name, seconds, expect, output, meter, signal} = run;
	const not = (result: keyof typeof notAsked, sentence: string): ExitCode => {
		const exitCode = notAsked[result];
		if (output === 'json') stdout.write(`${visibleJson({result, exitCode, sentence}, 2)}\n`);
		else if (result === 'cannot tell') stdout.write(`? ${sentence}\n`);
		else stderr.write(`${sentence}\n`);
		return exitCode;
	};
	const found = await settledService(cluster, {namespace, service: name, ...(signal && {signal})});
	if (found.kind !== 'service') return not(found.kind, found.sentence);
	const {splitDoubt} = found.service;
	if (splitDoubt !== undefined) return not('cannot tell', `Cannot tell: ${splitDoubt}`);
	const expected = expect === undefined ? undefined : expectedShares(expect, found.service.statusTraffic);
	if (expected && !expected.ok) return not('usage', expected.reason);
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
				state === 'unserved' ||
				usersExitCode(now.snapshot) === exitCodes.notMade ||
				view.sinceSplit.seconds >= seconds ||
				passed >= seconds + 15
			);
		},
	}).catch((error: unknown) => {
		// The test holds whenever one looks: whoever ends it is told what it says until then.
		if (!last || signal?.aborted !== true) throw error;
	});
	if (!last) return not('could not ask', 'Nothing is known of the users.');
	const {service, snapshot} = last;
	const code = usersExitCode(snapshot);
	if (output === 'json') {
		const result = results[code];
		stdout.write(
			`${JSON.stringify({result, exitCode: code, ...usersJson(service, snapshot)}, undefined, 2)}\n`,
		);
		return code;
	}
	const lines = usersLines(service, snapshot);
	(code === exitCodes.couldNotAsk ? stderr : stdout).write(`${lines.join('\n')}\n`);
	if (code === exitCodes.cannotTell) stdout.write(`${cannotTell(snapshot)}\n`);
	return code;
}

function cannotTell(snapshot: UsersSnapshot): string {
	if (snapshot.state === 'unserved') return '? Cannot tell: the route has no split, so no pod was asked.';
	const {split, recent} = snapshot.view;
	if (!split && recent.isExact && recent.rows.length < 2) {
		return '? Cannot tell: nothing to compare: one revision.';
	}
	if (!split) {
		return `? Cannot tell: ${untestedWords(snapshot.view.untested) ?? 'the users of the split could not be counted'}.`;
	}
	// Of the verdicts the one on the split: what is said of errors is no answer to what was asked.
	const verdicts = usersVerdicts(snapshot).map(({text}) => text);
	const why = verdicts.find(text => text.startsWith(splitVerdictBegins)) ?? verdicts[0] ?? 'too few requests';
	return `? Cannot tell: ${why}.`;
}
