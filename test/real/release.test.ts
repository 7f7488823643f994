/** A whole release by keyboard, each key followed to the object that the API server stores for it. */
import {afterAll, beforeAll, expect, it} from 'vitest';
import {openRealWorld, type RealWorld} from './parts/console-world.js';
import {splitWords, type StoredService} from './parts/stored.js';
import {agree, openRealConsole, previewed, stateDirectory} from './parts/real-console.js';

let world: RealWorld;

beforeAll(async () => {
	world = await openRealWorld();
});

afterAll(async () => world.close());

/** Until a split in words like these is stored, and in effect. */
async function split(words: RegExp): Promise<StoredService> {
	await world.until('shop', service => words.test(splitWords(service)));
	return world.ready('shop');
}

it('goes from n to D, and what is stored is what each review has shown', async () => {
	await using state = await stateDirectory();
	await using terminal = await openRealConsole(world, {state: state.path, shows: ['Services']});

	terminal.press('n');
	await terminal.until(/New service/);
	terminal.type('shop');
	terminal.press('tab');
	terminal.type(world.image);
	await terminal.until(screen => screen.includes('shop') && screen.includes(world.image));
	terminal.press('ctrl-s');
	await agree(terminal, {world, of: 'newService'}, ['create services 201']);
	const created = await world.ready('shop');
	expect(created.spec.template.spec.containers).toMatchObject([{image: world.image, env: []}]);
	expect(splitWords(created)).toBe('@latest=100');
	await terminal.until(/shop[\s█▓▒░#=.]+100\s+Ready/);

	terminal.press('r');
	await terminal.until(/New revision of shop/);
	terminal.press('tab');
	// What has a meaning to a shell, to JSON and to YAML.
	terminal.type(`TARGET=a "b" 'c' $HOME: #1=2`);
	await terminal.until(/#1=2/);
	terminal.press('ctrl-s');
	await agree(terminal, {world, of: 'newRevision'});
	const revised = await split(/^shop-00001=100:stable @latest=0:canary$/);
	expect(revised.spec.template.spec.containers[0]?.env).toEqual([
		{name: 'TARGET', value: `a "b" 'c' $HOME: #1=2`},
	]);
	await terminal.until(/…00002\s+0 %\s+(?:\d+ %\s+)?canary\s+● Ready/);

	terminal.press('3', '=');
	await terminal.until(/→ 50 %/);
	terminal.press('enter');
	await agree(terminal, {world, of: 'review'});
	await split(/^shop-00001=50:stable @latest=50:canary$/);
	await terminal.until(/shop[\s█▓▒░#=.]+50│50\s+Ready/);

	terminal.type(':split stable=90,canary=10');
	terminal.press('enter');
	await agree(terminal, {world, of: 'split'});
	await split(/^shop-00001=90:stable @latest=10:canary$/);
	await terminal.until(/shop\s[^\n]*90│10\s+Ready/);

	terminal.press('c');
	await agree(terminal, {world, of: 'complete'});
	await split(/(?:shop-00002|@latest)=100/);
	await terminal.until(/shop[\s█▓▒░#=.]+\S+\s+Ready[^]*…00002\s+100 %/);

	terminal.press('R');
	await agree(terminal, {world, of: 'rollBack'});
	await split(/shop-00001=100/);
	await terminal.until(/shop[\s█▓▒░#=.]+\S+\s+Ready[^]*…00001\s+100 %/);

	terminal.press('u');
	await agree(terminal, {world, of: 'undo'});
	await split(/(?:shop-00002|@latest)=100/);
	await terminal.until(/shop[\s█▓▒░#=.]+\S+\s+Ready[^]*…00002\s+100 %/);

	// The split is sent again by an annotation that is handed on to what the gateway is configured by; Esc sends nothing.
	const undone = await world.settled();
	const sent = (await world.writes()).filter(({isDry}) => !isDry).length;
	terminal.press('S');
	await previewed(terminal);
	terminal.press('esc');
	await terminal.until(screen => !/Dry run/.test(screen));
	expect(await world.settled()).toEqual(undone);
	expect((await world.writes()).filter(({isDry}) => !isDry)).toHaveLength(sent);
	const before = await world.service('shop');
	terminal.press('S');
	await agree(terminal, {world, of: 'sendAgain'});
	const again = await world.service('shop');
	const at = again.metadata.annotations['kn-canary.dev/sent-again'] ?? '';
	expect(at).toMatch(/^\d{4}-\d\d-\d\dT/);
	expect({...again.spec, generation: again.metadata.generation}).toEqual({
		...before.spec,
		generation: before.metadata.generation,
	});
	await world.handedOn('shop', 'kn-canary.dev/sent-again', at);
	await terminal.until(/sent again/);

	terminal.press('shift-tab', 'G', 't');
	await terminal.until(/Tags of shop-00002/);
	terminal.press('ctrl-u');
	terminal.type('next');
	await terminal.until(/next/);
	terminal.press('ctrl-s');
	await agree(terminal, {world, of: 'tag'});
	await split(/shop-00002=\d+:next/);
	await terminal.until(/…00002\s+stable, next/);

	terminal.press('s');
	await terminal.until(/Autoscaling of shop/);
	terminal.press('tab', 'ctrl-u');
	terminal.type('5');
	await terminal.until(/ 5\b/);
	terminal.press('ctrl-s');
	await agree(terminal, {world, of: 'autoscaling'});
	const scaled = await world.until(
		'shop',
		({metadata}) => metadata.generation > revised.metadata.generation + 4,
	);
	expect(scaled.spec.template.metadata.annotations).toMatchObject({'autoscaling.knative.dev/max-scale': '5'});
	await world.ready('shop');
	await terminal.until(/…00003[^]*Ready/);

	// A revision that nothing leads to can go.
	await world.patch('shop', {spec: {traffic: [{revisionName: 'shop-00002', percent: 100}]}});
	await world.ready('shop');
	await terminal.until(/shop[\s█▓▒░#=.]+100\s+Ready/);
	terminal.press('2', 'G');
	await terminal.until(/▸[^│]*…00001/);
	terminal.press('D');
	await agree(terminal, {world, of: 'deleteRevision'}, ['delete revisions 200']);
	await world.gone('revisions', 'shop-00001');
	// The selection does not fall on a neighbour: it says that what was selected is gone.
	await terminal.until(/…00001.*(?:deleted|gone)/);

	terminal.press('1', 'D');
	await previewed(terminal);
	terminal.type('shop');
	await terminal.until(/Type shop: shop/);
	await agree(terminal, {world, of: 'deleteService'}, ['delete services 200']);
	await world.gone('services', 'shop');
	await world.gone('revisions', 'shop-00002');
});
