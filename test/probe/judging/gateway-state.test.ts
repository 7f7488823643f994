import {expect, test} from 'vitest';
import {gradeOf} from '../../../source/probe/attribution/grade.js';
import {createGatewayMonitor} from '../../../source/probe/judging/gateway-state.js';
import type {Answer} from '../../../source/probe/transport/probe.js';
import {answering, failing} from '../answers.js';

const fine = answering('Hello!');
const notFound = answering('no route', {status: 404, code: '404', by: 'gateway'});

function monitor() {
	const gateway = createGatewayMonitor();
	return {
		put: (
			answer: Answer,
			now: number,
			asked: Parameters<typeof gateway.record>[2]['asked'] = 'service',
			{isSettling = false} = {},
		) => gateway.record(answer, gradeOf(answer.outcome), {asked, isSettling, now}),
		condition: (now: number) => gateway.condition(now),
		silentSince: () => gateway.silentSince(),
		clear: () => gateway.clear(),
	};
}

test('nothing is said of a gateway that was not asked', () => {
	const {put, condition, clear} = monitor();
	expect(condition(0)).toEqual({kind: 'not asked'});
	// It may have come about on the way: that is not the gateway.
	put(failing('timeout'), 1);
	expect(condition(1)).toEqual({kind: 'not asked'});
	put(fine, 2);
	expect(condition(2)).toEqual({kind: 'answers'});
	clear();
	expect(condition(3)).toEqual({kind: 'not asked'});
});

test('it is down after several requests without a connection, since the first, until anything is answered', () => {
	const {put, condition} = monitor();
	put(failing('refused'), 10);
	put(failing('refused'), 20);
	put(failing('timeout'), 25);
	expect(condition(90_000)).toEqual({kind: 'not asked'});
	put(failing('unreachable'), 2010);
	expect(condition(90_000)).toEqual({
		kind: 'down',
		since: 10,
		requests: 3,
		sentence: 'It failed: unreachable.',
	});
	put(fine, 100_000, 'tag');
	expect(condition(100_000)).toEqual({kind: 'answers'});
	put(failing('refused'), 100_001);
	expect(condition(100_001)).toEqual({kind: 'answers'});
});

test('requests at tags show that it is down, too, and are not counted as those of users', () => {
	const {put, condition} = monitor();
	put(failing('refused'), 10, 'tag');
	put(failing('refused'), 20, 'tag');
	put(failing('refused'), 30, 'tag');
	expect(condition(30)).toEqual({kind: 'not asked'});
	put(failing('refused'), 40);
	expect(condition(40)).toMatchObject({kind: 'down', since: 10, requests: 1});
	put(failing('refused'), 50, 'tag');
	put(failing('refused'), 60);
	expect(condition(60)).toMatchObject({kind: 'down', requests: 2});
});

test('what it answers itself for the service stands while nothing else comes, however long ago', () => {
	const {put, condition} = monitor();
	put(notFound, 10);
	put(notFound, 29_999);
	expect(condition(10_000_000)).toEqual({
		kind: 'answers itself',
		since: 10,
		last: 29_999,
		requests: 2,
		isAll: true,
		code: '404',
		text: '404 no route',
	});
});

test('beside other answers it stands for half a minute, and begins again after that', () => {
	const {put, condition} = monitor();
	put(notFound, 1000);
	put(fine, 2000);
	expect(condition(30_999)).toMatchObject({kind: 'answers itself', since: 1000, isAll: false});
	put(notFound, 30_999);
	// One of its own after others is not all, and counts from there.
	expect(condition(30_999)).toMatchObject({since: 30_999, requests: 1, isAll: false});
	expect(condition(60_998)).toMatchObject({kind: 'answers itself'});
	expect(condition(60_999)).toEqual({kind: 'answers'});
	put(notFound, 60_999);
	expect(condition(60_999)).toMatchObject({since: 30_999, requests: 2, isAll: false});
	put(notFound, 61_999);
	expect(condition(61_999)).toMatchObject({since: 30_999, requests: 3, isAll: true});
});

test('no revision answers once several requests got nothing else for some time, whatever they got', () => {
	const {put, silentSince, clear} = monitor();
	put(fine, 0);
	put(notFound, 1000);
	put(failing('refused'), 2000);
	expect(silentSince()).toBeUndefined();
	// It may be the revision's.
	put(failing('timeout'), 2500);
	expect(silentSince()).toBeUndefined();
	put(notFound, 3000);
	expect(silentSince()).toBe(1000);
	// What a tag answers is not what users get.
	put(fine, 3500, 'tag');
	expect(silentSince()).toBe(1000);
	put(fine, 4000);
	expect(silentSince()).toBeUndefined();
	for (const now of [5000, 6000, 7000]) put(failing('refused'), now);
	expect(silentSince()).toBe(5000);
	clear();
	expect(silentSince()).toBeUndefined();
});

test('however fast requests are sent, a moment of nothing is not silence', () => {
	const {put, silentSince} = monitor();
	for (let now = 0; now < 2000; now += 20) put(failing('refused'), now);
	expect(silentSince()).toBeUndefined();
	put(failing('refused'), 2000);
	expect(silentSince()).toBe(0);
	const atTags = monitor();
	for (let now = 0; now < 9000; now += 1000) atTags.put(failing('refused'), now, 'tag');
	expect(atTags.silentSince()).toBeUndefined();
});

test('how long it answers everything itself does not count when it could not be reached', () => {
	const {put, condition} = monitor();
	put(fine, 0);
	for (const now of [1000, 2000, 3000]) put(failing('refused'), now);
	put(notFound, 4000);
	expect(condition(4000)).toMatchObject({kind: 'answers itself', since: 4000, requests: 1, isAll: true});
});

test('what it answers itself at a tag says nothing of the service', () => {
	const {put, condition} = monitor();
	put(notFound, 10, 'tag');
	expect(condition(10)).toEqual({kind: 'answers'});
	put(notFound, 20);
	put(fine, 30, 'tag');
	expect(condition(30)).toMatchObject({kind: 'answers itself', requests: 1, isAll: true});
});

test('another gateway, where tags are asked, is neither down for users nor up for them', () => {
	const {put, condition} = monitor();
	put(fine, 0);
	put(failing('refused'), 10, 'tag elsewhere');
	expect(condition(10)).toEqual({kind: 'answers'});
	for (const now of [20, 22, 24]) put(failing('refused'), now);
	put(fine, 30, 'tag elsewhere');
	expect(condition(30)).toMatchObject({kind: 'down', since: 20});
});

test('while it may not have the route yet, its own answers are no silence; no connection is', () => {
	const {put, silentSince} = monitor();
	const isSettling = true;
	for (const now of [0, 2000, 4000]) put(notFound, now, 'service', {isSettling});
	expect(silentSince()).toBeUndefined();
	for (const now of [5000, 7000, 9000]) put(failing('refused'), now, 'service', {isSettling});
	expect(silentSince()).toBe(5000);
});

test('what was before is forgotten when it is cleared', () => {
	const {put, condition, clear} = monitor();
	put(notFound, 10);
	put(failing('refused'), 20);
	clear();
	expect(condition(30)).toEqual({kind: 'not asked'});
	put(fine, 40);
	expect(condition(40)).toEqual({kind: 'answers'});
});
