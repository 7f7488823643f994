import {expect, it} from 'vitest';
import {Details} from '../../../../source/screen/sheets/inspect/details-sheet.js';
import {condition} from '../../../knative/objects.js';
import {openOnConsole} from '../../parts/on-console.js';
import {knowing, revisionOf} from '../../parts/state.js';

const open = async (state = knowing()) =>
	openOnConsole(() => <Details isActive width={100} height={40} />, {state, columns: 100, rows: 40});

it('tells the selected revision whole: its share, image and conditions in the server’s words', async () => {
	const failed = revisionOf(2, [condition('Ready', 'False', 'ContainerMissing', 'no such image')]);
	const {screen} = await open(knowing(undefined, [failed, revisionOf(1)]));
	expect(screen()).toContain('Revision helloworld-go-00002');
	expect(screen()).toContain('10 %');
	expect(screen()).toContain('ghcr.io/knative/helloworld-go:latest');
	expect(screen()).toMatch(/Ready +✗ False {2}ContainerMissing {2}no such image/);
});

it('shows the values of variables only to who asks for them', async () => {
	const {screen, store, until} = await open();
	expect(screen()).toContain('TARGET');
	expect(screen()).not.toContain('World');
	store.setState({isUncovered: true});
	await until(/TARGET +World/);
});

it('says that the revision is gone, instead of telling another one', async () => {
	const {screen, store, until} = await open();
	store.setState(knowing(undefined, [revisionOf(1)]));
	await until(/helloworld-go-00002 was deleted\. .* selects another revision\. Esc closes this\./);
	expect(screen()).not.toContain('helloworld-go-00001');
});
