import {expect, test} from 'vitest';
import {createFailureLog} from '../../../source/probe/counting/failure-log.js';

const failure = {
	code: '500',
	text: 'Internal Server Error',
	grade: 'failure' as const,
	at: 'service' as const,
	revisions: ['h-00001', 'h-00002'],
	latency: 10,
};
const works = {worksElsewhere: true};

test('failures of one kind are one entry, with how often, since when and until when', () => {
	const log = createFailureLog();
	log.record({...failure, when: 100});
	log.record({...failure, when: 250});
	log.record({...failure, at: 'tag', revisions: ['h-00002'], when: 200});
	expect(log.entries(works)).toMatchObject([
		{at: 'tag', count: 1, first: 200, last: 200},
		{at: 'service', count: 2, first: 100, last: 250},
	]);
	log.clear();
	expect(log.entries(works)).toEqual([]);
});

test('an id or a time in the words makes no new kind; the newest words are kept', () => {
	const log = createFailureLog();
	log.record({...failure, text: 'request 1f3a9bcd failed after 12 ms', when: 1});
	log.record({...failure, text: 'request 77aa00bb failed after 340 ms', when: 2});
	expect(log.entries(works)).toMatchObject([{count: 2, text: 'request 77aa00bb failed after 340 ms'}]);
});

test('what turns out to be the gateway’s own is no revision’s, unless it came from behind it', () => {
	const log = createFailureLog();
	const refusal = {...failure, code: '404', text: 'not found', grade: 'refusal' as const, at: 'tag' as const};
	log.record({...refusal, revisions: ['h-00002'], when: 1});
	log.record({...refusal, revisions: ['h-00001'], when: 2});
	log.record({...refusal, revisions: ['h-00003'], isFromUpstream: true, when: 3});
	log.record({...refusal, revisions: ['h-00003'], when: 4});
	log.record({...refusal, at: 'service', when: 5});
	log.record({...refusal, grade: 'gateway', revisions: [], when: 6});
	expect(log.entries(works)).toMatchObject([
		{at: 'tag', revisions: [], count: 3, first: 1, last: 6},
		{at: 'service', count: 1},
		{at: 'tag', revisions: ['h-00003'], count: 2, first: 3, last: 4},
	]);
});

test('a 4xx is listed once it is known to be a failure', () => {
	const log = createFailureLog();
	log.record({...failure, code: '404', grade: 'refusal', when: 1});
	expect(log.entries({worksElsewhere: false})).toEqual([]);
	expect(log.entries(works)).toHaveLength(1);
});

test('kinds without end are kept up to a limit, the newest of them', () => {
	const log = createFailureLog();
	for (let kind = 0; kind < 300; kind++) {
		log.record({...failure, text: 'x'.repeat(kind), when: kind});
	}
	const entries = log.entries(works);
	expect(entries).toHaveLength(50);
	expect(entries[0]?.last).toBe(299);
});
