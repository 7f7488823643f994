import {vi} from 'vitest';

/** Tries an assertion again until it holds; rejects with what it said last when that takes longer than a busy machine needs. */
export const eventually = async (assertion: () => void | Promise<void>): Promise<void> =>
	vi.waitFor(assertion, {timeout: 20_000, interval: 10});
