// Requests through the sandbox's gateway beside those of a bare Node HTTP server, in the same run. By the CPU time of
// the serving process, so that other work on the machine does not count: requests for each second of one core.
// Uses wrk where it is installed, undici otherwise.
import {execFile, fork, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {build} from 'esbuild';
import {Pool} from 'undici';

const run = promisify(execFile);
const connections = 64;
const seconds = Number(process.argv[2] ?? 5);
const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

// Inside the project, so that packages left external are found.
const folder = await mkdtemp(path.join('node_modules', '.bench-'));
const program = path.join(folder, 'server.js');
try {
	await build({
		entryPoints: ['scripts/bench/gateway-server.ts'],
		outfile: program,
		bundle: true,
		packages: 'external',
		platform: 'node',
		format: 'esm',
		logLevel: 'warning',
	});
	process.stdout.write(
		`${connections} connections for ${seconds} s by ${hasWrk ? 'wrk' : 'undici'}; Node ${process.version}\n`,
	);
	const bare = await measure('bare');
	const gateway = await measure('sandbox');
	process.stdout.write(
		`the gateway and the app behind it cost ${(bare.each / gateway.each).toFixed(1)} times a bare server's answer\n`,
	);
} finally {
	await rm(folder, {recursive: true, force: true});
}

/** @param {'bare' | 'sandbox'} what */
async function measure(what) {
	const server = fork(program, [what], {stdio: ['ignore', 'inherit', 'inherit', 'ipc']});
	const [{port, host}] = await once(server, 'message');
	// The first seconds compile.
	await load(port, host, 2);
	const before = await cpuOf(server);
	const started = performance.now();
	const requests = await load(port, host, seconds);
	const passed = (performance.now() - started) / 1000;
	const cpu = (await cpuOf(server)) - before;
	server.disconnect();
	await once(server, 'exit');
	const each = requests / cpu;
	process.stdout.write(
		`${what.padEnd(8)} ${Math.round(requests / passed)} requests/s, ` +
			`${Math.round(each)} for each second of one core (${((cpu / passed) * 100).toFixed(0)} % of one in use)\n`,
	);
	return {each};
}

/** @returns {Promise<number>} seconds of CPU time so far. */
async function cpuOf(/** @type {import('node:child_process').ChildProcess} */ server) {
	server.send('cpu');
	const [{cpu}] = await once(server, 'message');
	return cpu;
}

/** @returns {Promise<number>} how many requests were answered with 200; throws when one was not. */
async function load(/** @type {number} */ port, /** @type {string} */ host, /** @type {number} */ duration) {
	if (hasWrk) {
		const {stdout} = await run('wrk', [
			'-t1',
			`-c${connections}`,
			`-d${duration}s`,
			'-H',
			`Host: ${host}`,
			`http://127.0.0.1:${port}/`,
		]);
		if (/Non-2xx|Socket errors/.test(stdout)) {
			throw new Error(`some requests failed:\n${stdout}`);
		}

		return Number(/(\d+) requests in/.exec(stdout)?.[1]);
	}

	const pool = new Pool(`http://127.0.0.1:${port}`, {connections});
	const end = performance.now() + duration * 1000;
	let answered = 0;
	const worker = async () => {
		while (performance.now() < end) {
			const {statusCode, body} = await pool.request({path: '/', method: 'GET', headers: {host}});
			await body.dump();
			if (statusCode !== 200) {
				throw new Error(`a request was answered with ${statusCode}`);
			}

			answered++;
		}
	};
	await Promise.all(Array.from({length: connections}, worker));
	await pool.close();
	return answered;
}
