/** What an answer is worth as evidence. Pure. */
import {connectionFailures, type ProbeOutcome} from '../transport/probe.js';
import type {ExpectedStatus} from '../transport/request-content.js';

export type Grade =
	/** HTTP 2xx, gRPC OK and serving, or a status that the operator expects. */
	| 'success'
	/** HTTP 3xx: no failure, and no proof that the revision works either. */
	| 'redirect'
	/** HTTP 4xx: a failure where the other revision, or this service before, answers otherwise to the same request. */
	| 'refusal'
	/** HTTP 5xx, gRPC other than OK, an answer that broke off or never came, or a status that is not expected. */
	| 'failure'
	/** The gateway's own: no revision had a part in it. */
	| 'gateway'
	/** No connection to the gateway came to be: nothing was asked. */
	| 'unreached';

/** What one answer counts for. @param isExpected Of `--expect-status`, for HTTP alone; else every 5xx is a failure. */
export function gradeOf(outcome: ProbeOutcome, isExpected?: ExpectedStatus): Grade {
	if (outcome.kind === 'failure') {
		return connectionFailures.has(outcome.failure) ? 'unreached' : 'failure';
	}

	const {status, error, by} = outcome;
	if (by === 'gateway') {
		return 'gateway';
	}

	// gRPC's statuses are below HTTP's; --expect-status is about HTTP.
	if (status < 100) {
		return error || status !== 0 ? 'failure' : 'success';
	}

	if (isExpected) {
		return isExpected(status) ? 'success' : 'failure';
	}

	if (error || status >= 500) {
		return 'failure';
	}

	return status >= 400 ? 'refusal' : status >= 300 ? 'redirect' : 'success';
}

/** Whether a graded answer is a failure where the same request is known to be answered with 2xx or 3xx, or is not. */
export function isFailure(grade: Grade, {worksElsewhere}: {worksElsewhere: boolean}): boolean {
	return grade === 'failure' || (grade === 'refusal' && worksElsewhere);
}

/** Whether it shows that this request can be answered well. */
export function isWorking(grade: Grade): boolean {
	return grade === 'success' || grade === 'redirect';
}
