/**
 * What a queue-proxy tells the autoscaler of the requests it handles: averages and rates of the last reporting period.
 *
 * Source: knative/networking pkg/http/stats/request.go, knative/serving pkg/queue/sharedmain/main.go (reportingPeriod),
 * pkg/queue/protobuf_stats_reporter.go.
 */

/** Milliseconds that a report is about. */
const reportingPeriod = 1000;

/** One report; all of it zero before the first period is over. */
export type StatReport = {
	/** Requests under way, averaged over the period. */
	readonly concurrency: number;
	/** The part of them that came through the activator. */
	readonly proxiedConcurrency: number;
	/** Requests a second that came in within the period. */
	readonly requests: number;
	/** The part of them that came through the activator. */
	readonly proxiedRequests: number;
	/** Seconds from the start to the end of the period. */
	readonly uptime: number;
};

type ConcurrencyTally = {underWay: number; busy: number; arrived: number};

const nothing: StatReport = {
	concurrency: 0,
	proxiedConcurrency: 0,
	requests: 0,
	proxiedRequests: 0,
	uptime: 0,
};

export type RequestStats = {
	/** A request has come in. Returns what tells, once, that it is through. */
	begin(isProxied: boolean): () => void;
	/** The last period that is over. */
	report(): StatReport;
};

/**
 * No timer runs: periods that are over are closed when somebody looks, or when something happens in a later one.
 *
 * @param now Milliseconds of a clock that never goes back.
 */
export function createRequestStats(now: () => number): RequestStats {
	const start = now();
	const all: ConcurrencyTally = {underWay: 0, busy: 0, arrived: 0};
	const proxied: ConcurrencyTally = {underWay: 0, busy: 0, arrived: 0};
	let accounted = start;
	let period = 0;
	let last = nothing;

	function accountUntil(time: number): void {
		for (const tally of [all, proxied]) {
			tally.busy += tally.underWay * (time - accounted);
		}

		accounted = time;
	}

	function close(): void {
		accountUntil(start + (period + 1) * reportingPeriod);
		period++;
		last = {
			concurrency: all.busy / reportingPeriod,
			proxiedConcurrency: proxied.busy / reportingPeriod,
			requests: all.arrived / (reportingPeriod / 1000),
			proxiedRequests: proxied.arrived / (reportingPeriod / 1000),
			uptime: (period * reportingPeriod) / 1000,
		};
		for (const tally of [all, proxied]) {
			tally.busy = 0;
			tally.arrived = 0;
		}
	}

	function advance(): void {
		const time = now();
		const current = Math.floor((time - start) / reportingPeriod);
		if (period < current) {
			close();
		}

		if (period < current - 1) {
			// Periods in which nothing happened are all alike: only the last of them is to be told of.
			period = current - 1;
			accounted = start + period * reportingPeriod;
		}

		if (period < current) {
			close();
		}

		accountUntil(time);
	}

	return {
		begin(isProxied) {
			advance();
			const tallies = isProxied ? [all, proxied] : [all];
			for (const tally of tallies) {
				tally.underWay++;
				tally.arrived++;
			}

			let isOver = false;
			return () => {
				if (isOver) {
					return;
				}

				isOver = true;
				advance();
				for (const tally of tallies) {
					tally.underWay--;
				}
			};
		},
		report() {
			advance();
			return last;
		},
	};
}
