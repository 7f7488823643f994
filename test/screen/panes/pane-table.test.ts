import {readFile} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {panes} from '../../../source/console/state/panes.js';
import {digitOf} from '../../../source/screen/panes/pane-table.js';

test('the readme names the digits of the first and the last pane', async () => {
	const readme = await readFile('readme.md', 'utf8');
	const digits = panes.map(pane => digitOf(pane));
	expect(readme).toContain(`\`tab\` \`shift-tab\` \`${digits.at(0)}\`–\`${digits.at(-1)}\``);
});
