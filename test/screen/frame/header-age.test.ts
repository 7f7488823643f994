import {expect, it} from 'vitest';
import {headerLine} from '../../../source/screen/frame/header-line.js';
import type {ReflectorState} from '../../../source/console/state/state.js';
import {createTheme} from '../../../source/terminal/output/theme.js';

const now = 1_000_000;
const since = now - 48_000;

function right(services: ReflectorState, revisions: ReflectorState = {kind: 'live'}): string {
	const line = headerLine(
		{
			standing: {},
			scope: {kind: 'one'},
			connection: {
				kind: 'connected',
				flags: [],
				context: 'c',
				server: 's',
				user: 'u',
				readOnly: false,
				production: false,
			},
			namespace: 'default',
			gateway: {kind: 'looking'},
			feeds: {services, revisions},
		},
		{now, width: 120, theme: createTheme({env: {}})},
	);
	return line.right
		.map(({text}) => text)
		.join('')
		.replace('gateway …', '')
		.trim();
}

it('says that all is watched only when both watches are live', () => {
	expect(right({kind: 'live'})).toBe('● watching');
	expect(right({kind: 'live'}, {kind: 'stale', since, why: ''})).toBe('▲ 48s old');
});

it('says how old what is shown is, and that the server does not answer', () => {
	expect(right({kind: 'stale', since, why: ''})).toBe('▲ 48s old');
	expect(right({kind: 'stale', since, why: '', isUnanswered: true})).toBe('▲ no answer, 48s old');
});

it('says how old what is shown is to whom the server does not let in, if anything is', () => {
	expect(right({kind: 'forbidden', status: 401, why: '', since})).toBe('✗ login expired · data 48s old');
	expect(right({kind: 'forbidden', status: 403, why: '', since})).toBe('✗ not allowed, 48s old');
	expect(right({kind: 'forbidden', status: 403, why: ''})).toBe('✗ not allowed');
	expect(right({kind: 'missing', why: '', since})).toBe('✗ no Knative here, 48s old');
	expect(right({kind: 'offline', since, why: ''})).toBe('✗ offline');
});
