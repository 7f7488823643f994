// Requests to the sandbox's gateway through the console's port-forward, beside those straight to it, in the same run: a second,
// and what one takes. The sandbox is the built program in a process of its own; the port-forward is in this one, as is the client.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import {Pool} from 'undici';

const seconds = Number(process.argv[2] ?? 5);
const headers = {host: 'checkout.default.example.com'};

// Inside the project, so that packages left external are found.
const folder = await mkdtemp(path.join('node_modules', '.bench-'));
const sandbox = spawn(process.execPath, ['dist/cli.js', 'sandbox', '--seed', '1'], {
	stdio: ['ignore', 'pipe', 'inherit'],
});
try {
	const outfile = path.join(folder, 'client.js');
	await build({
		stdin: {
			contents:
				"export {connect} from './source/kube/connect.js'; export {openPortForward} from './source/kube/port-forward/port-forward.js'; export {findGateway} from './source/kube/gateway/find-gateway.js'; export {findTarget} from './source/kube/port-forward/forward-target.js';",
			resolveDir: '.',
		},
		outfile,
		bundle: true,
		packages: 'external',
		platform: 'node',
		format: 'esm',
		logLevel: 'warning',
	});
	const {connect, findGateway, findTarget, openPortForward} = await import(pathToFileURL(outfile).href);
	const {KUBECONFIG: kubeconfig, GATEWAY: gateway, SWITCHES: switches} = await announced(sandbox);
	const token = /token: (\S+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1];
	await fetch(`${switches}/gateway`, {
		method: 'PATCH',
		headers: {authorization: `Bearer ${token}`},
		body: JSON.stringify({service: 'ClusterIP'}),
	});
	const cluster = await connect({kubeconfig});
	const found = await findGateway(cluster);
	const forward = await openPortForward(found.service, {
		find: () => findTarget(cluster, found.service),
		connect: (target, signal) => cluster.connectToPod(target, signal),
	});
	process.stdout.write(`${seconds} s each; Node ${process.version}\n`);
	const before = performance.now();
	await ask(`http://127.0.0.1:${forward.port}`);
	process.stdout.write(`first answer through it, opening included: ${shown(performance.now() - before)}\n`);
	for (const connections of [1, 8, 32]) {
		await measure('straight', `http://${gateway}`, connections);
		await measure('port-forward', `http://127.0.0.1:${forward.port}`, connections);
	}

	await forward.close();
	await cluster.close();
} finally {
	sandbox.kill('SIGINT');
	await once(sandbox, 'exit');
	await rm(folder, {recursive: true, force: true});
}

/** @param {string} origin */
async function ask(origin) {
	const pool = new Pool(origin);
	const {body} = await pool.request({method: 'GET', path: '/', headers});
	await body.dump();
	await pool.destroy();
}

/** @param {string} name @param {string} origin @param {number} connections */
async function measure(name, origin, connections) {
	const pool = new Pool(origin, {connections, pipelining: 1});
	// The first second compiles.
	await load(pool, connections, 1);
	const {times, passed} = await load(pool, connections, seconds);
	await pool.destroy();
	times.sort((one, other) => one - other);
	const at = share => shown(times[Math.floor(times.length * share)] ?? Number.NaN);
	process.stdout.write(
		`${String(connections).padStart(2)} connections  ${name.padEnd(12)}  ${Math.round(times.length / passed)} requests/s  p50 ${at(0.5)}  p99 ${at(0.99)}\n`,
	);
}

/** @param {Pool} pool @param {number} connections @param {number} duration */
async function load(pool, connections, duration) {
	const times = [];
	const started = performance.now();
	const end = started + duration * 1000;
	async function work() {
		for (;;) {
			const sent = performance.now();
			if (sent >= end) return;
			const {body, statusCode} = await pool.request({method: 'GET', path: '/', headers});
			await body.dump();
			if (statusCode !== 200) throw new Error(`the gateway answered ${statusCode}`);
			times.push(performance.now() - sent);
		}
	}

	await Promise.all(Array.from({length: connections}, work));
	return {times, passed: (performance.now() - started) / 1000};
}

/** @param {number} milliseconds */
function shown(milliseconds) {
	return `${milliseconds.toFixed(1)} ms`;
}

/** What the sandbox prints when it is ready: `NAME=value`, a line each. */
async function announced(child) {
	const found = {};
	for await (const line of createInterface({input: child.stdout})) {
		const [, name, value] = /^([A-Z]+)=(.+)$/.exec(line) ?? [];
		if (name !== undefined) found[name] = value;
		if (found.KUBECONFIG && found.GATEWAY && found.SWITCHES) {
			child.stdout.resume();
			return found;
		}
	}
	throw new Error('the sandbox did not start');
}
