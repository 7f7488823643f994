import {expect, it, vi} from 'vitest';
import {Namespaces} from '../../../../source/screen/sheets/choose/namespaces-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';
import {connected} from '../../parts/state.js';

const open = async (names: readonly string[], sentence?: string, couldSee?: (shown: string) => boolean) =>
	openOnConsole(() => <Namespaces names={names} sentence={sentence} isActive width={40} height={8} />, {
		columns: 40,
		rows: 8,
		...(couldSee && {couldSee}),
		state: {...connected, namespace: 'shop', sheets: [{kind: 'namespaces', names}]},
	});

it('begins at the namespace one is in, and Enter goes to the chosen one and closes the list', async () => {
	const {console, press, store, until} = await open(['default', 'shop', 'team']);
	const change = vi.spyOn(console, 'changeNamespace').mockResolvedValue();
	await until(/▸ *shop/);
	press('down');
	await until(/▸ *team/);
	press('enter');
	await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith('team'));
	expect(store.getState().sheets).toEqual([]);
});

it('says that it asks as long as there are none, and why there may be more', async () => {
	const none = await open([]);
	expect(none.screen()).toContain('Asking the cluster…');
	const {screen} = await open(['shop'], 'You may not list namespaces.');
	expect(screen()).toContain('You may not list namespaces.');
	expect(screen()).toContain('shop');
	expect(screen()).not.toContain('Asking');
});

it('goes on by pages where there are more than there is room for', async () => {
	const names = Array.from({length: 40}, (_, index) => `team-${String(index).padStart(2, '0')}`);
	const {console, press, until} = await open(['shop', ...names]);
	const change = vi.spyOn(console, 'changeNamespace').mockResolvedValue();
	await until(/▸ *shop/);
	press('pagedown');
	await until(/▸ *team-04/);
	press('pagedown');
	await until(/▸ *team-09/);
	press('up');
	await until(/▸ *team-08/);
	press('pageup');
	await until(/▸ *team-03/);
	press('enter');
	await vi.waitFor(() => expect(change).toHaveBeenCalledExactlyOnceWith('team-03'));
});

it('takes no Enter that was pressed before the list was there, nor one for a list that was open before', async () => {
	const names = new Set<string>();
	for (let times = 1; times <= 2; times++) {
		const {console, press, store} = await open(['default', 'shop'], undefined, shown => {
			names.add(shown);
			return false;
		});
		const change = vi.spyOn(console, 'changeNamespace').mockResolvedValue();
		press('enter');
		await vi.waitFor(() => expect(store.getState().notice?.text).toMatch(/^Typed before this sheet/));
		expect(change).not.toHaveBeenCalled();
		expect(names.size).toBe(times);
	}
});
