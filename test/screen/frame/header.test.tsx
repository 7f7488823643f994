import {expect, it} from 'vitest';
import {Header} from '../../../source/screen/frame/header.js';
import {openOnConsole} from '../parts/on-console.js';
import {connected} from '../parts/state.js';

const production = {
	...connected,
	connection: {
		kind: 'connected',
		context: 'live-eu',
		server: 'https://127.0.0.1',
		user: 'ann',
		flags: [],
		readOnly: true,
		production: true,
	},
	namespace: 'shop',
} as const;

it('says where one is, that it is production and read-only, and that it is watched', async () => {
	const {screen} = await openOnConsole(() => <Header width={100} />, {state: production, columns: 100});
	expect(screen()).toContain('PRODUCTION');
	expect(screen()).toContain('live-eu / shop');
	expect(screen()).toContain('read-only');
	expect(screen()).toContain('● watching');
	expect(screen().split('\n')).toHaveLength(1);
});

it('follows the state', async () => {
	const {store, screen, until} = await openOnConsole(() => <Header width={100} />, {
		state: production,
		columns: 100,
	});
	store.setState({connection: {kind: 'failed', sentence: 'Nobody listens.'}});
	await until(/not connected/);
	expect(screen()).not.toContain('watching');
});

it('on a narrow line keeps the namespace and the state of the watch', async () => {
	const {screen} = await openOnConsole(() => <Header width={50} />, {state: production, columns: 50});
	expect(screen()).toContain('/ shop');
	expect(screen()).toContain('watching');
});
