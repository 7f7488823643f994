/** What an answer is worth, by who gave it and with what status. */
import {describe, expect, it} from 'vitest';
import {gradeOf, isFailure, isWorking, type Grade} from '../../../source/probe/attribution/grade.js';
import {parseExpectedStatus} from '../../../source/probe/transport/request-content.js';
import {answering, failing} from '../answers.js';

const graded = (part: Parameters<typeof answering>[1], expected?: string): Grade =>
	gradeOf(
		answering('said', part).outcome,
		expected === undefined ? undefined : parseExpectedStatus(expected),
	);

describe('an answer over HTTP', () => {
	it.each<[status: number, grade: Grade]>([
		[200, 'success'],
		[299, 'success'],
		[300, 'redirect'],
		[399, 'redirect'],
		[400, 'refusal'],
		[499, 'refusal'],
		[500, 'failure'],
		[503, 'failure'],
	])('with %i is a %s', (status, grade) => {
		expect(graded({status})).toBe(grade);
	});

	it('that broke off is a failure, whatever its status', () => {
		expect(graded({status: 200, error: true})).toBe('failure');
	});

	it('is what the operator expects it to be', () => {
		expect(graded({status: 401}, '401')).toBe('success');
		expect(graded({status: 200}, '401')).toBe('failure');
	});

	it('of the gateway itself is no revision’s, also where its status is the expected one', () => {
		expect(graded({status: 404, by: 'gateway'})).toBe('gateway');
		expect(graded({status: 404, by: 'gateway'}, '404')).toBe('gateway');
		expect(graded({status: 200, by: 'gateway'})).toBe('gateway');
	});
});

it('gRPC goes by its own status, and --expect-status says nothing of it', () => {
	expect(graded({status: 0})).toBe('success');
	expect(graded({status: 0, error: true})).toBe('failure');
	expect(graded({status: 14})).toBe('failure');
	expect(graded({status: 0}, '401')).toBe('success');
});

it('without a connection nothing was asked; without an answer it failed', () => {
	expect(gradeOf(failing('refused').outcome)).toBe('unreached');
	expect(gradeOf(failing('timeout').outcome)).toBe('failure');
});

/** Whether it is a failure where nothing is known to work, and where the same request does. */
const failsWhere = (grade: Grade) => [false, true].map(worksElsewhere => isFailure(grade, {worksElsewhere}));

it('a refusal is a failure only where the same request works elsewhere', () => {
	expect(failsWhere('failure')).toEqual([true, true]);
	expect(failsWhere('refusal')).toEqual([false, true]);
	for (const grade of ['success', 'redirect', 'gateway', 'unreached'] as const) {
		expect(failsWhere(grade)).toEqual([false, false]);
	}
	expect(
		(['success', 'redirect', 'refusal', 'failure', 'gateway', 'unreached'] as const).filter(isWorking),
	).toEqual(['success', 'redirect']);
});
