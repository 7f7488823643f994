import {expect, it} from 'vitest';
import {ServiceStrip} from '../../../source/screen/frame/service-strip.js';
import {openOnConsole} from '../parts/on-console.js';
import {connected, knowing} from '../parts/state.js';

const open = async (columns: number, state = knowing()) =>
	openOnConsole(() => <ServiceStrip width={columns} />, {columns, rows: 1, state, isStill: true});

it('has the service, its state, and the revisions of its split with their shares, in its order', async () => {
	const {screen} = await open(100);
	expect(screen()).toMatch(/helloworld-go {2}Ready .*…00001 90 % .*…00002 10 %/);
});

it('leaves out a revision that it has no room for, whole, and never the canary for another', async () => {
	const {screen} = await open(45);
	expect(screen()).toMatch(/…00002 10 %/);
	expect(screen()).not.toContain('…00001');
	expect(screen()).not.toContain('90');
});

it('is empty without a service', async () => {
	const {screen} = await open(80, connected);
	expect(screen().trim()).toBe('');
});
