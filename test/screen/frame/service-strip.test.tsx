import {expect, it} from 'vitest';
import {ServiceStrip} from '../../../source/screen/frame/service-strip.js';
import {openOnConsole} from '../parts/on-console.js';
import {usersSnapshot, usersWindow} from '../../users/snapshots.js';
import {connected, knowing} from '../parts/state.js';

const open = async (columns: number, state = knowing()) =>
	openOnConsole(() => <ServiceStrip width={columns} />, {columns, rows: 1, state, isStill: true});

it('has the service, its state, and the revisions of its split with their shares, in its order', async () => {
	const {screen} = await open(100);
	expect(screen()).toMatch(/helloworld-go {2}Ready .*…00001 90 % .*…00002 10 %/);
});

it('has every share where it has no room for every name, and that of the canary first', async () => {
	const {screen} = await open(48);
	expect(screen()).toMatch(/█ 90 % .*…00002 10 %/);
	expect(screen()).not.toContain('…00001');
	const narrow = await open(36);
	expect(narrow.screen()).toMatch(/▓ 10 %/);
	expect(narrow.screen()).not.toContain('90');
});

it('says what is bad for users as the list of services does', async () => {
	const state = knowing();
	const uid = state.services?.[0]?.uid ?? '';
	const users = {uid, snapshot: usersSnapshot(usersWindow([])), isPaused: false, alarm: 'wrong' as const};
	const {screen} = await open(100, {...state, users});
	expect(screen()).toMatch(/✗ helloworld-go {2}wrong /);
});

it('is empty without a service', async () => {
	const {screen} = await open(80, connected);
	expect(screen().trim()).toBe('');
});
