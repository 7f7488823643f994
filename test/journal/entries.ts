/** Changes of one service as this program keeps them. */
import type {HistoryEntry} from '../../source/journal/journal-entry.js';
import type {Split, SplitRow} from '../../source/knative/split/split.js';

export const row = (key: string, percent: number): SplitRow => ({
	key,
	revision: key === '@latest' ? 'cart-00001' : key,
	latest: key === '@latest',
	percent,
	tags: ['t'],
	locked: false,
});
const before: Split = [row('@latest', 100)];
const after: Split = [row('cart-00001', 40), row('cart-00002', 60)];

export function entry(generation: number, change: Partial<HistoryEntry> = {}): HistoryEntry {
	return {
		at: 1_700_000_000_000 + generation,
		server: 'https://api.example.com',
		context: 'prod',
		namespace: 'default',
		service: 'cart',
		uid: 'u-1',
		generation,
		by: 'jane',
		own: true,
		reason: 'split',
		before,
		after,
		command: 'kubectl patch',
		...change,
	};
}
