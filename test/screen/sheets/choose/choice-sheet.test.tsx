import {expect, it, vi} from 'vitest';
import type {ChoiceSheet} from '../../../../source/console/sheets/sheets.js';
import {Choice} from '../../../../source/screen/sheets/choose/choice-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';

const sheet: ChoiceSheet = {
	kind: 'choice',
	title: 'Promote cart',
	question: 'cart has no canary. Which revision is to have all of the traffic?',
	options: [
		{value: 'cart-00003', label: 'cart-00003, newest'},
		{value: 'cart-00002', label: 'cart-00002'},
	],
	uid: 'u',
	verb: 'promote',
	about: 'revision',
	why: '',
};

const open = async (isActive = true, couldSee = () => true) =>
	openOnConsole(() => <Choice sheet={sheet} isActive={isActive} width={50} height={8} />, {
		columns: 50,
		rows: 8,
		couldSee,
	});

it('asks the question whole, and gives the answer that Enter is pressed on', async () => {
	const {console, press, text, until} = await open();
	const choose = vi.spyOn(console, 'choose').mockReturnValue();
	expect(text()).toContain(sheet.question);
	expect(text()).toContain('cart-00003, newest');
	press('down');
	await until(/▸ *cart-00002/);
	expect(choose).not.toHaveBeenCalled();
	press('enter');
	await vi.waitFor(() => expect(choose).toHaveBeenCalledExactlyOnceWith('cart-00002'));
});

it('does not answer by a digit, which goes to a pane elsewhere, nor while it is not on top', async () => {
	const active = await open();
	const choose = vi.spyOn(active.console, 'choose').mockReturnValue();
	active.press('2');
	active.press('enter');
	await vi.waitFor(() => expect(choose).toHaveBeenCalledOnce());
	const covered = await open(false);
	const never = vi.spyOn(covered.console, 'choose').mockReturnValue();
	covered.press('enter');
	covered.store.setState({namespace: 'other'});
	await new Promise(resolve => setImmediate(resolve));
	expect(never).not.toHaveBeenCalled();
});

it('takes no Enter that was pressed before it was on the screen', async () => {
	const {console, press, store} = await open(true, () => false);
	const choose = vi.spyOn(console, 'choose').mockReturnValue();
	press('enter');
	await vi.waitFor(() => expect(store.getState().notice?.text).toMatch(/^Typed before this sheet/));
	expect(choose).not.toHaveBeenCalled();
});
