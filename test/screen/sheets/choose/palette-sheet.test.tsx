import {describe, expect, it, vi} from 'vitest';
import {unknownRights} from '../../../../source/console/state/slices/cluster-slice.js';
import type {ConsoleState} from '../../../../source/console/state/state.js';
import {Palette} from '../../../../source/screen/sheets/choose/palette-sheet.js';
import type {Action} from '../../../../source/screen/keys/key-lookup.js';
import {openOnConsole} from '../../parts/on-console.js';

async function open(state: Partial<ConsoleState> = {}) {
	const perform = vi.fn<(action: Action, argument: string) => void>();
	const opened = await openOnConsole(() => <Palette isActive perform={perform} width={90} height={20} />, {
		columns: 90,
		rows: 20,
		state: {sheets: [{kind: 'palette'}], ...state},
	});
	return {...opened, perform};
}

describe('the command line', () => {
	it('does the command that is typed, with what follows it', async () => {
		const {perform, press, store, type, until} = await open();
		type('ns');
		await until(/:ns/);
		press('space');
		type('team');
		await until(/:ns team/);
		press('enter');
		await vi.waitFor(() => expect(perform).toHaveBeenCalledExactlyOnceWith('namespace', 'team'));
		expect(store.getState().sheets).toEqual([]);
	});

	it('says what a mistyped word may have been, also with something after it', async () => {
		const {press, store, type, until} = await open();
		type('rolback');
		await until(/No command begins like that\. Did you mean rollback\?/);
		press('enter');
		await vi.waitFor(() =>
			expect(store.getState().notice?.text).toMatch(/“rolback”.* Did you mean rollback\?$/),
		);
		press('space');
		type('1');
		await until(/:rolback 1/);
		store.setState({notice: undefined});
		press('enter');
		await vi.waitFor(() => expect(store.getState().notice?.text).toMatch(/ Did you mean rollback\?$/));
	});

	it('completes a word, and does what is picked from those that fit', async () => {
		const {perform, press, screen, type, until} = await open();
		type('roll');
		await until(/:roll/);
		press('tab');
		await until(/:rollback/);
		press('enter');
		await vi.waitFor(() => expect(perform).toHaveBeenCalledOnce());
		expect(perform.mock.calls[0]?.[0]).toBe('rollBack');
		expect(screen()).not.toContain('There is no');
	});

	it('says that there is no such command, and stays', async () => {
		const {perform, press, store, type, until} = await open();
		type('nonsense');
		await until(/:nonsense/);
		press('enter');
		await vi.waitFor(() => expect(store.getState().notice).toMatchObject({tone: 'bad'}));
		expect(store.getState().notice?.text).toContain('nonsense');
		expect(perform).not.toHaveBeenCalled();
		expect(store.getState().sheets).toHaveLength(1);
	});

	it('says of what is not allowed why', async () => {
		const patch = {allowed: false, reason: 'you may not patch services'};
		const palette = await open({rights: new Map([['default', {...unknownRights, patch}]])});
		palette.type('rollback');
		await palette.until(/you may not patch services *[│┃]/);
	});

	it('calls a promotion what every other place calls it', async () => {
		const palette = await open();
		palette.type('complete');
		await palette.until(/promote <revision> +c /);
	});
});
