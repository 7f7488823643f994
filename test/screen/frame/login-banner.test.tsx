import {renderToString} from 'ink';
import {describe, expect, it} from 'vitest';
import {LoginBanner, loginRows} from '../../../source/screen/frame/login-banner.js';

const plugin = (...said: string[]) => ({plugin: {command: 'oidc-login', said, since: 0, hasTerminal: false}});
const size = {columns: 60, rows: 24};

describe('what a credential plugin says', () => {
	it('takes no rows while it says nothing, or none runs', () => {
		expect(loginRows({}, size)).toEqual([]);
		expect(loginRows(plugin(), size)).toEqual([]);
	});

	it('is shown with whose words these are', () => {
		const rows = loginRows(plugin('Open https://login.example.com', 'Code: ABCD'), size);
		expect(rows).toEqual(['Credential plugin oidc-login:', 'Open https://login.example.com', 'Code: ABCD']);
		const screen = renderToString(<LoginBanner rows={rows} width={60} />, {columns: 60});
		expect(screen.split('\n')).toHaveLength(3);
		expect(screen).toContain('Code: ABCD');
	});

	it('of one that talks and talks is its last lines', () => {
		const rows = loginRows(plugin(...Array.from({length: 40}, (_, index) => `line ${index}`)), size);
		expect(rows).toHaveLength(6);
		expect(rows.at(-1)).toBe('line 39');
		expect(rows[0]).toContain('oidc-login');
	});

	it('on a low window is the last line alone', () => {
		expect(loginRows(plugin('one', 'two'), {columns: 60, rows: 5})).toEqual(['two']);
	});

	it('is wrapped, so that a code is seen whole', () => {
		const code = 'word '.repeat(20).trim();
		const rows = loginRows(plugin(code), {columns: 40, rows: 24});
		expect(rows.slice(1).join(' ')).toBe(code);
		expect(rows.every(row => row.length <= 36)).toBe(true);
	});
});
