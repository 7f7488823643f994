/**
 * The scenes of `docs/scenes` as they were reviewed. After a change of the screen that is meant: `npm run scenes:draw`, and read
 * the difference.
 */
import {readFileSync} from 'node:fs';
import {expect, test, vi} from 'vitest';
import {sheetTextOf, textOf} from '../../scripts/scenes/files.js';
import {scenes} from '../../scripts/scenes/scenes.js';
import {sheetScenes} from '../../scripts/scenes/sheet-scenes.js';

// Times are written in the time zone of the operator.
vi.stubEnv('TZ', 'UTC');

test.each(scenes)('$name: $title', async scene => {
	const text = await textOf(scene);
	expect(text).toBe(readFileSync(`docs/scenes/${scene.name}.txt`, 'utf8'));
});

test.each(sheetScenes)('$name: $title', async scene => {
	const text = await sheetTextOf(scene);
	expect(text).toBe(readFileSync(`docs/scenes/sheets/${scene.name}.txt`, 'utf8'));
});
