import {renderToString} from 'ink';
import {expect, it} from 'vitest';
import {Hints} from '../../../source/screen/widgets/hint.js';

const hints = [
	{action: 'confirm', keys: '⏎', label: 'apply'},
	{action: 'rollBack', keys: 'R', label: 'roll back'},
] as const;

it('keys stand beside what they do, and those that are not allowed in brackets', () => {
	expect(renderToString(<Hints hints={hints} />)).toBe('⏎ apply  R roll back');
	expect(renderToString(<Hints hints={hints} isUnavailable={action => action === 'rollBack'} />)).toBe(
		'⏎ apply  (R roll back)',
	);
	expect(renderToString(<Hints hints={hints} isUnavailable={action => action === 'confirm'} />)).toBe(
		'(⏎ apply)  R roll back',
	);
});

it('keys that find no room are cut, and take no second line', () => {
	expect(renderToString(<Hints hints={hints} />, {columns: 12}).split('\n')).toHaveLength(1);
});
