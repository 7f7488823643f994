/** One request of the loop, and what its answer is worth; told to those who learn from every answer, whoever's it is. */
import type {AnyHost} from '../attribution/any-host.js';
import type {GatewayKnowledge} from '../attribution/gateway-knowledge.js';
import {gradeOf, type Grade} from '../attribution/grade.js';
import type {Answer, AskOptions, Probe, ProbeTarget} from '../transport/probe.js';
import type {ExpectedStatus} from '../transport/request-content.js';
import type {AskedHost, Observations} from './observations.js';

export type GradedAnswer = {answer: Answer; grade: Grade};

/** Rejects as `probe.ask` does. */
export function createGradedAsk({
	probe,
	timeout,
	isExpected,
	knowledge,
	anyHost,
	observations,
	hostOf,
}: {
	probe: Probe;
	/** Milliseconds. */
	timeout: number;
	isExpected: ExpectedStatus | undefined;
	knowledge: Pick<GatewayKnowledge, 'judge'>;
	anyHost: Pick<AnyHost, 'noteService' | 'noteTag'>;
	observations: Pick<Observations, 'noteGrade' | 'settling'>;
	/** Whose it is, before it is asked. */
	hostOf: (asked: ProbeTarget) => AskedHost;
}): (asked: ProbeTarget, options: AskOptions) => Promise<GradedAnswer> {
	return async (asked, options) => {
		const host = hostOf(asked);
		const answer = await knowledge.judge(
			asked,
			await probe.ask(asked, {timeout, ...options}),
			options.signal,
		);
		const grade = gradeOf(answer.outcome, isExpected);
		observations.noteGrade(answer, grade, host);
		if (answer.outcome.kind === 'response' && !observations.settling) {
			const isSuccess = grade === 'success';
			if (host.kind === 'service') anyHost.noteService(asked, answer.outcome, {isSuccess});
			else if (isSuccess && host.revision !== undefined) {
				anyHost.noteTag(host.revision, asked, answer.outcome);
			}
		}

		return {answer, grade};
	};
}
