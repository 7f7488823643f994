import {expect, it, vi} from 'vitest';
import type {YamlSheet} from '../../../../source/console/sheets/inspected.js';
import {Yaml} from '../../../../source/screen/sheets/inspect/yaml-sheet.js';
import {openOnConsole} from '../../parts/on-console.js';
import {connected} from '../../parts/state.js';

const lines = {
	short: ['kind: Service', 'metadata:', '  name: cart'],
	whole: ['kind: Service', 'metadata:', '  managedFields: []', '  name: cart'],
};
const read: YamlSheet['phase'] = {kind: 'read', at: Date.now(), lines, covered: lines};

async function open(phase: YamlSheet['phase']) {
	const copy = vi.fn<(text: string) => void>();
	const object = {
		kind: 'service',
		name: 'cart',
		namespace: 'shop',
		service: 'cart',
		serviceUid: 'u',
	} as const;
	const opened = await openOnConsole(
		() => <Yaml sheet={{kind: 'yaml', id: 1, object, phase}} isActive copy={copy} width={80} height={20} />,
		{state: connected, rows: 20},
	);
	return {...opened, copy};
}

it('shows the object without managedFields, and with them to who asks', async () => {
	const {press, screen, until} = await open(read);
	expect(screen()).toContain('  name: cart');
	expect(screen()).not.toContain('managedFields: []');
	press('m');
	await until(/managedFields: \[\]/);
	press('m');
	await vi.waitFor(() => expect(screen()).not.toContain('managedFields: []'));
});

it('copies the command that prints what is shown', async () => {
	const {copy, press, until} = await open(read);
	press('ctrl-y');
	await vi.waitFor(() => expect(copy).toHaveBeenCalledOnce());
	press('m');
	await until(/managedFields: \[\]/);
	press('ctrl-y');
	await vi.waitFor(() => expect(copy).toHaveBeenCalledTimes(2));
	const [short, whole] = copy.mock.calls.map(([line]) => line);
	expect(short).toMatch(/^kubectl get ksvc cart -n shop -o yaml$/);
	expect(whole).toContain('--show-managed-fields');
});

it('shows and copies no command while the context means another cluster', async () => {
	const {copy, press, screen, store, until} = await open(read);
	store.setState({standing: {movedTo: 'the context sandbox now means another cluster'}});
	await until(/# No command here: the context sandbox now means another cluster\./);
	expect(screen()).not.toContain('kubectl');
	press('ctrl-y');
	await vi.waitFor(() => expect(store.getState().notice?.text).toContain('No command here: the context'));
	expect(copy).not.toHaveBeenCalled();
});

it('reads again when asked to', async () => {
	const {console, press} = await open(read);
	const again = vi.spyOn(console, 'showYaml').mockResolvedValue();
	press('r');
	await vi.waitFor(() => expect(again).toHaveBeenCalledOnce());
});

it('that cannot be read says why', async () => {
	const {screen} = await open({kind: 'not read', sentence: 'You may not get services.'});
	expect(screen()).toContain('You may not get services.');
	expect(screen()).not.toContain('kind:');
});
