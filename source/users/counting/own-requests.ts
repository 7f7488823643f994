/** The requests of this console among those that pods count: what it sent, and has not been found in their counts yet. Pure. */

/** Requests that this console has sent itself since it began, by revision: they are in what the pods say. */
export type OwnRequests = ReadonlyMap<string, OwnCounts>;

export type OwnCounts = {
	readonly requests: number;
	/** Of them: answered with a 5xx, and with a 4xx. */
	readonly failed: number;
	readonly rejected: number;
};

/** What this console has sent by the end of a round. */
export type OwnSent = {
	readonly own: OwnRequests;
	/**
	 * Those that may be of a revision, or of another one, since it began: of what failed nobody can say whose it was. Each is at
	 * every revision that it may be of.
	 */
	readonly ownOpen?: OwnRequests;
};

type FailureCounts = {failed: number; rejected: number};
type OpenFailures = FailureCounts & {sent: readonly Readonly<FailureCounts>[]};

export type OwnRemover = {
	/** What was sent by now is in no stretch. */
	begin(sent: OwnSent): void;
	/** At the end of a stretch: how many requests were sent in it, by revision. */
	add(sent: OwnSent): ReadonlyMap<string, number>;
	/** The counts of a revision without those of this console; `open`: failures that were left out because they may be of it. */
	remove(revision: string, counted: OwnCounts): OwnCounts & {open: Readonly<FailureCounts>};
	/** Requests to a revision that were not found in counts, where there are only rates to take them from: they count as found. */
	takeRest(revision: string): number;
};

/** Stretches within which failures of this console that may be of a revision are looked for among those it counted. */
const openStretches = 15;

/** Knows of none yet. */
export function createOwnRemover(): OwnRemover {
	let before: OwnRequests = new Map();
	/** Requests that the pods have not told of yet. */
	const left = new Map<string, {requests: number; failed: number; rejected: number}>();
	let openBefore: OwnRequests = new Map();
	/** By revision: what may be its own failures of this console, of each of the last stretches, and how many were left out. */
	const openLeft = new Map<string, OpenFailures>();

	function leftOf(revision: string): {requests: number; failed: number; rejected: number} {
		const found = left.get(revision) ?? {requests: 0, failed: 0, rejected: 0};
		left.set(revision, found);
		return found;
	}

	/** Of the failures that a revision counted, those that may be of this console. A pod counts one before its answer is here. */
	function openOf(revision: string, counted: FailureCounts): FailureCounts {
		const open = openLeft.get(revision);
		if (!open) return {failed: 0, rejected: 0};
		const taken = (kind: keyof FailureCounts): number => {
			const most = Math.min(counted[kind], open[kind]);
			open[kind] -= most;
			return most;
		};
		return {failed: taken('failed'), rejected: taken('rejected')};
	}

	function addOpen(ownOpen: OwnRequests | undefined): void {
		for (const [revision, sent] of ownOpen ?? []) {
			const earlier = openBefore.get(revision);
			const since = {
				failed: Math.max(0, sent.failed - (earlier?.failed ?? 0)),
				rejected: Math.max(0, sent.rejected - (earlier?.rejected ?? 0)),
			};
			const open = openLeft.get(revision) ?? {sent: [], failed: 0, rejected: 0};
			const kept = [...open.sent, since].slice(-openStretches);
			const limit = (kind: keyof FailureCounts) =>
				Math.min(
					open[kind] + since[kind],
					kept.reduce((sum, stretch) => sum + stretch[kind], 0),
				);
			openLeft.set(revision, {sent: kept, failed: limit('failed'), rejected: limit('rejected')});
		}
		openBefore = new Map(ownOpen);
	}

	return {
		begin({own, ownOpen}) {
			before = new Map(own);
			openBefore = new Map(ownOpen);
		},
		add({own, ownOpen}) {
			const requests = new Map<string, number>();
			for (const [revision, sent] of own) {
				const earlier = before.get(revision);
				const rest = leftOf(revision);
				for (const what of ['requests', 'failed', 'rejected'] as const) {
					rest[what] += Math.max(0, sent[what] - (earlier?.[what] ?? 0));
				}
				requests.set(revision, Math.max(0, sent.requests - (earlier?.requests ?? 0)));
			}
			before = new Map(own);
			addOpen(ownOpen);
			return requests;
		},
		remove(revision, counted) {
			const own = leftOf(revision);
			const requests = Math.max(0, counted.requests - own.requests);
			const counted5xx = Math.max(0, Math.min(requests, counted.failed - own.failed));
			const counted4xx = Math.max(0, Math.min(requests - counted5xx, counted.rejected - own.rejected));
			const open = openOf(revision, {failed: counted5xx, rejected: counted4xx});
			own.requests -= Math.min(own.requests, counted.requests);
			own.failed -= Math.min(own.failed, counted.failed);
			own.rejected -= Math.min(own.rejected, counted.rejected);
			return {requests, failed: counted5xx - open.failed, rejected: counted4xx - open.rejected, open};
		},
		takeRest(revision) {
			const own = leftOf(revision);
			const {requests} = own;
			own.requests = 0;
			return requests;
		},
	};
}
