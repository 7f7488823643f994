#!/usr/bin/env node
/**
 * The way in: checks Node, then hands over to source/command. Everything else is imported when it is needed: an older
 * Node gets a sentence instead of a syntax error, and the first frame does not wait for what it does not show.
 */
// As a whole: a name that an older Node does not export would be a syntax error before the sentence below.
import module from 'node:module';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 24) {
	process.stderr.write(
		`kn-canary needs Node.js 24 or newer, and this is ${process.versions.node}. ` +
			'Install a newer one, or start it with `npm start` in its own folder, which brings one along.\n',
	);
	process.exit(1);
}

module.enableCompileCache();

const {createProgram} = await import('./source/command/program.js');
await createProgram().parseAsync();
