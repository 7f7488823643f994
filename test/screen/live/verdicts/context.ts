/** Two revisions of one service, asked in pairs at their tags, some time after noon. */
import type {ComparedPair} from '../../../../source/console/live/compared-pair.js';
import type {VerdictContext} from '../../../../source/screen/live/verdicts/verdict-line.js';

export const pair: ComparedPair = {
	ok: true,
	sides: {
		old: {revision: 'h-00001', authority: 'stable-h.example.com'},
		fresh: {revision: 'h-00002', authority: 'canary-h.example.com'},
	},
};

export const noon = new Date(2026, 10, 26, 12, 0, 0).getTime();

export const context: VerdictContext = {
	service: 'h',
	isRefused: false,
	askedBy: 'http',
	pair,
	now: noon + 48_000,
};
