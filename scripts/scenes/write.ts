/** Writes `docs/scenes`: the text of each scene, and its pictures. Built and started by `index.ts`. */
import {mkdir, writeFile} from 'node:fs/promises';
import xterm from '@xterm/headless';
import {svgOf} from '../svg.ts';
import {drawScene} from './draw.js';
import {sheetTextOf, sizes, textOf, themes} from './files.js';
import {scenes} from './scenes.js';
import {sheetScenes} from './sheet-scenes.js';

const folder = 'docs/scenes';

await mkdir(folder, {recursive: true});
for (const scene of scenes) {
	await writeFile(`${folder}/${scene.name}.txt`, await textOf(scene));
	for (const [columns, rows] of sizes) {
		for (const {name, options, isLight} of themes) {
			const emulator = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
			const frame = await drawScene(scene, {columns, rows, theme: options});
			await new Promise<void>(done => {
				emulator.write(frame.split('\n').slice(0, rows).join('\r\n'), done);
			});
			const picture = svgOf(emulator, `kn-canary: ${scene.title}`, {isLight});
			await writeFile(`${folder}/${scene.name}-${columns}x${rows}-${name}.svg`, picture);
			emulator.dispose();
		}
	}
	console.log(scene.name);
}
await mkdir(`${folder}/sheets`, {recursive: true});
for (const scene of sheetScenes) {
	await writeFile(`${folder}/sheets/${scene.name}.txt`, await sheetTextOf(scene));
	console.log(scene.name);
}
// Consoles that were made for a drawing keep nothing open, but Ink's layout does.
process.exit(0);
