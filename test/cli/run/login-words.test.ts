/** What a program without a screen says while a credential plugin runs. */
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {tellLogin} from '../../../source/cli/run/login-words.js';
import type {Cluster} from '../../../source/kube/cluster.js';

type Standing = Cluster['standing'];

beforeEach(() => {
	vi.useFakeTimers();
});

afterEach(() => {
	vi.useRealTimers();
});

function listening(): {put: (standing: Standing) => void; said: string[]} {
	const said: string[] = [];
	const onStanding = vi.fn<Cluster['onStanding']>();
	tellLogin({onStanding}, line => said.push(line));
	const [put] = onStanding.mock.calls[0]!;
	return {put, said};
}

const run = {command: 'aws', since: new Date(2026, 0, 1, 3, 4, 5).getTime(), said: [], hasTerminal: false};

it('passes each line of a plugin on as it comes, once', () => {
	const {put, said} = listening();
	put({plugin: run});
	const first = {...run, said: ['open https://login.example']};
	put({plugin: first});
	// Something else of the login is said.
	put({plugin: first, movedTo: 'the context means another cluster now'});
	put({plugin: {...run, said: ['open https://login.example', 'enter BX7']}});
	put({});
	vi.advanceTimersByTime(60_000);
	expect(said).toEqual(['open https://login.example', 'enter BX7']);
});

it('says of a silent one what is waited for and since when, and nothing of one that has ended or has the terminal', () => {
	const {put, said} = listening();
	put({plugin: run});
	vi.advanceTimersByTime(4999);
	expect(said).toEqual([]);
	vi.advanceTimersByTime(40_000);
	expect(said).toEqual(['Waiting for the credential plugin aws since 03:04:05.']);
	put({plugin: run});
	put({});
	put({plugin: {...run, hasTerminal: true}});
	vi.advanceTimersByTime(40_000);
	expect(said).toHaveLength(1);
});
